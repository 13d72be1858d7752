"""What is played: a show case in which every state occurs, sellers' own affairs, and everyday trade around it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import cycle
from typing import Any

from assurance.accounts.models import User
from assurance.demo.statement import for_open_payments
from assurance.demo.world.cast import PARTS, Part
from assurance.demo.world.deal import Deal
from assurance.demo.world.plots import course, late, money
from assurance.demo.world.stage import SEED, Stage, Story
from assurance.demo.world.storms import storms
from assurance.kernel.days import plus
from assurance.kernel.events import Actor
from assurance.kernel.money import from_minor
from assurance.kernel.services import keep_rates
from assurance.ledger.models import AccountKind
from assurance.ledger.queries import balance
from orders.services import intake, statements
from sellers.models import Seller
from sellers.services import membership, withdrawals
from sellers.services.withdrawals import Destination

Plot = Callable[[Deal], Story]
Sequel = Callable[[Deal, Deal], Story]

EVERYDAY = 470
DAYS = 195
# USD for one, about.
RATES = {
    "EUR": "1.0842",
    "GBP": "1.2716",
    "JPY": "0.00671",
    "CNY": "0.13902",
    "AUD": "0.6581",
    "CAD": "0.7312",
}
ALICE = "alice@demo.example"
WORTH_A_TRANSFER = 20  # dollars


@dataclass(frozen=True)
class Entry:
    """A plot with its cast. It begins `ago` days before the present, or so that dispatch falls `due` then

    (in days from today, negative for past ones). A sequel spends the coupon with another seller.
    """

    plot: Plot
    seller: str
    buyer: str = ""
    ago: int | None = None
    due: int | None = None
    sequel: tuple[Sequel, str] | None = None
    deal: dict[str, Any] = field(default_factory=dict)


def _made(size: float = 1) -> dict[str, Any]:
    return {"kind": "made", "size": size}


# What alice finds: something to do on every page.
ALICES = (
    Entry(late.never_sent, "qinghe", ALICE, due=-4, deal={"size": 6}),
    Entry(course.on_its_way, "hebao", ALICE, due=0, deal={"mode": "express", "store": True, "size": 4}),
    Entry(course.unpaid, "sumian", ALICE, ago=1, deal={"store": True}),
    Entry(late.late_approved, "lingjie", ALICE, due=-12, deal={"size": 4}),
    Entry(late.date_proposed, "qinghe", ALICE, ago=2),
    Entry(late.late_claimed, "muyun", ALICE, due=-4),
    Entry(late.delivered_late, "outdoor", ALICE, due=-22, deal={"mode": "express"}),
    Entry(money.refund_asked, "baiyao", ALICE, due=-1),
    Entry(course.sent_to_buyer, "muyun", ALICE, ago=2, deal={"size": 3}),
    Entry(course.intent, "qinghe", ALICE, ago=3, deal=_made()),
    Entry(course.paid, "lanting", ALICE, ago=2),
    Entry(course.being_verified, "sumian", ALICE, due=-1),
    Entry(
        late.late_approved, "hebao", ALICE, due=-75, sequel=(money.spent_and_sent, "muyun"), deal={"size": 3}
    ),
    Entry(late.late_approved, "sumian", ALICE, due=-101),
    Entry(late.late_approved, "lingjie", ALICE, due=-8, sequel=(money.reserved_on, "tieniu")),
    Entry(late.delivered_late_approved, "hebao", ALICE, due=-45, deal={"mode": "express"}),
    Entry(late.late_rejected, "outdoor", ALICE, due=-30),
    Entry(course.completed, "qinghe", ALICE, ago=70, deal={"store": True, "size": 3}),
    Entry(course.completed, "sumian", ALICE, ago=40),
    Entry(course.cancelled, "tieniu", ALICE, ago=20),
    Entry(money.refunded_in_part, "baiyao", ALICE, ago=50),
    Entry(money.wired_and_sent, "muyun", ALICE, ago=90, deal={"size": 4}),
    Entry(money.drafted_and_paid, "qinghe", ALICE, ago=48, deal={"size": 2}),
)

# What ming finds: orders to dispatch today, overdue ones, claims, debts, money to associate.
MINGS = (
    Entry(course.paid, "qinghe", due=0),
    Entry(course.paid, "qinghe", due=0, deal={"size": 10, "store": True}),
    Entry(course.paid_at_second_try, "qinghe", due=0),
    Entry(course.paid, "qinghe", due=1),
    Entry(course.paid, "qinghe", due=1),
    Entry(course.paid, "qinghe", due=3),
    Entry(course.paid, "qinghe", due=4),
    Entry(late.never_sent, "qinghe", due=-1),
    Entry(late.never_sent, "qinghe", due=-2),
    Entry(late.never_sent, "qinghe", due=-7),
    Entry(late.late_claimed, "qinghe", due=-4),
    Entry(late.late_claimed, "qinghe", due=-9),
    Entry(late.delivered_late_claimed, "qinghe", due=-24, deal={"mode": "express"}),
    Entry(late.late_approved, "qinghe", due=-11, sequel=(money.spent_just_now, "hebao"), deal={"size": 6}),
    Entry(late.late_approved, "qinghe", due=-80, sequel=(money.spent_and_sent, "sumian")),
    Entry(late.late_approved, "qinghe", due=-50, sequel=(money.spent_and_refunded, "lingjie")),
    Entry(course.partly_sent, "qinghe", due=1),
    Entry(course.being_verified, "qinghe", due=-1),
    Entry(course.on_its_way, "qinghe", due=1),
    Entry(course.on_its_way, "qinghe", due=-1),
    Entry(course.intent, "qinghe", ago=1, deal=_made(2)),
    Entry(course.intent_confirmed, "qinghe", ago=9, deal=_made()),
    Entry(money.wired, "qinghe", ago=3, deal={"size": 10}),
    Entry(money.wired, "qinghe", ago=4),
    Entry(money.wired_short, "qinghe", ago=4, deal={"size": 6}),
    Entry(money.drafted_in_parts, "qinghe", ago=1, deal={"size": 4}),
    Entry(course.kept_as_draft, "qinghe", ago=5),
    Entry(course.sent_to_buyer, "qinghe", ago=6),
    Entry(money.refund_asked, "qinghe", due=-2),
    Entry(money.refund_refused, "qinghe", due=-4),
    Entry(late.date_refused, "qinghe", ago=3),
    Entry(late.date_accepted, "qinghe", ago=4),
    Entry(late.exempted, "qinghe", ago=4),
    Entry(money.transfer_asked, "qinghe", ago=5, deal={"size": 6}),
    Entry(money.transfer_asked, "qinghe", ago=5, deal={"size": 4}),
    Entry(money.transfer_asked, "qinghe", ago=1, deal={"size": 3}),
)

# What is left for every state to occur, with sellers of all kinds.
OTHERS = (
    Entry(course.paid, "lanting", due=0),
    Entry(course.paid, "lanting", due=2),
    Entry(late.never_sent, "lanting", due=-2),
    Entry(course.on_its_way, "lanting", due=0),
    Entry(course.intent, "lanting", ago=4, deal=_made()),
    Entry(money.wired, "lanting", ago=3),
    Entry(course.unpaid, "tieniu", ago=65),
    Entry(course.intent, "hebao", ago=40, deal=_made()),
    Entry(course.declined_terms, "sumian", ago=15, deal=_made()),
    Entry(course.declined_refusal, "muyun", ago=25, deal=_made()),
    Entry(course.declined_by_buyer, "hebao", ago=12),
    Entry(course.payment_failed, "outdoor", ago=1),
    Entry(course.payment_pending, "sumian", "rafael.souza@buyers.example", ago=1),
    Entry(course.payment_pending, "lingjie", ago=1),
    Entry(course.unpaid, "zhice", ago=5),
    Entry(money.wired_short_rest_asked, "muyun", ago=5, deal={"size": 6}),
    Entry(money.wired_short_accepted, "lingjie", ago=6, deal={"size": 6}),
    Entry(money.wired_too_late, "tieniu", ago=9),
    Entry(money.wired_too_much, "lingjie", ago=12),
    Entry(late.date_lapsed, "hebao", due=-20),
    Entry(money.transfer_asked, "lanting", ago=5, deal={"size": 2}),
    Entry(money.transfer_too_late, "hebao", ago=5, deal={"size": 2}),
    Entry(money.transfer_asked, "lanting", ago=1),
    Entry(money.transfer_asked, "hebao", ago=1),
    Entry(money.transfer_asked, "sumian", ago=0),
    Entry(late.delivered_late_claimed, "lingjie", due=-24, deal={"mode": "express"}),
    Entry(late.delivered_late, "hebao", due=-23, deal={"mode": "express"}),
    Entry(late.both_late_approved, "outdoor", due=-40, deal={"mode": "express"}),
    Entry(late.told_late_rejected, "sumian", due=-40, deal={"mode": "express"}),
    Entry(late.late_claimed, "lingjie", due=-5),
    Entry(late.late_approved, "muyun", due=-90),
    Entry(late.late_approved, "hebao", due=-105),
    Entry(late.late_approved, "outdoor", due=-30, sequel=(money.spent_and_sent, "qinghe")),
    Entry(late.late_approved, "sumian", due=-7, sequel=(money.reserved_on, "zhice")),
    Entry(late.late_approved, "hebao", due=-26, sequel=(money.reserved_on, "tieniu")),
    Entry(late.lost, "hebao", due=-35),
    Entry(late.exempted, "sumian", ago=3),
    Entry(late.exempted_platform, "hebao", due=-9),
    Entry(money.refunded_before_dispatch, "outdoor", ago=3),
    Entry(money.refund_escalated, "lingjie", due=-6),
    Entry(money.refund_ruled, "sumian", due=-12),
    Entry(course.address_moved, "lingjie", ago=2),
    Entry(course.extended, "muyun", due=-9, deal={"mode": "express"}),
    Entry(course.completed, "leyuan", ago=199),
    Entry(course.completed, "rizhao", ago=198),
    Entry(course.changed_by_supplier, "qinghe", ALICE, ago=4, deal=_made()),
    Entry(course.changed_and_agreed, "qinghe", ago=6, deal=_made()),
)

# One contract in the middle of the past keeps each other seller's lamp lit (QUA-2).
LIT = tuple(
    Entry(course.completed, part.key, ago=110 + turn)
    for turn, part in enumerate(part for part in PARTS if part.key not in ("leyuan", "rizhao"))
)

# Beside the everyday trade, after it, so that the numbers of what is above stay.
ABROAD = (Entry(money.drafted_in_parts, "qinghe", ago=2, deal={"currency": "EUR", "size": 3}),)

# Everyday trade, with how often each course is taken. Some courses need a guarantee to be missed.
_STEADY: dict[Plot, int] = {
    course.completed: 48,
    course.on_its_way: 14,
    course.completed_after_second_try: 4,
    course.scanned_late: 4,
    money.wired_and_sent: 5,
    money.drafted_and_paid: 6,
    money.refunded_in_part: 3,
    course.cancelled: 3,
    course.unpaid: 2,
}
_ANYBODY: dict[Plot, int] = {**_STEADY, late.sent_late: 5}
_MEMBERS: dict[Plot, int] = {
    **_ANYBODY,
    late.late_approved: 4,
    late.delivered_late: 2,
    late.delivered_late_approved: 2,
    late.date_accepted: 3,
    course.extended: 3,
    course.address_moved: 2,
    late.exempted: 1,
}
_COUPON_MAKERS = (late.late_approved, late.delivered_late_approved)
_SPENT_WITH = ("hebao", "lanting", "lingjie", "sumian", "tieniu")
_BUSY = {"qinghe": 9, "lanting": 3, "leyuan": 0, "rizhao": 0}


def put_on(stage: Stage, *, scale: float) -> None:
    """Put the whole programme on the stage. `scale` is the share of everyday trade; the show case is always whole."""
    for part in PARTS:
        stage.play(_affairs(stage, part))
    stage.play(_statement(stage))
    stage.play(storms(stage))
    stage.play(_rates(stage))
    numbers = iter(range(1, 100_000))
    chance = random.Random(f"{SEED}:everyday")  # noqa: S311
    buyers = {user.email: user for user in stage.cast.buyers}
    # Alice's orders are only those above, so that her pages stay readable; the others take turns.
    turns = cycle(chance.sample(stage.cast.buyers[1:], len(stage.cast.buyers) - 1))
    everyday = _everyday(chance, round(EVERYDAY * scale))
    for entry in (*ALICES, *MINGS, *OTHERS, *LIT, *everyday, *ABROAD):
        buyer = buyers[entry.buyer] if entry.buyer else next(turns)
        stage.play(_story(stage, entry, buyer, numbers, chance))


def _story(stage: Stage, entry: Entry, buyer: User, numbers: Iterator[int], chance: random.Random) -> Story:
    deal = Deal(stage, next(numbers), buyer, entry.seller, stage.now, **entry.deal)
    ago = entry.ago if entry.due is None else deal.dispatch_days - entry.due
    if ago is None:
        raise ValueError(f"{entry.plot.__name__} has no day")
    deal.at = stage.morning(ago, hour=chance.randint(5, 20) if ago else 0)
    if entry.sequel is None:
        return entry.plot(deal)
    plot, seller = entry.sequel
    second = Deal(stage, next(numbers), buyer, seller, deal.at, size=4)
    return _both(entry.plot(deal), plot(second, deal))


def _both(first: Story, second: Story) -> Story:
    yield from first
    yield from second


def _everyday(chance: random.Random, count: int) -> Iterator[Entry]:
    keys = [part for part in PARTS if _BUSY.get(part.key, 2)]
    weights = [_BUSY.get(part.key, 2) for part in keys]
    for _ in range(count):
        part = chance.choices(keys, weights)[0]
        # More of it lately: the on-time rate looks at the last 90 days (STD-1).
        ago = chance.randint(4, chance.choice((90, DAYS)))
        # Ming's late orders are those of the show case: else nobody would trade with him.
        steady = _STEADY if part.key == "qinghe" else _ANYBODY
        plays = _MEMBERS if steady is _ANYBODY and _is_member(part, ago) else steady
        plot = chance.choices(list(plays), list(plays.values()))[0]
        sequel = None
        if plot in _COUPON_MAKERS and chance.random() < 0.6:
            sequel = money.spent_and_sent, chance.choice([key for key in _SPENT_WITH if key != part.key])
        guaranteed = plot is late.delivered_late_approved or chance.random() < 0.8
        yield Entry(plot, part.key, ago=ago, sequel=sequel, deal={"guaranteed": guaranteed})


def _is_member(part: Part, ago: int) -> bool:
    """Whether a contract made so many days ago, and a few days of grace, falls into the stay."""
    return part.joined is not None and ago < part.joined - 1 and (part.left is None or ago > part.left + 3)


def _affairs(stage: Stage, part: Part) -> Story:
    """A seller joins and leaves the upgrade service, activates the lamp, and withdraws money every two weeks."""
    seller = stage.cast.sellers[part.key]
    actor = Actor("seller", stage.cast.staff[part.key].pk)
    days = {part.joined, part.left, 6 if part.key == "rizhao" else None, *range(180, 12, -14)} - {None}
    for ago in sorted(days, reverse=True):
        at = stage.morning(ago, hour=2)
        yield at
        if ago == part.joined:
            membership.join(seller_id=seller.pk, consented=True, at=at, actor=actor)
        elif ago == part.left:
            membership.leave(seller_id=seller.pk, at=at, actor=actor)
        elif ago == 6:
            membership.activate(seller_id=seller.pk, at=at, actor=actor)
        else:
            _withdraw(seller, at=at, actor=actor, percent=70)
    if part.key == "qinghe":
        at = stage.lately(9)
        yield at
        _withdraw(seller, at=at, actor=actor, percent=100)


def _rates(stage: Stage) -> Story:
    """Finance has kept exchange rates for six weeks, from the bank's file of the morning."""
    olivia = Actor("ops", stage.cast.ops.pk)
    chance = random.Random(f"{SEED}:rates")  # noqa: S311
    usd = {code: Decimal(rate) for code, rate in RATES.items()}
    for ago in range(42, -1, -1):
        day = plus(stage.today, -ago)
        if day.weekday() > 4 and ago:
            continue
        at = stage.morning(ago, hour=8) if ago else stage.lately(59)
        yield at
        usd = {
            code: (rate * (1 + Decimal(chance.randint(-40, 40)) / 10_000)).quantize(Decimal("0.00001"))
            for code, rate in usd.items()
        }
        reason = "Reference rates of the European Central Bank"
        keep_rates(day=day, usd=usd, reason=reason, at=at, actor=olivia)


def _statement(stage: Stage) -> Story:
    """Two days ago finance took a statement in: what fits, short money, money for a closed order, what nobody knows."""
    at = stage.morning(2, hour=11)
    yield at
    # Whoever was asked later has a story that brings the money.
    data = for_open_payments(at, asked_before=stage.morning(4, hour=0))
    olivia = Actor("ops", stage.cast.ops.pk)
    taken, _is_new = statements.upload(name="statement.sta", data=data, at=at, actor=olivia)
    statements.take_in(statement_id=taken.pk, reason="The bank’s file of the day", at=at, actor=olivia)
    intake.take_due(at)


def _withdraw(seller: Seller, *, at: datetime, actor: Actor, percent: int) -> None:
    held = balance(AccountKind.SELLER, seller.pk)
    amount = from_minor(int(held.amount * percent))
    if amount.amount >= WORTH_A_TRANSFER:
        to = Destination(
            holder=seller.company.name,
            bank="Bank of China, Hangzhou",
            number=f"62170007100{seller.pk:08d}",
            bic="BKCHCNBJ910",
        )
        withdrawals.withdraw(
            seller_id=seller.pk, amount=amount, to=to, key=f"{at:%Y%m%d%H}", at=at, actor=actor
        )
