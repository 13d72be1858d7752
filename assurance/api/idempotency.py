"""`Idempotency-Key`: a POST sent again, because its answer was lost, has one effect and one answer.

While a request runs it holds an advisory lock of its key, taken without waiting: another one with the same
key is told 409 at once. Under the lock the earlier answer is looked up: the same request gets it again,
byte for byte, another one gets 422.

The answer is stored in the transaction of the effect, so that a crash loses both or neither. A refusal rolls
back to a savepoint what the act had written and is stored as well: sent again it reads the same, even if it
would be allowed by then. An error of ours stores nothing, so that trying again is worth while.

A lock of the session, not of the transaction: it must outlive the commit, or a second request could look
before the answer is there. It goes when the connection does, so no killed process leaves a key locked.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta

from django.db import Error, connection, transaction
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
REPLAYED = "Idempotency-Replayed"


def once(
    request: Request,
    act: Callable[[], Response],
    refuse: Callable[[Exception], Response],
    *,
    one_transaction: bool = True,
) -> HttpResponseBase:
    """Answer a POST, from what is stored if its key has been answered before.

    `act` does the work; `refuse` makes an answer of what it raises. With `one_transaction` off, `act` commits
    on its own, piece by piece: only for work that may be repeated freely (tracking).
    """
    key = request.headers.get(HEADER)
    if key is None:
        with transaction.atomic() if one_transaction else nullcontext():
            return act()
    if not re.match(PATTERN, key):
        raise exceptions.ValidationError({HEADER: [_("1 to 80 visible ASCII characters, without blanks.")]})
    owner, key = _owner(request, key)
    fingerprint = _fingerprint(request)
    with _in_flight(owner, key):
        earlier = _earlier(owner, key)
        if earlier is not None:
            return _replay(earlier, fingerprint)
        if not one_transaction:
            return _store(owner, key, fingerprint, act())
        with transaction.atomic():
            try:
                with transaction.atomic():
                    answer = act()
            except Exception as refusal:
                answer = refuse(refusal)
                if answer.status_code >= 500:
                    transaction.set_rollback(True)
                    return answer
            return _store(owner, key, fingerprint, answer)


def forget(at: datetime) -> int:
    """Delete the answers that are older than 30 days; how many."""
    deleted, _rows = IdempotencyKey.objects.filter(created_at__lt=at - KEPT).delete()
    return deleted


def _owner(request: Request, key: str) -> tuple[int, str]:
    """Whose key it is: a user's own; those of signing partners are kept apart by the partner's name."""
    if request.user.pk is not None:
        return request.user.pk, key
    return 0, f"{request.user}/{key}"


def _fingerprint(request: Request) -> str:
    whole = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(whole).hexdigest()


@contextmanager
def _in_flight(owner: int, key: str) -> Iterator[None]:
    name = hashlib.sha256(f"idempotency:{owner}:{key}".encode()).digest()
    lock = [int.from_bytes(name[:8], signed=True)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", lock)
        if not cursor.fetchone()[0]:
            raise Refused(409, _("A request with this Idempotency-Key is still being worked on."))
    try:
        yield
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", lock)
        except Error:
            connection.close()  # a broken connection holds no lock; a sound one gives it up with this


def _earlier(owner: int, key: str) -> IdempotencyKey | None:
    kept = IdempotencyKey.objects.filter(user_id=owner, key=key)
    row = kept.first()
    if row is not None and row.created_at < clock.now() - KEPT:
        kept.delete()
        return None
    return row


def _replay(earlier: IdempotencyKey, fingerprint: str) -> HttpResponse:
    if earlier.fingerprint != fingerprint:
        raise Refused(422, _("This Idempotency-Key has been used for another request."))
    return HttpResponse(
        earlier.body,
        status=earlier.status,
        content_type=CONTENT_TYPE if (earlier.status or 0) >= 400 else "application/json",
        headers={REPLAYED: "true"},
    )


def _store(owner: int, key: str, fingerprint: str, answer: Response) -> Response:
    IdempotencyKey.objects.create(
        user_id=owner,
        key=key,
        fingerprint=fingerprint,
        status=answer.status_code,
        # As text: jsonb would put the members into another order.
        body=JSONRenderer().render(answer.data).decode(),
        created_at=clock.now(),
    )
    return answer
