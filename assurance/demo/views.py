"""The time machine's buttons, what they brought about, and one-click sign-in. Only the demo has these pages."""

import time
from datetime import datetime, timedelta

import structlog
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from kombu.exceptions import OperationalError

from assurance import tasks
from assurance.accounts.models import User
from assurance.demo import carrier, changes, due, time_machine
from assurance.demo.context import MARK
from assurance.demo.sign_ins import SIGN_INS
from assurance.demo.statement import for_open_payments
from assurance.kernel import clock
from assurance.kernel.days import day_of
from assurance.schedule import SWEEPS
from orders.models import Order

log = structlog.get_logger(__name__)

STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
# The answer waits a little for the worker, so that mostly the next page already shows what changed.
WAIT_SECONDS = 3.0
LOOK_EVERY_SECONDS = 0.1


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Move the time ahead by a step or to the next deadline; on an order's page, to that order's next one."""
    back = _next(request)
    by, present = request.POST.get("by", ""), clock.now()
    if by == "due":
        target = _due(back, present)
        if target is None:
            messages.info(request, _("There are no more deadlines."))
            return redirect(back)
    elif by in STEPS:
        target = present + STEPS[by]
    else:
        return HttpResponseBadRequest("by: hour, day, week or due")
    mark = changes.Mark.take()
    # Before the clock moves, so that no sweep meets the new time without what the carriers saw until then.
    carrier.report(since=present, until=target)
    time_machine.move(max(target - clock.now(), timedelta()))
    request.session[MARK] = mark.for_session()
    _wake_worker()
    _wait(mark)
    return redirect(back)


@never_cache
@require_safe
def changed(request: HttpRequest) -> HttpResponse:
    """What the last move brought about: the part of the bar that asks until the worker is done."""
    if MARK not in request.session:
        return HttpResponse()
    return render(request, "demo/changes.html")


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the four, without a password."""
    person = SIGN_INS.get(request.POST.get("email", ""))
    if person is None:
        raise Http404
    user = get_object_or_404(User, email=person.email)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    wanted = request.POST.get("next", "")
    return redirect(wanted if _is_ours(request, wanted) else reverse(person.starts_at))


@require_safe
def statement(request: HttpRequest) -> HttpResponse:
    """A bank statement for the T/T payments now open, for whoever may upload it."""
    if not request.user.has_perm("orders.add_bankstatement"):
        raise Http404
    at = clock.now()
    headers = {"Content-Disposition": f'attachment; filename="statement-{day_of(at)}.sta"'}
    return HttpResponse(for_open_payments(at), content_type="text/plain; charset=ascii", headers=headers)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    return wanted if _is_ours(request, wanted) else "/"


def _is_ours(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())


def _due(page: str, at: datetime) -> datetime | None:
    try:
        number = resolve(page.split("?")[0]).kwargs.get("number")
    except Resolver404:
        number = None
    order = Order.objects.filter(number=number).first() if number else None
    found = due.next_due_of(order, at) if order else None
    return found or due.next_due(at)


def _wake_worker() -> None:
    """Send every sweep to the worker now, as beat would within the minute."""
    try:
        for sweep in SWEEPS:
            tasks.sweep.delay(sweep.name)
    except OperationalError as error:
        log.warning("worker_not_woken", error=str(error))


def _wait(mark: changes.Mark) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until and changes.state(mark) == "waiting":
        time.sleep(LOOK_EVERY_SECONDS)
