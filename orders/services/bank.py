"""T/T: money on a bank statement counts from when it is associated with its order (PAY-2)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import Money, to_minor
from assurance.kernel.rules import RuleViolation
from assurance.ledger.services import BANK
from coupons import rules as coupon_rules
from coupons.models import Coupon
from orders.models import BankLine, Order, PaymentState
from orders.queries.facts import funds
from orders.rules import lifecycle
from orders.services import bank_money, book, income
from orders.services.elapse import locked


@transaction.atomic
def arrive(
    *, order_id: int, amount: Money, bank_reference: str, at: datetime, reference: str = ""
) -> BankLine:
    """A statement line that names an order; the same bank reference again is the same line.

    For a closed order it is marked for return at once (ORD-3).
    """
    order = locked(order_id, at)
    line, is_new = BankLine.objects.get_or_create(
        bank_reference=bank_reference,
        defaults={
            "order": order,
            "reference": reference,
            "currency": amount.currency.code,
            "amount_minor": to_minor(amount),
            "arrived_at": at,
        },
    )
    if is_new and order.closed_at is not None:
        bank_money.mark_for_return(line, order, at)
    return line


@transaction.atomic
def associate(*, order_id: int, at: datetime, actor: Actor = PLATFORM) -> Order:
    """Count the order's statement lines toward it, with its reserved coupon, in one transfer (PAY-3).

    Refused ORD-3 on a closed order, STA-1 when no line waits.
    """
    order = locked(order_id, at)
    if order.closed_at is not None:
        raise RuleViolation(
            "ORD-3", _("This order is closed; money that arrives for it goes back to the payer.")
        )
    lines = list(order.bank_lines.select_for_update().filter(state="open").order_by("id"))
    if not lines:
        raise RuleViolation("STA-1", _("No money on the bank statements waits for this order."))
    cash = sum((line.amount for line in lines), order.total * 0)
    coupon = _reserved(order)
    for line in lines:
        line.state, line.associated_at = "associated", at
        line.save(update_fields=["state", "associated_at"])
    order.payments.filter(state=PaymentState.STARTED, method="tt").update(
        state=PaymentState.SUCCEEDED, settled_at=at
    )
    income.count(
        order,
        cash=cash,
        fee=cash * 0,
        coupon=coupon,
        source=BANK,
        reference=f"bank:{lines[0].pk}",
        rule="PAY-3" if coupon else "PAY-2",
        at=at,
        actor=actor,
    )
    return order


@transaction.atomic
def accept_short(*, order_id: int, at: datetime, actor: Actor = PLATFORM) -> Order:
    """The seller takes a short initial payment as enough; the rest joins the balance. Refused STA-1."""
    order = locked(order_id, at)
    lifecycle.check_allows(order.state, "accept_short")
    order.short_accepted_at = at
    book.record(order, "short_accepted", at=at, actor=actor, rules=("PAY-2",))
    income.money_counted(order, at)
    book.tell_buyer(order, "short_accepted", at)
    return order


@transaction.atomic
def ask_for_rest(*, order_id: int, at: datetime, actor: Actor = PLATFORM) -> Order:
    """The seller asks for the rest of a short initial payment. Refused STA-1."""
    order = locked(order_id, at)
    lifecycle.check_allows(order.state, "ask_rest")
    order.rest_asked_at = at
    book.record(order, "rest_asked", at=at, actor=actor, rules=("PAY-2",))
    income.money_counted(order, at)
    book.tell_buyer(order, "rest_asked", at)
    return order


def _reserved(order: Order) -> tuple[Coupon, Money, Money] | None:
    coupon = Coupon.objects.select_for_update().filter(reserved_order_id=order.pk).first()
    due = lifecycle.due_now(funds(order))
    if coupon is None or due.amount <= 0:
        return None
    part, used = coupon_rules.pays(coupon.face, due=due, usd_rate=order.usd_rate)
    return (coupon, part, used) if part.amount and used.amount else None
