"""The sandbox gateway's page, and the address where a gateway sends its notices (PAY-1)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from assurance.kernel import clock
from assurance.kernel.money import Money
from assurance.kernel.wording import money_text
from orders import gateway
from orders.models import Order, Payment, PaymentState
from orders.queries.facts import funds
from orders.rules import lifecycle
from orders.views.buyer import access

OPEN = (PaymentState.STARTED, PaymentState.PENDING)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sandbox(request: HttpRequest, reference: str) -> HttpResponse:
    """The buyer says how the payment ends; the answer takes the way of a gateway's notice."""
    attempt = _own(request, reference)
    if request.method == "POST":
        outcome = request.POST.get("outcome", "")
        if outcome in gateway.OUTCOMES:
            body = gateway.notice(reference, outcome)
            attempt = gateway.receive(body, gateway.sign(body), at=clock.now())
            return _after(request, attempt)
    if attempt.state not in OPEN:
        return redirect("orders:detail", attempt.order.number)
    context = {"payment": attempt, "order": attempt.order, "pending": attempt.state == PaymentState.PENDING}
    return render(request, "orders/buyer/gateway.html", context)


@csrf_exempt
@require_POST
def notices(request: HttpRequest) -> JsonResponse:
    """A notice of the gateway: 200 also for a repeated one, 403 unsigned, 400 senseless, 404 unknown."""
    try:
        attempt = gateway.receive(request.body, request.headers.get(gateway.HEADER, ""), at=clock.now())
    except gateway.BadSignature as error:
        return JsonResponse({"detail": str(error)}, status=403)
    except gateway.NoticeError as error:
        return JsonResponse({"detail": str(error)}, status=400)
    except Payment.DoesNotExist:
        return JsonResponse({"detail": "no payment has this reference"}, status=404)
    return JsonResponse({"reference": attempt.reference, "state": attempt.state})


def _own(request: HttpRequest, reference: str) -> Payment:
    found = (
        Payment.objects.filter(reference=reference, order__buyer_id=access.user(request).pk)
        .filter(method__in=gateway.methods())
        .select_related("order__seller", "coupon")
        .first()
    )
    if found is None:
        raise Http404
    return found


def _paid(order: Order, charge: Money) -> str:
    """What has come, and what is still to be paid (PAY-1, PAY-2)."""
    now, sum_ = funds(order), money_text(charge)
    if now.full:
        return _("Paid. The supplier has been told to prepare your order.")
    if now.initial_met:
        said = _("%(sum)s has been paid. The balance of %(left)s stays open; you can pay it at any time.")
        return said % {"sum": sum_, "left": money_text(now.outstanding)}
    said = _(
        "%(sum)s has been paid; %(left)s of what is due is missing. The supplier decides how to proceed."
    )
    return said % {"sum": sum_, "left": money_text(lifecycle.due_now(now))}


def _after(request: HttpRequest, attempt: Payment) -> HttpResponse:
    number = attempt.order.number
    if attempt.state == PaymentState.PENDING:
        messages.info(request, _("The payment is being confirmed. Nothing more is asked of you."))
        return redirect(gateway.page_of(attempt))
    if attempt.state == PaymentState.SUCCEEDED:
        messages.success(request, _paid(access.own_order(request, number), attempt.charge))
    elif attempt.state == PaymentState.FAILED:
        messages.error(
            request,
            _("The payment failed. Nothing was charged. Try again or choose another method."),
            extra_tags="PAY-1",
        )
        return redirect("orders:pay", number)
    elif attempt.returned_minor:
        messages.warning(
            request, _("This payment no longer counted for the order. The money goes back to you.")
        )
    return redirect("orders:detail", number)
