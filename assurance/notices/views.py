"""The inbox: what a person has been told, on either side of the trade."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assurance.accounts.models import User
from assurance.kernel import clock
from assurance.notices import services
from assurance.notices.models import Notice
from assurance.notices.wording import words
from assurance.ui.paging import page

SHOWN = 30


@dataclass(frozen=True)
class Row:
    """A notice in words."""

    notice: Notice
    title: str
    body: str


@login_required
@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """A person's notices, in the frame of the shop; the seller's office shows the same in its own."""
    return render(request, "notices/buyer/list.html", listed(request))


def listed(request: HttpRequest) -> dict[str, Any]:
    """A page of the reader's notices, newest first; `?unread` leaves out what has been read."""
    unread_only = "unread" in request.GET
    mine = Notice.objects.filter(user_id=_reader(request))
    shown = page(mine.filter(read_at=None) if unread_only else mine, ("-id",), request.GET, size=SHOWN)
    rows = [Row(notice, *words(notice)[:2]) for notice in shown.rows]
    return {"rows": rows, "page": shown, "unread_only": unread_only}


@login_required
@never_cache
@require_safe
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """To the page that a notice is about; the notice counts as read. Another person's is 404."""
    notice = Notice.objects.filter(pk=pk, user_id=_reader(request)).first()
    if notice is None:
        raise Http404
    services.mark_read(user_id=notice.user_id, notice_id=notice.pk, at=clock.now())
    return redirect(words(notice)[2])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def read_all(request: HttpRequest, back: str = "notices:list") -> HttpResponse:
    """Count every notice as read, and go back to the inbox that asked."""
    if request.method == "POST":
        services.mark_read(user_id=_reader(request), at=clock.now())
        messages.success(request, _("All notices are marked as read."))
    return redirect(back)


def _reader(request: HttpRequest) -> int:
    assert isinstance(request.user, User)
    return request.user.pk
