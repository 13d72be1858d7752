"""T/T: money on a bank statement counts from when it is associated with its order (PAY-2)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import Money, to_minor, to_text
from assurance.kernel.rules import RuleViolation
from assurance.ledger.services import BANK
from coupons import rules as coupon_rules
from coupons.models import Coupon
from orders.models import BankLine, Order, PaymentState
from orders.queries.facts import funds
from orders.rules import lifecycle
from orders.services import bank_money, book, income
from orders.services.elapse import locked, state_now


@transaction.atomic
def arrive(
    *, order_id: int, amount: Money, bank_reference: str, at: datetime, reference: str = ""
) -> BankLine:
    """A statement line that names an order; the same bank reference again is the same line.

    For a closed order it is marked for return at once (ORD-3). Refused PAY-1 if it brings nothing.
    """
    order = locked(order_id, at)
    lifecycle.check_arrived(amount)
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

    Refused ORD-3 on a closed order, STA-1 while its two sides have not agreed and when no line waits.
    """
    order = locked(order_id, at)
    if state_now(order, at) == lifecycle.CLOSED:
        raise RuleViolation(
            "ORD-3", _("This order is closed; money that arrives for it goes back to the payer.")
        )
    lifecycle.check_allows(order.state, "pay")
    lines = list(order.bank_lines.select_for_update().filter(state="open").order_by("id"))
    if not lines:
        raise RuleViolation("STA-1", _("No money on the bank statements waits for this order."))
    cash = sum((line.amount for line in lines), order.total * 0)
    coupon = _reserved(order)
    reference = f"bank:{lines[0].pk}"
    for line in lines:
        line.state, line.associated_at, line.transfer_reference = "associated", at, reference
        line.save(update_fields=["state", "associated_at", "transfer_reference"])
    order.payments.filter(state=PaymentState.STARTED, method="tt").update(
        state=PaymentState.SUCCEEDED, settled_at=at
    )
    income.count(
        order,
        cash=cash,
        fee=cash * 0,
        coupon=coupon,
        source=BANK,
        reference=reference,
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


@transaction.atomic
def assign(*, line_id: int, number: str, reason: str, at: datetime, actor: Actor = PLATFORM) -> BankLine:
    """Finance says which order a line is for; its seller associates it then, or once it is agreed. Refused PAY-2,

    STA-1. For a closed order it is marked for return (ORD-3). The same order again changes nothing.
    """
    named = Order.objects.filter(number="".join(number.split())).values_list("pk", flat=True).first()
    if named is None:
        raise RuleViolation("PAY-2", _("No order has this number."), conflict=False, field="number")
    order = locked(named, at)
    line = _open(line_id)
    if line.order_id == order.pk:
        return line
    if line.currency != order.currency:
        raise RuleViolation(
            "PAY-2",
            _("The line is in %(of_line)s, the order in %(of_order)s."),
            advice=_("Mark the money for return, or name another order."),
            conflict=False,
            field="number",
            of_line=line.currency,
            of_order=order.currency,
        )
    line.order = order
    line.save(update_fields=["order"])
    said = {"reason": reason, "amount": to_text(line.amount)}
    events.record(
        "bank_line", line.pk, "assigned", at=at, actor=actor, rules=("PAY-2",), number=order.number, **said
    )
    if order.closed_at is not None:
        bank_money.mark_for_return(line, order, at)
    else:
        waits(order, line, at, actor)
    return line


@transaction.atomic
def set_aside(*, line_id: int, reason: str, at: datetime, actor: Actor = PLATFORM) -> BankLine:
    """Finance sends a line's money back: nobody knows what it is for, or it is in another currency. Refused STA-1."""
    peek = BankLine.objects.get(pk=line_id)
    order = locked(peek.order_id, at) if peek.order_id else None
    line = _open(line_id)
    if line.order_id != peek.order_id:
        raise RuleViolation(
            "STA-1",
            _("This money has just been assigned to another order."),
            advice=_("Reload the page to see what can be done now."),
        )
    events.record("bank_line", line.pk, "set_aside", at=at, actor=actor, rules=("PAY-2",), reason=reason)
    bank_money.mark_for_return(line, order, at, rule="PAY-2")
    return line


def waits(order: Order, line: BankLine, at: datetime, actor: Actor = PLATFORM) -> None:
    """Money is there for a locked order and waits for its seller's *associate funds*, or first for an agreement."""
    amount = to_text(line.amount)
    book.record(order, "funds_arrived", at=at, actor=actor, rules=("PAY-2",), amount=amount)
    tell_waiting(order, line, at)


def tell_waiting(order: Order, line: BankLine, at: datetime) -> None:
    """Tell the seller of money that can be associated now, or once both sides have agreed."""
    kind = "funds_early" if order.state in lifecycle.NOT_AGREED else "funds_waiting"
    book.tell_seller(order, kind, at, amount=str(line.amount.amount), currency=line.currency)


def _open(line_id: int) -> BankLine:
    line = BankLine.objects.select_for_update().get(pk=line_id)
    if line.state != "open":
        raise RuleViolation("STA-1", _("This money is no longer waiting: it was associated or goes back."))
    return line


def _reserved(order: Order) -> tuple[Coupon, Money, Money] | None:
    coupon = Coupon.objects.select_for_update().filter(reserved_order_id=order.pk).first()
    due = lifecycle.due_now(funds(order))
    if coupon is None or due.amount <= 0:
        return None
    part, used = coupon_rules.pays(coupon.face, due=due, usd_rate=order.usd_rate)
    return (coupon, part, used) if part.amount and used.amount else None
