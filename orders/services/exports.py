"""Writing a list of orders to a file in the background (ORD-9).

The row is the truth: a task only says that there may be something to write. A run holds its row by a beat of
the heart; one that falls silent has died, and the next look begins its file anew.
"""

import tempfile
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from assurance.accounts.models import User
from assurance.kernel.rules import RuleViolation
from assurance.notices.services import tell
from orders.models import ExportState, ListExport, Order
from orders.queries import buyer, filters, seller
from orders.queries.filters import Wanted
from orders.queries.sheet import columns, pieces
from orders.services.sheets import sheet

AT_ONCE, TRIES = 3, 3
KEPT = timedelta(days=7)
SILENCE = timedelta(minutes=2)
FORMATS = ("csv", "xlsx")
_UNFINISHED = (ExportState.ASKED, ExportState.RUNNING)

log = structlog.get_logger(__name__)


@transaction.atomic
def ask(
    *,
    user_id: int,
    seller_id: int | None,
    format: str,
    wanted: Wanted,
    at: datetime,
    language: str,
    said: str = "",
    picked: Sequence[str] = (),
) -> ListExport:
    """Ask for a file of a list, or of the orders picked from it. Refused ORD-9 for an unknown format, and while

    too many are being written. The same list again, while its file is not finished, is the same file.
    """
    if format not in FORMATS:
        raise RuleViolation("ORD-9", _("Choose CSV or XLSX."), conflict=False, field="format")
    # Who asks twice at once asks one after the other.
    User.objects.select_for_update(no_key=True).get(pk=user_id)
    mine = ListExport.objects.filter(user=user_id, state__in=_UNFINISHED)
    asked = {"format": format, "wanted": filters.packed(wanted), "picked": list(picked)}
    same = mine.filter(seller=seller_id) if seller_id else mine.filter(seller=None)
    again = same.filter(**asked).first()
    if again is not None:
        return again
    if len(mine) >= AT_ONCE:
        raise RuleViolation(
            "ORD-9",
            _("%(most)s files are already being generated for you."),
            advice=_("Wait until one of them is finished."),
            most=AT_ONCE,
        )
    return ListExport.objects.create(
        key=uuid.uuid4(),
        user_id=user_id,
        seller_id=seller_id,
        language=language,
        said=said[:500],
        asked_at=at,
        **asked,
    )


def waiting(now: datetime) -> QuerySet[ListExport]:
    """What is to be written: asked for, or begun by a run that has died."""
    died = Q(state=ExportState.RUNNING, seen_at__lt=now - SILENCE)
    return ListExport.objects.filter(Q(state=ExportState.ASKED) | died).order_by("asked_at", "id")


def write_next(at: datetime) -> bool:
    """Write the file that has waited longest; False if none waits. Raises what the writing raises.

    One at a time: a file of a million orders must not hold every worker while sweeps are due. `at` decides
    what the list holds; hearts beat in the time of this machine, not of the trade.
    """
    alive = ListExport.objects.filter(state=ExportState.RUNNING, seen_at__gte=timezone.now() - SILENCE)
    if alive.exists():
        return False
    for row in waiting(timezone.now()):
        if _claim(row, at):
            _write(row, at)
            return True
    return False


def _claim(row: ListExport, at: datetime) -> bool:
    """Take a file for this run; False if another has taken it, or it has failed too often."""
    if row.tries >= TRIES:
        _give_up(row, ListExport.objects.filter(pk=row.pk, tries=row.tries, state=row.state), at)
        return False
    taken = ListExport.objects.filter(pk=row.pk, tries=row.tries, state=row.state).update(
        state=ExportState.RUNNING, seen_at=timezone.now(), tries=F("tries") + 1, done=0
    )
    row.tries += 1
    return bool(taken)


def _write(row: ListExport, at: datetime) -> None:
    """Write it in pieces, and hand it over whole: nobody can fetch half a file."""
    try:
        with tempfile.TemporaryDirectory() as folder, override(row.language):
            path = str(Path(folder) / f"orders.{row.format}")
            if not _fill(row, path, at):
                return
            with open(path, "rb") as written:
                name = default_storage.save(f"exports/{row.key}.{row.format}", File(written))
    except Exception:
        # Another try at the next look, unless it was the last.
        if row.tries >= TRIES:
            _give_up(row, _still_mine(row), at)
        else:
            _still_mine(row).update(state=ExportState.ASKED)
        raise
    if not _finish(row, name, at):
        default_storage.delete(name)


@transaction.atomic
def _finish(row: ListExport, name: str, at: datetime) -> bool:
    """The file can be fetched, and its maker is told; False if it has become another run's meanwhile."""
    mine = _still_mine(row)
    if not mine.update(state=ExportState.FINISHED, file=name, finished_at=at, total=F("done")):
        return False
    row.refresh_from_db(fields=["total"])
    tell([row.user_id], "export_finished", at=at, **_about(row), orders=row.total, key=str(row.key))
    return True


@transaction.atomic
def _give_up(row: ListExport, if_still: QuerySet[ListExport], at: datetime) -> None:
    """The last try has failed, and the maker is told, once."""
    if if_still.update(state=ExportState.FAILED):
        tell([row.user_id], "export_failed", at=at, **_about(row))


def _about(row: ListExport) -> dict[str, Any]:
    side = "seller" if row.seller_id else "buyer"
    return {"about": "export", "about_id": row.pk, "side": side, "format": row.format.upper()}


def _fill(row: ListExport, path: str, at: datetime) -> bool:
    """Every piece with a beat of the heart; False when the file has become another run's meanwhile."""
    side = "seller" if row.seller_id else "buyer"
    shown = columns(side)
    found = orders_of(row, at)
    if not _still_mine(row).update(total=found.count()):
        return False
    out, done = sheet(row.format, path), 0
    try:
        out.row([str(column.name) for column in shown])
        for piece in pieces(found, at, chinese=row.language.startswith("zh")):
            for order in piece:
                out.row([column.cell(order) for column in shown])
            done += len(piece)
            if not _still_mine(row).update(done=done, seen_at=timezone.now()):
                return False
    finally:
        out.close()
    return True


def _still_mine(row: ListExport) -> QuerySet[ListExport]:
    return ListExport.objects.filter(pk=row.pk, state=ExportState.RUNNING, tries=row.tries)


def orders_of(row: ListExport, at: datetime) -> QuerySet[Order]:
    """The orders that go into the file: those of its maker's side alone, whatever was asked for."""
    wanted = filters.unpacked(row.wanted)
    if row.seller_id:
        mine = seller.of_seller(row.seller_id)
        found = seller.matching(row.seller_id, wanted, at)
    else:
        mine = buyer.of_buyer(row.user_id)
        found = buyer.matching(row.user_id, wanted, at)
    return mine.filter(number__in=row.picked) if row.picked else found


def expire(at: datetime) -> int:
    """Throw away files that are older than a week; how many."""
    old = ListExport.objects.filter(asked_at__lte=at - KEPT).exclude(
        state__in=(ExportState.EXPIRED, ExportState.RUNNING)
    )
    count = 0
    for row in old[:500]:
        if row.file:
            default_storage.delete(row.file)
        count += ListExport.objects.filter(pk=row.pk, state=row.state).update(
            state=ExportState.EXPIRED, file=""
        )
    return count
