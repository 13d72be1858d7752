"""Sending notices by e-mail, each in its reader's language (the outbox of `kernel.models.OutboxRow`).

A batch is claimed in one short statement, so that several workers share the work and no transaction stays
open while a mail server is slow. A worker that dies has marked nothing as sent: after LEASE its rows come
up again. A mail may therefore go out twice, but none is lost.
"""

from datetime import datetime, timedelta
from time import monotonic

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation

from assurance.notices.models import Notice
from assurance.notices.wording import SELLER, side_of, words

BATCH = 500
LEASE = timedelta(minutes=10)
ATTEMPTS_AT_MOST = 8
# A task may run for 45 seconds; what is not sent by then is the next tick's.
SECONDS_AT_MOST = 30.0

log = structlog.get_logger(__name__)

_CLAIM = """
    UPDATE notices_notice SET attempts = attempts + 1, next_try_at = %(again)s
    WHERE id = ANY(ARRAY(
        SELECT id FROM notices_notice WHERE sent_at IS NULL AND next_try_at <= %(at)s
        ORDER BY next_try_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
    RETURNING id
"""


def deliver(at: datetime, limit: int = BATCH) -> int:
    """Send what is due at `at`, in batches of `limit`, until nothing is or time is up; how many were sent.

    A failure is tried again after 1, 2, 4, … minutes; after the eighth the notice stays in the inbox only,
    with the error kept.
    """
    until = monotonic() + SECONDS_AT_MOST
    total = 0
    while True:
        claimed = _claim(at, limit)
        sent, left = _send(claimed, at, until)
        total += sent
        if left:
            Notice.objects.filter(pk__in=left).update(next_try_at=at, attempts=F("attempts") - 1)
        if left or len(claimed) < limit:
            return total


def _claim(at: datetime, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"at": at, "again": at + LEASE, "limit": limit})
        return sorted(row[0] for row in cursor.fetchall())


def _send(claimed: list[int], at: datetime, until: float) -> tuple[int, list[int]]:
    """How many went out, and which were not tried because time was up."""
    notices = Notice.objects.filter(pk__in=claimed).select_related("user").order_by("id")
    sent = 0
    with get_connection() as mail_server:
        for place, notice in enumerate(notices):
            if monotonic() > until:
                return sent, claimed[place:]
            sent += _send_one(notice, mail_server, at)
    return sent, []


def _send_one(notice: Notice, mail_server: BaseEmailBackend, at: datetime) -> bool:
    try:
        if notice.user.is_active:
            message(notice, mail_server).send()
    except Exception as error:
        _note_failure(notice, error, at)
        return False
    Notice.objects.filter(pk=notice.pk).update(sent_at=at, next_try_at=None, last_error="")
    return True


def _note_failure(notice: Notice, error: Exception, at: datetime) -> None:
    """Whatever is wrong with one mail, an address or a text, must not hold up the others."""
    said = f"{type(error).__name__}: {error}"[:300]
    last = notice.attempts >= ATTEMPTS_AT_MOST
    again = None if last else at + timedelta(minutes=2 ** (notice.attempts - 1))
    Notice.objects.filter(pk=notice.pk).update(last_error=said, next_try_at=again)
    log.warning("mail_failed", notice=notice.pk, attempts=notice.attempts, gave_up=last, error=said)


def message(notice: Notice, mail_server: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """A notice as an e-mail: text, and the same as simple HTML."""
    with translation.override(language_of(notice)):
        title, body, page = words(notice)
        context = {
            "user": notice.user,
            "title": title,
            "body": body,
            "link": f"{settings.PORTAL_URL}{page}",
            "zone": settings.PLATFORM_ZONE,
        }
        mail = EmailMultiAlternatives(
            subject=title,
            body=render_to_string("emails/notice.txt", context),
            to=[notice.user.email],
            connection=mail_server,
        )
        mail.attach_alternative(render_to_string("emails/notice.html", context), "text/html")
    return mail


def language_of(notice: Notice) -> str:
    """The reader's choice; without one the language in which the part of the portal opens."""
    return notice.user.language or ("zh-hans" if side_of(notice) == SELLER else settings.LANGUAGE_CODE)
