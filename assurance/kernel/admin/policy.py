"""Policy versions: to read, to compare, and to announce a new one; never to edit (POL-1)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from assurance.kernel import clock, services
from assurance.kernel.models import PolicyVersion
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from assurance.kernel.wording import instant_text
from assurance.ops import history
from assurance.ops.acts import Act, ReasonForm
from assurance.ops.detail import DetailAdmin
from assurance.ops.sheets import Badge, Panel, Table
from assurance.ops.show import shown
from assurance.ui.fields import DecimalField, NumberField
from logistics.models import Mode
from orders.models import Method

BETWEEN = "__"

# What each figure is called; those of a table carry its key after the name.
LABELS = {
    "compensation_percent": gettext_lazy("Coupon: per cent of the contract total"),
    "compensation_cap": gettext_lazy("Coupon: at most, USD"),
    "coupon_days": gettext_lazy("Coupon: valid days"),
    "upgrade_leave_days": gettext_lazy("Upgrade service: days before leaving"),
    "upgrade_rejoin_days": gettext_lazy("Upgrade service: days before joining again"),
    "entrance_days": gettext_lazy("Claim entrance: days"),
    "review_days": gettext_lazy("Claim review: days"),
    "refund_days": gettext_lazy("Refund: days after receipt"),
    "refund_answer_days": gettext_lazy("Refund: days for the supplier’s answer"),
    "refund_escalate_days": gettext_lazy("Refund: the buyer may escalate from day"),
    "refund_auto_days": gettext_lazy("Refund: escalated automatically on day"),
    "scan_hours": gettext_lazy("Dispatch: hours in which a scan counts"),
    "promise_limit_days": gettext_lazy("Guaranteed delivery: at most days"),
    "unanswered_days": gettext_lazy("Unanswered orders close after days"),
    "unpaid_days": gettext_lazy("Unpaid orders close after days"),
    "unpaid_discount_days": gettext_lazy("Unpaid orders with a discount close after days"),
    "amendment_days": gettext_lazy("New dispatch day: at most days after the first"),
    "easy_limit": gettext_lazy("Easy dispatch: at most, USD"),
    "easy_campaign_limit": gettext_lazy("Easy dispatch: counted in campaigns above, USD"),
    "easy_campaign_orders": gettext_lazy("Easy dispatch: such orders a campaign"),
    "extension_days": gettext_lazy("Receipt: days of an extension"),
    "receipt_days": gettext_lazy("Automatic receipt: days"),
    "method_fee_percent": gettext_lazy("Payment fee: per cent"),
    "quiet_days": gettext_lazy("Qualification: days without a contract"),
    "temporary_days": gettext_lazy("Qualification: days of activation"),
    "activate_lock_days": gettext_lazy("Qualification: days of the lock"),
    "reapply_days": gettext_lazy("Qualification: apply again from day"),
    "rate_days": gettext_lazy("On-time rate: days"),
    "star_rts_products": gettext_lazy("Star rating: RTS products"),
    "star_rts_days": gettext_lazy("Star rating: their dispatch days, at most"),
    "star_small_quick": gettext_lazy("Star rating: small-quick products"),
}


# The keys of the figures that are tables: ways of transport and of payment.
KEYS: dict[str, Any] = {**dict(Mode.choices), **dict(Method.choices)}


def flat(policy: Policy) -> dict[str, Any]:
    """Every figure by one name; those of a table as `name__key`."""
    found: dict[str, Any] = {}
    for name, value in vars(policy).items():
        if isinstance(value, dict):
            found |= {f"{name}{BETWEEN}{key}": inner for key, inner in value.items()}
        else:
            found[name] = value
    return found


def label_of(name: str) -> str:
    figure, _between, key = name.partition(BETWEEN)
    return f"{LABELS[figure]} · {KEYS.get(key, key)}" if key else str(LABELS[figure])


class VersionForm(ReasonForm):
    """The moment and all figures, filled with those in force; what is not changed stays."""

    starts_at = forms.DateTimeField(
        label=gettext_lazy("Begins"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Platform time; in the future."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].max_length = 300  # type: ignore[attr-defined]
        for name, value in flat(policy_at(clock.now()).policy).items():
            self.fields[name] = _field(name, value)
        self.order_fields(["starts_at", *flat(Policy()), "reason"])

    def arguments(self) -> dict[str, Any]:
        figures: dict[str, Any] = {}
        for name in flat(Policy()):
            figure, _between, key = name.partition(BETWEEN)
            if key:
                figures.setdefault(figure, {})[key] = self.cleaned_data[name]
            else:
                figures[figure] = self.cleaned_data[name]
        return {
            "starts_at": self.cleaned_data["starts_at"],
            "reason": self.cleaned_data["reason"],
            "figures": figures,
        }


def _field(name: str, value: Any) -> forms.Field:
    label = label_of(name)
    if isinstance(value, Decimal):
        most = 100 if "percent" in name else 1_000_000
        return DecimalField(label=label, initial=value, min_value=0, max_value=most, decimal_places=2)
    return NumberField(label=label, initial=value, min_value=0, max_value=3650)


@admin.register(PolicyVersion)
class PolicyVersionAdmin(DetailAdmin):
    list_display = ("begins", "standing", "note")
    ordering = ("-starts_at",)
    acts = (
        Act(
            name="announce",
            label=gettext_lazy("New version"),
            asks=gettext_lazy("Announce a policy version"),
            done=gettext_lazy("Announced"),
            permission="kernel.add_policyversion",
            run=services.announce,
            form=VersionForm,
            explains=gettext_lazy(
                "An order keeps the version that was in force when its contract became effective."
            ),
        ),
    )

    def heading(self, thing: PolicyVersion) -> Any:
        return _("Policy from %(begins)s") % {"begins": instant_text(thing.starts_at)}

    @display(description=gettext_lazy("begins"), ordering="starts_at")
    def begins(self, version: PolicyVersion) -> Any:
        return shown(version.starts_at)

    @display(description=gettext_lazy("state"))
    def standing(self, version: PolicyVersion) -> Any:
        at = clock.now()
        if version.starts_at > at:
            return shown(Badge(_("to come"), "soon", "clock"))
        if version.pk == policy_at(at).pk:
            return shown(Badge(_("in force"), "good", "check"))
        return shown(Badge(_("past"), "off", "none"))

    def panels(self, request: HttpRequest, thing: PolicyVersion, at: datetime) -> list[Panel]:
        before = PolicyVersion.objects.filter(starts_at__lt=thing.starts_at).order_by("-starts_at").first()
        old = flat(before.policy) if before else {}
        rows = [
            (label_of(name), value, old.get(name) if old and old.get(name) != value else "")
            for name, value in flat(thing.policy).items()
        ]
        head = (_("Parameter"), _("Value"), _("Before"))
        return [
            Panel(_("Parameters"), table=Table(head, rows, numbers=frozenset({1, 2})), note=thing.note),
            Panel(_("On record"), log=history.log("policy", thing.pk), side=True),
        ]
