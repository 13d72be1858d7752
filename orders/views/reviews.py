"""The forms of a review and of its reply, and the last stop of an order's way."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import day_of, end_of
from assurance.kernel.wording import day_text
from assurance.ui.fields import ProseField
from orders.models import Order
from orders.queries.facts import View
from orders.rules import lifecycle
from orders.rules.reviews import last_day

STARS = [(n, f"{n} ★") for n in range(5, 0, -1)]


def _stars(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=[("", _("Choose")), *STARS], coerce=int)


class ReviewForm(forms.Form):
    """One to five stars for three things, and words."""

    product = _stars(_("Product"))
    service = _stars(_("Supplier’s service"))
    shipment = _stars(_("On-time shipment"))
    words = ProseField(
        label=_("Your comment"),
        max_length=1000,
        required=False,
        help_text=_("Everyone sees it on the product’s page, without your name."),
    )


class ReplyForm(forms.Form):
    words = ProseField(
        label=_("Your reply"),
        max_length=1000,
        help_text=_("Everyone sees it below the review. You can reply once."),
    )


def stop(order: Order, view: View, at: datetime) -> tuple[str, str]:
    """The note and the state of Reviews, alike for both sides: "now" until the last day, then done or off."""
    review = getattr(order, "review", None)
    if review is not None:
        return day_text(day_of(review.at)), "done"
    if view.state != lifecycle.COMPLETED or view.received_at is None:
        return "", ""
    last = last_day(view.received_at)
    if at < end_of(last):
        return gettext("by %(day)s") % {"day": day_text(last)}, "now"
    return gettext("not written"), "off"
