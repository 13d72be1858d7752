"""Reading bank money: what each line of a file is for, what waits for finance, what is to go back."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from assurance.kernel.days import day_of, end_of
from assurance.kernel.models import Event, PolicyVersion
from coupons.models import Coupon
from coupons.queries import usable
from orders.models import BankLine, BankStatement, Method, Order, StatementState, TakenBack
from orders.queries.facts import elapsed, funds, keep_versions, left_alone
from orders.queries.quote import coupon_part
from orders.rules import lifecycle
from orders.rules.bank import matching
from orders.rules.bank.lines import Line, line_from
from orders.rules.bank.matching import Awaits, Earlier
from orders.rules.bank.reference import quoted

# Told on an order's timeline while its money may be on a statement: a slow worker must not move its days.
_CHANGES_NOTHING = ("payment_pending", "production_shown")


@dataclass(frozen=True)
class Judged:
    """A line of a file with what it is for: a code of `matching`, and the order that it may concern."""

    line: Line
    code: str
    order: Order | None


def lines_of(statement: BankStatement) -> list[Line]:
    return [line_from(values) for values in statement.lines]


def judged(lines: Sequence[Line], at: datetime, statement_id: int | None = None) -> list[Judged]:
    """Each line on its own, as of an instant, in five queries. `statement_id` is theirs once it is a row."""
    words = [quoted(line.text) for line in lines]
    orders = _orders({number for one in words for number in (*one.orders, *one.numbers)})
    known = set(
        BankLine.objects.filter(bank_reference__in=[line.key for line in lines]).values_list(
            "bank_reference", flat=True
        )
    )
    stands = awaited(list(orders.values()), at, statement_id)
    found = []
    for line, said in zip(lines, words, strict=True):
        named = [orders[number] for number in said.orders if number in orders]
        order = named[0] if len(said.orders) == 1 and named else None
        code = matching.judge(line, said, stands[order.pk] if order else None, is_known=line.key in known)
        guess = order or next((orders[number] for number in said.numbers if number in orders), None)
        found.append(Judged(line, code, guess if len(said.orders) < 2 else None))
    return found


def awaited(orders: Sequence[Order], at: datetime, statement_id: int | None = None) -> dict[int, Awaits]:
    """What each order waits for, by its id, in three queries; what came with the same statement is no earlier money."""
    pks = [order.pk for order in orders]
    versions = list(PolicyVersion.objects.all())
    for order in orders:
        keep_versions(order, at, versions)
    lines: dict[int, list[BankLine]] = defaultdict(list)
    for line in BankLine.objects.filter(order_id__in=pks).order_by("id"):
        lines[line.order_id or 0].append(line)
    coupons = {
        coupon.reserved_order_id: coupon for coupon in Coupon.objects.filter(reserved_order_id__in=pks)
    }
    return {
        order.pk: _awaits(order, lines[order.pk], coupons.get(order.pk), at, statement_id) for order in orders
    }


def _awaits(
    order: Order, lines: Sequence[BankLine], coupon: Coupon | None, at: datetime, statement_id: int | None
) -> Awaits:
    state = elapsed(order, at).state
    now = funds(order)
    due = lifecycle.due_now(now)
    part = coupon_part(due, coupon, order.usd_rate)  # beside which the buyer's cash is one transfer (PAY-3)
    waiting = [line.amount for line in lines if line.state == "open"]
    return Awaits(
        due=due - part,
        outstanding=now.outstanding - part,
        waiting=sum(waiting, order.total * 0),
        is_closed=state == lifecycle.CLOSED,
        may_pay=state in lifecycle.ALLOWED["pay"],
        earlier=[
            Earlier(day_of(line.arrived_at), line.bank_reference.partition(":")[0], line.amount)
            for line in lines
            if line.statement_id is None or line.statement_id != statement_id
        ],
    )


def _orders(numbers: set[str]) -> dict[str, Order]:
    found = Order.objects.filter(number__in=numbers).select_related("policy")
    return {order.number: order for order in found}


def on_its_way(*, before: datetime) -> bool:
    """Whether money that was asked for before an instant is still being taken in, or about to be."""
    return BankStatement.objects.filter(state=StatementState.TAKING, taken_at__lt=before).exists()


def is_kept_back(coupon: Coupon) -> bool:
    """Whether a coupon's order is over its time, but a transfer asked for before may still come with it (CPN-4)."""
    held, until = coupon.reserved_order_id, coupon.reserved_until
    return held is not None and until is not None and on_its_way(before=until)


def choosable(buyer_id: int, at: datetime) -> list[Coupon]:
    """The coupons that paying would take from a buyer now, soonest to expire first."""
    return [coupon for coupon in usable(buyer_id, at) if not is_kept_back(coupon)]


def is_asked_for(order: Order, coupon_id: int) -> bool:
    """Whether a transfer was asked for with this coupon: its money may be under way, and counts with it."""
    return order.payments.filter(method=Method.TT, coupon_id=coupon_id).exists()


def counts_from(order: Order, asked: datetime) -> datetime:
    """From when money for an order counts: when it was asked for, but not before what has happened to the order.

    What changes nothing of it does not count, nor what happens after its time, while it is spared since this money
    may be on its way.
    """
    events = Event.objects.filter(stream="order", key=order.pk).exclude(kind__in=_CHANGES_NOTHING)
    limit = left_alone(order, asked)
    if limit is not None and asked < limit[0]:
        events = events.filter(happened_at__lt=limit[0])
    last = events.aggregate(last=Max("happened_at"))["last"]
    return max(asked, order.state_since, last or order.created_at)


def alike(line: BankLine) -> list[BankLine]:
    """Other lines of the same amount: one of them may be the same money, told in another file."""
    same = BankLine.objects.filter(currency=line.currency, amount_minor=line.amount_minor).exclude(pk=line.pk)
    return list(same.select_related("order").order_by("-id")[:20])


def undone_by(back: TakenBack) -> list[tuple[BankLine, bool]]:
    """The credits that a reversal may undo, and whether each is named by it; the named and the newest first.

    A bank repeats its own reference, or the payer's words with the order's reference.
    """
    same = BankLine.objects.filter(
        account=back.account,
        currency=back.currency,
        amount_minor=back.amount_minor,
        arrived_at__lt=end_of(back.day),
    )
    lines = list(same.select_related("order").order_by("-id")[:20])
    return sorted(((line, _names(back, line)) for line in lines), key=lambda found: not found[1])


def reversals_of(line: BankLine) -> list[TakenBack]:
    """What the bank took back later that may undo this credit."""
    later = TakenBack.objects.filter(
        account=line.account,
        currency=line.currency,
        amount_minor=line.amount_minor,
        day__gte=day_of(line.arrived_at),
    )
    return list(later.order_by("-id")[:20])


def _names(back: TakenBack, line: BankLine) -> bool:
    told, known = (one.bank_reference.partition(":") for one in (back, line))
    if told[1] and told[0] == known[0]:
        return True
    return bool(set(quoted(back.reference).orders) & {*quoted(line.reference).orders, _number(line)})


def _number(line: BankLine) -> str:
    return line.order.number if line.order is not None else ""
