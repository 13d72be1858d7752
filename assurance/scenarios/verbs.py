"""What each verb of a scenario does: it calls the service that the page, the API or the job calls."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from assurance.kernel.events import Actor
from assurance.kernel.money import USD, Money
from assurance.kernel.uploads import PDF, Upload
from assurance.scenarios.world import World
from claims import services as claims
from orders.models import Order
from orders.queries.facts import elapsed, funds
from orders.rules import lifecycle, terms
from orders.services import amendment, bank, closing, dispatch, offer, payment, receipt, refunds, start
from sellers.services import funds as seller_funds
from sellers.services import membership

CARRIER = "play"
# The language has no word for the file that easy dispatch asks for (ORD-6); the player sends this one.
PROOF = Upload("proof.pdf", PDF, b"%PDF-1.7\n%%EOF")
Row = dict[str, Any]


def _join(w: World, v: Row, at: datetime) -> None:
    membership.join(seller_id=w.sellers[v["seller"]].pk, consented=True, at=at)


def _leave(w: World, v: Row, at: datetime) -> None:
    membership.leave(seller_id=w.sellers[v["seller"]].pk, at=at)


def _activate(w: World, v: Row, at: datetime) -> None:
    membership.activate(seller_id=w.sellers[v["seller"]].pk, at=at)


def _order(w: World, v: Row, at: datetime) -> None:
    buyer = w.buyers[v["buyer"]]
    currency = v.get("currency", USD)
    products = [(w.product(name, currency), quantity) for name, quantity in v["items"].items()]

    def money(key: str) -> Money | None:
        return Money(Decimal(v[key]), currency) if key in v else None

    days = v.get("dispatch")
    draft = start.Draft(
        items={product.pk: quantity for product, quantity in products},
        line_id=w.lines[v["line"]].pk if "line" in v else None,
        destination=v.get("destination", str(buyer.country)),
        shipping=money("shipping") or Money(0, currency),
        discount=money("discount"),
        initial=money("initial"),
        export=v.get("export", terms.SELF),
        dispatch=_terms(days) if days else None,
        currency=currency,
        usd_rate=Decimal(v.get("rate", 1)),
    )
    seller = w.sellers[v["seller"]].pk if "seller" in v else products[0][0].seller_id
    if v.get("by", "buyer") == "buyer":
        if seller != products[0][0].seller_id:
            raise offer.not_yours()
        made = start.by_buyer(buyer_id=buyer.pk, draft=draft, at=at)
    else:
        made = start.by_seller(seller_id=seller, buyer_id=buyer.pk, draft=draft, at=at)
    w.orders[v["id"]] = made.pk
    w.exports[v["id"]] = draft.export


def _terms(given: Row) -> terms.DispatchTerms:
    if "day" in given:
        return terms.DispatchTerms(day=given["day"])
    return terms.DispatchTerms(days=given["days"], after=given.get("after", terms.FULL))


def _confirm(w: World, v: Row, at: datetime) -> None:
    export = w.exports[v["order"]] if v["by"] == "supplier" else None
    closing.confirm(order_id=w.orders[v["order"]], by=v["by"], export=export, at=at)


def _decline(w: World, v: Row, at: datetime) -> None:
    turn = "buyer" if w.order(v["order"]).state == lifecycle.AWAITING_BUYER else "supplier"
    closing.decline(order_id=w.orders[v["order"]], reason=v["reason"], by=turn, at=at)


def _cancel(w: World, v: Row, at: datetime) -> None:
    closing.cancel(order_id=w.orders[v["order"]], by=v["by"], at=at)


def _pay(w: World, v: Row, at: datetime) -> None:
    order = w.order(v["order"])
    method = v.get("method", "visa")
    amount = Money(Decimal(v["amount"]), order.currency) if "amount" in v else None
    if method == "tt" and "coupon" not in v and not _awaits_money(order, at):
        _arrive(order, order.total if amount is None else amount, at)
        return
    started = payment.start(
        order_id=order.pk,
        method=method,
        at=at,
        amount=None if method == "tt" else amount,
        coupon_id=w.coupons[v["coupon"]] if "coupon" in v else None,
    )
    if method == "tt":
        _arrive(order, started.cash if amount is None else amount, at)
    else:
        payment.settle(reference=started.reference, outcome="succeeded", at=at)


def _awaits_money(order: Order, at: datetime) -> bool:
    """False once it is closed or paid. What then reaches the bank all the same nobody can refuse (ORD-3, PAY-2)."""
    state = elapsed(order, at).state
    return state != lifecycle.CLOSED and lifecycle.due_now(funds(order)).amount > 0


def _arrive(order: Order, amount: Money, at: datetime) -> None:
    reference = f"play:{order.number}:{order.bank_lines.count()}"
    bank.arrive(order_id=order.pk, amount=amount, bank_reference=reference, at=at)


def _associate(w: World, v: Row, at: datetime) -> None:
    bank.associate(order_id=w.orders[v["order"]], at=at)


def _accept_short(w: World, v: Row, at: datetime) -> None:
    bank.accept_short(order_id=w.orders[v["order"]], at=at)


def _dispatch(w: World, v: Row, at: datetime) -> None:
    order = Order.objects.get(pk=w.orders[v["order"]])
    dispatch.dispatch(
        order_id=order.pk,
        carrier=CARRIER,
        number=str(v["parcel"]),
        last=v.get("last", True),
        proof=[PROOF] if order.export == terms.EASY else [],
        at=at,
    )


def _track(w: World, v: Row, at: datetime) -> None:
    dispatch.track(
        carrier=CARRIER, number=str(v["parcel"]), kind=v["event"], happened_at=v.get("happened", at), at=at
    )


def _receive(w: World, v: Row, at: datetime) -> None:
    receipt.receive(order_id=w.orders[v["order"]], at=at)


def _extend(w: World, v: Row, at: datetime) -> None:
    receipt.extend(order_id=w.orders[v["order"]], by=v["by"], at=at)


def _propose(w: World, v: Row, at: datetime) -> None:
    amendment.propose(order_id=w.orders[v["order"]], day=v["day"], reason="play", at=at)


def _accept(w: World, v: Row, at: datetime) -> None:
    amendment.accept(order_id=w.orders[v["order"]], at=at)


def _refuse(w: World, v: Row, at: datetime) -> None:
    amendment.refuse(order_id=w.orders[v["order"]], at=at)


def _address(w: World, v: Row, at: datetime) -> None:
    receipt.change_address(order_id=w.orders[v["order"]], at=at)


def _claim(w: World, v: Row, at: datetime) -> None:
    order = w.order(v["order"])
    user_id = w.buyers[v["by"]].pk if "by" in v else order.buyer_id
    actor = Actor("buyer", user_id)
    made = claims.file(order_id=order.pk, guarantee=v["guarantee"], user_id=user_id, at=at, actor=actor)
    w.claims[v["id"]] = made.pk


def _review(w: World, v: Row, at: datetime) -> None:
    decide = claims.approve if v["decision"] == "approve" else claims.reject
    decided = decide(claim_id=w.claims[v["claim"]], reason="play", at=at)
    if decided.coupon_id is not None and "coupon" in v:
        w.coupons[v["coupon"]] = decided.coupon_id


def _exempt(w: World, v: Row, at: datetime) -> None:
    platform = v.get("bearer", "none") == "platform"
    claims.exempt_order(order_id=w.orders[v["order"]], platform_bears=platform, reason="play", at=at)


def _amount(order: Order, given: Any) -> Money | None:
    return None if given == "full" else Money(Decimal(given), order.currency)


def _refund(w: World, v: Row, at: datetime) -> None:
    order = w.order(v["order"])
    refunds.agreed(order_id=order.pk, amount=_amount(order, v["amount"]), at=at)


def _dispute(w: World, v: Row, at: datetime) -> None:
    order = w.order(v["order"])
    made = refunds.apply(order_id=order.pk, amount=_amount(order, v["amount"]), reason="play", at=at)
    w.refunds[v["id"]] = made.pk


def _answer(w: World, v: Row, at: datetime) -> None:
    refunds.answer(refund_id=w.refunds[v["dispute"]], agree=v["agree"], words="play", at=at)


def _escalate(w: World, v: Row, at: datetime) -> None:
    refunds.escalate(refund_id=w.refunds[v["dispute"]], at=at)


def _rule(w: World, v: Row, at: datetime) -> None:
    refund = w.refund(v["dispute"])
    refunds.rule(refund_id=refund.pk, amount=_amount(refund.order, v["amount"]), at=at)


def _credit(w: World, v: Row, at: datetime) -> None:
    seller_funds.deposit(
        seller_id=w.sellers[v["seller"]].pk, amount=Money(Decimal(v["amount"]), USD), reference="", at=at
    )


def _withdraw(w: World, v: Row, at: datetime) -> None:
    seller_funds.withdraw(
        seller_id=w.sellers[v["seller"]].pk, amount=Money(Decimal(v["amount"]), USD), reference="", at=at
    )


DO: dict[str, Callable[[World, Row, datetime], None]] = {
    "join": _join,
    "leave": _leave,
    "activate": _activate,
    "order": _order,
    "confirm": _confirm,
    "decline": _decline,
    "cancel": _cancel,
    "pay": _pay,
    "associate": _associate,
    "accept_short": _accept_short,
    "dispatch": _dispatch,
    "track": _track,
    "receive": _receive,
    "extend": _extend,
    "propose": _propose,
    "accept": _accept,
    "refuse": _refuse,
    "address": _address,
    "claim": _claim,
    "review": _review,
    "exempt": _exempt,
    "refund": _refund,
    "dispute": _dispute,
    "answer": _answer,
    "escalate": _escalate,
    "rule": _rule,
    "credit": _credit,
    "withdraw": _withdraw,
}
