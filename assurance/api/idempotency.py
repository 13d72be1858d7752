"""`Idempotency-Key`: a POST sent again, because its answer was lost, has one effect and one answer.

The whole request is one transaction. It begins with an advisory lock of the key, taken without waiting:
another request with the same key is told 409 at once. Under the lock the earlier answer is looked up: the
same request gets it again, byte for byte, another one gets 422. The lock ends with the transaction, when the
answer can already be seen, and with the connection of a killed process; so no key stays locked.

The answer is stored in the transaction of the effect: a crash loses both or neither. A refusal rolls back to
a savepoint what the act had written and is stored as well: sent again it reads the same, even if it would be
allowed by then. An error of ours stores nothing, so that trying again is worth while.

Work that commits piece by piece (tracking, whose events may be told any number of times) cannot be one
transaction. Its key is claimed by a row without an answer, which gets one when the work is done. A claim left
by a killed process is taken over after a minute; a refusal gives the claim up, so that what was refused can be
told again.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from assurance.api.problems import CONTENT_TYPE, Refused
from assurance.kernel import clock
from assurance.kernel.models import IdempotencyKey

HEADER = "Idempotency-Key"
PATTERN = r"^[\x21-\x7e]{1,80}$"
KEPT = timedelta(days=30)
CLAIMED = timedelta(minutes=1)
REPLAYED = "Idempotency-Replayed"

Act = Callable[[], Response]
Refuse = Callable[[Exception], Response]


def once(
    request: Request, act: Act, refuse: Refuse, *, one_transaction: bool = True, needs_key: bool = False
) -> HttpResponseBase:
    """Answer a POST, from what is stored if its key has been answered before.

    `act` does the work; `refuse` makes an answer of what it raises. Without a key each request is its own,
    or with `needs_key` refused.
    """
    key = request.headers.get(HEADER)
    if key is None and needs_key:
        raise exceptions.ValidationError({HEADER: [_("Send one, so that a repeat has no second effect.")]})
    if key is not None and not re.match(PATTERN, key):
        raise exceptions.ValidationError({HEADER: [_("1 to 80 visible ASCII characters, without blanks.")]})
    if not one_transaction:
        return act() if key is None else _piece_by_piece(request, key, act)
    with transaction.atomic():
        return act() if key is None else _at_once(request, key, act, refuse)


def forget(at: datetime) -> int:
    """Delete the answers that are older than 30 days; how many."""
    deleted, _rows = IdempotencyKey.objects.filter(created_at__lt=at - KEPT).delete()
    return deleted


def _at_once(request: Request, key: str, act: Act, refuse: Refuse) -> HttpResponseBase:
    fresh = _asked(request, key)
    _lock(fresh)
    earlier = _earlier(fresh)
    if earlier is not None:
        return _replay(earlier, fresh)
    try:
        with transaction.atomic():
            answer = act()
    except Exception as refusal:
        answer = refuse(refusal)
        if answer.status_code >= 500:
            transaction.set_rollback(True)
            return answer
    _keep(fresh, answer)
    fresh.save(force_insert=True)
    return answer


def _piece_by_piece(request: Request, key: str, act: Act) -> HttpResponseBase:
    fresh = _asked(request, key)
    with transaction.atomic():
        _lock(fresh)
        earlier = _earlier(fresh)
        if earlier is not None and (earlier.status or earlier.created_at > clock.now() - CLAIMED):
            return _replay(earlier, fresh)
        if earlier is not None:
            earlier.delete()
        fresh.save(force_insert=True)
    try:
        answer = act()
    except Exception:
        fresh.delete()
        raise
    _keep(fresh, answer)
    fresh.save()
    return answer


def _asked(request: Request, key: str) -> IdempotencyKey:
    """The row of a request, not saved. A user's keys are their own; a partner's bear the partner's name."""
    whole = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    return IdempotencyKey(
        user_id=request.user.pk or 0,
        key=key if request.user.pk else f"{request.user}/{key}",
        fingerprint=hashlib.sha256(whole).hexdigest(),
        created_at=clock.now(),
    )


def _lock(row: IdempotencyKey) -> None:
    name = hashlib.sha256(f"idempotency:{row.user_id}:{row.key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(name[:8], signed=True)])
        if not cursor.fetchone()[0]:
            raise _in_flight()


def _in_flight() -> Refused:
    return Refused(409, _("A request with this Idempotency-Key is still being worked on."))


def _earlier(row: IdempotencyKey) -> IdempotencyKey | None:
    kept = IdempotencyKey.objects.filter(user_id=row.user_id, key=row.key)
    earlier = kept.first()
    if earlier is not None and earlier.created_at < clock.now() - KEPT:
        kept.delete()
        return None
    return earlier


def _replay(earlier: IdempotencyKey, fresh: IdempotencyKey) -> HttpResponse:
    if earlier.fingerprint != fresh.fingerprint:
        raise Refused(422, _("This Idempotency-Key has been used for another request."))
    if earlier.status is None:
        raise _in_flight()
    return HttpResponse(
        earlier.body,
        status=earlier.status,
        content_type=CONTENT_TYPE if earlier.status >= 400 else "application/json",
        headers={REPLAYED: "true"},
    )


def _keep(row: IdempotencyKey, answer: Response) -> None:
    """Put the answer into the row: as text, for jsonb would put its members into another order."""
    row.status = answer.status_code
    row.body = JSONRenderer().render(answer.data).decode()
