"""What a move of the time machine has brought about, read from what was recorded since."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext, ngettext_lazy

from assurance.accounts.models import User
from assurance.heartbeats import WORKER, is_alive
from assurance.kernel.models import Event, SweepRun
from assurance.notices.models import Notice
from assurance.schedule import SWEEPS
from logistics.models import TrackingEvent
from orders.models import Order
from sellers.models import Staff

# How long a page goes on asking whether the worker is done.
PATIENCE = timedelta(seconds=30)
LINKS = 3

_SAID = {
    "dispatch_overdue": ngettext_lazy("%(n)d order became overdue", "%(n)d orders became overdue", "n"),
    "dispatch_kept": ngettext_lazy(
        "%(n)d dispatch was found in time", "%(n)d dispatches were found in time", "n"
    ),
    "dispatch_late_withdrawn": ngettext_lazy(
        "%(n)d overdue mark was withdrawn", "%(n)d overdue marks were withdrawn", "n"
    ),
    "delivery_late": ngettext_lazy("%(n)d delivery became late", "%(n)d deliveries became late", "n"),
    "delivery_kept": ngettext_lazy("%(n)d delivery came in time", "%(n)d deliveries came in time", "n"),
    "delivery_late_withdrawn": ngettext_lazy(
        "%(n)d delivery turned out to be in time", "%(n)d deliveries turned out to be in time", "n"
    ),
    "received_automatically": ngettext_lazy(
        "%(n)d receipt was confirmed automatically", "%(n)d receipts were confirmed automatically", "n"
    ),
    "closed": ngettext_lazy("%(n)d order was closed", "%(n)d orders were closed", "n"),
    "refund_escalated": ngettext_lazy(
        "%(n)d refund was escalated to the platform", "%(n)d refunds were escalated to the platform", "n"
    ),
    "expired": ngettext_lazy("%(n)d coupon ended", "%(n)d coupons ended", "n"),
    "released": ngettext_lazy("%(n)d coupon is free again", "%(n)d coupons are free again", "n"),
}
_LATE = frozenset({"dispatch_overdue", "delivery_late", "closed", "expired"})


@dataclass(frozen=True)
class Mark:
    """The last row of each record before a move, and when the move was made, in real time."""

    event: int
    report: int
    notice: int
    moved_at: datetime

    @classmethod
    def take(cls) -> "Mark":
        return cls(_last(Event), _last(TrackingEvent), _last(Notice), timezone.now())

    @classmethod
    def from_session(cls, kept: Mapping[str, Any]) -> "Mark":
        return cls(kept["event"], kept["report"], kept["notice"], datetime.fromisoformat(kept["moved_at"]))

    def for_session(self) -> dict[str, Any]:
        return {
            "event": self.event,
            "report": self.report,
            "notice": self.notice,
            "moved_at": self.moved_at.isoformat(),
        }


@dataclass(frozen=True)
class Link:
    number: str
    href: str


@dataclass(frozen=True)
class Change:
    """One kind of change: how often, and some of the orders that the reader may open."""

    text: str
    is_bad: bool
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Changes:
    """`state`: waiting (the worker is at it), done, or idle (no worker has taken the work)."""

    state: str
    rows: tuple[Change, ...]


def since(mark: Mark, reader: User | None) -> Changes:
    """What has changed since a move, in the words and with the links for one reader."""
    return Changes(state(mark), tuple(_rows(mark, reader)))


def _last(model: type[Event] | type[TrackingEvent] | type[Notice]) -> int:
    found = model._default_manager.aggregate(last=Max("pk"))["last"]
    return int(found or 0)


def state(mark: Mark) -> str:
    """Whether every sweep has run since the move; one that failed counts as run, `/readyz` tells of it."""
    wanted = {sweep.name for sweep in SWEEPS if not sweep.outside}
    runs = SweepRun.objects.filter(name__in=wanted, last_started__gte=mark.moved_at)
    finished = {run.name for run in runs if run.last_error or _is_finished(run)}
    if finished >= wanted:
        return "done"
    if not is_alive(WORKER) or timezone.now() - mark.moved_at > PATIENCE:
        return "idle"
    return "waiting"


def _is_finished(run: SweepRun) -> bool:
    return run.last_finished is not None and run.last_finished >= run.last_started


def _rows(mark: Mark, reader: User | None) -> Iterator[Change]:
    by_kind: dict[str, list[int]] = defaultdict(list)
    for kind, key in Event.objects.filter(pk__gt=mark.event, kind__in=_SAID).values_list("kind", "key"):
        by_kind[kind].append(key)
    orders = _open_to(reader, {key for kind, keys in by_kind.items() for key in keys})
    for kind, text in _SAID.items():
        keys = by_kind.get(kind)
        if keys:
            links = (
                () if kind in ("expired", "released") else tuple(orders[key] for key in keys if key in orders)
            )
            yield Change(str(text % {"n": len(keys)}), kind in _LATE, links[:LINKS])
    reports = TrackingEvent.objects.filter(pk__gt=mark.report).count()
    if reports:
        yield Change(
            ngettext("%(n)d report of a carrier", "%(n)d reports of carriers", reports) % {"n": reports},
            False,
        )
    notices = Notice.objects.filter(pk__gt=mark.notice).count()
    if notices:
        yield Change(ngettext("%(n)d notice sent", "%(n)d notices sent", notices) % {"n": notices}, False)


def _open_to(reader: User | None, order_ids: set[int]) -> dict[int, Link]:
    """The orders among these that a person may open, each with the page for this person."""
    if reader is None:
        return {}
    posts = set(Staff.objects.filter(user=reader).values_list("seller_id", flat=True))
    links = {}
    for pk, number, buyer_id, seller_id in Order.objects.filter(pk__in=order_ids).values_list(
        "pk", "number", "buyer_id", "seller_id"
    ):
        if buyer_id == reader.pk:
            links[pk] = Link(number, reverse("orders:detail", args=[number]))
        elif seller_id in posts:
            links[pk] = Link(number, reverse("ma:order", args=[number]))
        elif reader.is_staff:
            links[pk] = Link(number, reverse("admin:orders_order_change", args=[pk]))
    return links
