"""The page of an order's messages, for both of its sides."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assurance.kernel.events import Actor
from assurance.kernel.rules import RuleViolation
from assurance.ui.fields import ProseField
from assurance.ui.given import whole
from assurance.ui.uploads import UploadsField
from orders.models import Order
from orders.queries import messages
from orders.services import messages as services
from orders.views.evidence import new_token


class MessageForm(forms.Form):
    """Words, files or both. The token makes sending it twice one message."""

    words = ProseField(
        label=gettext_lazy("Message"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("The platform can read it if it has to decide."),
    )
    attached = UploadsField(label=gettext_lazy("Files"), required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, initial=new_token)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="message_%s")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("words") and not given.get("attached") and not self.errors:
            self.add_error("words", _("Enter a comment or choose a file."))
        return given


def written(
    request: HttpRequest, order: Order, side: str, at: datetime, actor: Actor
) -> tuple[MessageForm, RuleViolation | None, bool]:
    """The form, a refusal, and whether a message went out."""
    if request.method != "POST":
        return MessageForm(), None, False
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return form, None, False
    given = form.cleaned_data
    try:
        services.send(
            order_id=order.pk,
            side=side,
            words=given["words"],
            uploads=given["attached"],
            token=str(given["token"]),
            at=at,
            actor=actor,
        )
    except RuleViolation as violation:
        return form, violation, False
    return form, None, True


def context(
    request: HttpRequest, order: Order, side: str, form: MessageForm, violation: RuleViolation | None
) -> dict[str, Any]:
    """What the page shows; `before` in the address leads to older ones."""
    before = whole(request.GET.get("before", ""))
    unread = messages.unread(order.pk, side)
    return {
        "order": order,
        "side": side,
        "form": form,
        "violation": violation,
        "found": messages.page(order.pk, before),
        "is_older": before is not None,
        "unread": unread,
    }


def marked_read(request: HttpRequest, order: Order, side: str, back: str) -> HttpResponse:
    """What was unread has been on screen: htmx says so when the thread comes into sight, else a button."""
    seen = whole(request.POST.get("seen", ""))
    if seen is not None:
        services.read(order_id=order.pk, side=side, seen=seen)
    if request.headers.get("HX-Request"):
        return render(request, "orders/messages_read.html")
    return redirect(back, order.number)


def status(form: MessageForm, violation: RuleViolation | None) -> int:
    if violation is not None:
        return 409
    return 422 if form.errors else 200
