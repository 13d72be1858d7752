"""What both sides and ops see of an application for a refund: its thread, and the form that adds to it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assurance.kernel.wording import money_text
from assurance.ui.fields import ProseField
from assurance.ui.uploads import UploadsField
from orders.models import Attachment, RefundStep, Step
from orders.queries.refunds import Application
from orders.services.refunds import BUYER, SUPPLIER


def new_token() -> str:
    """Names one form that is shown, so that sending it twice has one effect."""
    return str(uuid.uuid4())


class EvidenceForm(forms.Form):
    """Words, files or both, added to an open application."""

    words = ProseField(
        label=gettext_lazy("Comment"),
        max_length=1000,
        required=False,
        rows=2,
        help_text=gettext_lazy("The other side reads it, and the platform if it decides."),
    )
    evidence = UploadsField(label=gettext_lazy("Evidence"), required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, initial=new_token)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="evidence_%s")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("words") and not given.get("evidence") and not self.errors:
            self.add_error("words", _("Enter a comment or choose a file."))
        return given

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes."""
        given = self.cleaned_data
        return {"words": given["words"], "uploads": given["evidence"], "token": str(given["token"])}


@dataclass(frozen=True)
class Told:
    """One step of the thread in words, with its files."""

    step: RefundStep
    who: str
    title: str
    icon: str
    tone: str
    files: list[Attachment]


def told(application: Application) -> list[Told]:
    """The thread in the active language, the latest step first."""
    return [_told(step, sent) for step, sent in application.thread]


def _told(step: RefundStep, sent: list[Attachment]) -> Told:
    icon, tone = _LOOKS.get(step.kind, ("note", ""))
    return Told(step, _who(step), _TITLES[step.kind](step), icon, tone, sent)


def _who(step: RefundStep) -> str:
    side = {BUYER: _("Buyer"), SUPPLIER: _("Supplier")}.get(step.side, _("Platform"))
    return f"{side} · {step.by.name}" if step.by is not None and step.side in (BUYER, SUPPLIER) else side


def _sum(step: RefundStep) -> str:
    return _("everything") if step.amount is None else money_text(step.amount)


_TITLES: dict[str, Callable[[RefundStep], str]] = {
    Step.APPLIED: lambda s: _("Applied for a refund of %(sum)s") % {"sum": _sum(s)},
    Step.SAID: lambda s: _("Added to the case"),
    Step.COUNTERED: lambda s: _("Offered %(sum)s") % {"sum": _sum(s)},
    Step.DECLINED: lambda s: _("Declined %(sum)s") % {"sum": _sum(s)},
    Step.REFUSED: lambda s: _("Refused the refund"),
    Step.AGREED: lambda s: _("Agreed to a refund of %(sum)s") % {"sum": _sum(s)},
    Step.ACCEPTED: lambda s: _("Accepted the offer of %(sum)s") % {"sum": _sum(s)},
    Step.WITHDRAWN: lambda s: _("Withdrew the application"),
    Step.ESCALATED: lambda s: (
        _("Escalated to the platform") if s.side == BUYER else _("Escalated to the platform automatically")
    ),
    Step.RULED: lambda s: (
        _("Ruled: nothing is refunded")
        if s.amount is not None and not s.amount.amount
        else _("Ruled: a refund of %(sum)s") % {"sum": _sum(s)}
    ),
}
_LOOKS: dict[str, tuple[str, str]] = {
    Step.COUNTERED: ("coin", ""),
    Step.DECLINED: ("cross", ""),
    Step.REFUSED: ("cross", "late"),
    Step.AGREED: ("check", "good"),
    Step.ACCEPTED: ("check", "good"),
    Step.WITHDRAWN: ("none", ""),
    Step.ESCALATED: ("flag", ""),
    Step.RULED: ("flag", "good"),
}
