"""What a scenario can ask about: each kind of thing as plain values, read the way pages read them."""

from datetime import datetime
from typing import Any

from assurance.kernel.money import Money
from assurance.kernel.queries import policy_at
from assurance.ledger.models import AccountKind
from assurance.ledger.queries import balance
from assurance.scenarios.world import World
from claims.queries import dossier
from coupons import queries as coupons
from coupons.models import Recovery, Redemption
from orders.queries.facts import fee, parcels_of, policy_of, view
from orders.rules import refunds
from sellers import queries as sellers
from sellers import rules as seller_rules
from sellers.models import Seller

NONE = "none"
Values = dict[str, Any]


def order(w: World, name: str, at: datetime) -> Values:
    row = w.order(name)
    now = view(row, parcels_of(row.pk), at)
    return {
        "state": now.state,
        "covered": now.covered,
        "overdue": now.overdue,
        "overdue_since": now.overdue_since,
        "dispatch_due": now.dispatch_due,
        "promise": now.promise,
        "dispatched_at": now.dispatched_at,
        "delivered_at": now.delivered_at,
        "dispatch_guarantee": now.dispatch,
        "delivery_guarantee": now.delivery,
        "entrance": "open" if now.entrance else "closed",
        "entrance_closes": now.entrance_closes,
        "total": row.total,
        "fee": fee(row, at),
        "closed_because": now.closed_because or None,
    }


def claim(w: World, name: str, at: datetime) -> Values:
    row = w.claim(name)
    file = dossier(row, at)
    return {
        "state": row.state,
        "bearer": w.seller_name(file.bearer_id) if file.bearer_known else None,
        "amount": row.amount,
        "recommendation": file.recommendation,
    }


def coupon(w: World, name: str, at: datetime) -> Values:
    row = w.coupon(name)
    used = Redemption.objects.filter(coupon=row).first()
    return {
        "state": coupons.state(row, at),
        "face": row.face,
        "used": used.used if used else row.face * 0,
        "last_day": row.last_day,
        "bearer": w.seller_name(row.bearer_id),
    }


def recovery(w: World, name: str, at: datetime) -> Values:
    row = Recovery.objects.filter(redemption__coupon_id=w.coupons[name]).select_related("debt").first()
    if row is None:
        zero = w.coupon(name).face * 0
        return {"state": NONE, "seller": None, "amount": zero, "taken": zero, "open": zero}
    return {
        "state": row.state,
        "seller": w.seller_name(row.debt.seller_id),
        "amount": row.debt.amount,
        "taken": row.debt.taken,
        "open": row.debt.open,
    }


def settlement(w: World, name: str, at: datetime) -> Values:
    row = w.order(name)
    return {"buyer": row.cash, "platform": row.coupon_part, "fee": fee(row, at), "refunded": row.refunded}


def seller(w: World, name: str, at: datetime) -> Values:
    row = Seller.objects.get(pk=w.sellers[name].pk)
    facts, policy = sellers.standing(row), policy_at(at).policy
    return {
        "qualification": seller_rules.qualification(facts, policy, at),
        "lit": sellers.is_lit(row, at),
        "upgraded": sellers.is_member(row.pk, at),
        "locked_until": seller_rules.locked_until(facts, policy, at),
        "balance": balance(AccountKind.SELLER, row.pk),
        "debt": sellers.debt(row.pk),
    }


def dispute(w: World, name: str, at: datetime) -> Values:
    row = w.refund(name)
    policy = policy_of(row.order, at)
    state = refunds.state_at(row.state, row.opened_at, policy=policy, at=at)
    # The language has no word for an application overtaken by a full refund: both sides have agreed.
    return {"state": refunds.AGREED if state == "withdrawn" else state}


READ = {
    "order": order,
    "claim": claim,
    "coupon": coupon,
    "recovery": recovery,
    "settlement": settlement,
    "seller": seller,
    "dispute": dispute,
}


def same(found: Any, wanted: Any) -> bool:
    """Whether a found value is the expected one; no value reads none."""
    if wanted == NONE:
        return found is None or found == NONE
    if isinstance(found, Money):
        return bool(found.amount == wanted) and not isinstance(wanted, bool)
    return type(found) is type(wanted) and bool(found == wanted)
