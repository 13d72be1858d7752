"""The export modes explained wherever one is chosen or shown: what each asks of the seller and costs (ORD-5, ORD-6)."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation
from assurance.kernel.wording import day_text, money_text
from assurance.ui.templatetags.trade import translated
from orders.models import Export
from orders.queries.campaigns import Allowance
from orders.rules import terms

_SAYS = {
    Export.SELF: gettext_lazy(
        "You declare the goods to customs in your own company’s name. The platform’s customs service and "
        "logistics are recommended."
    ),
    Export.MARKET: gettext_lazy(
        "The goods are declared in the name of a partner, the platform’s or your own, under the customs "
        "supervision type “market procurement”. Express export is not possible."
    ),
    Export.AGENCY: gettext_lazy(
        "The platform’s export agency declares the goods. Have the products pass its export check first."
    ),
    Export.EASY: gettext_lazy("You export as you like and upload a proof of dispatch to the platform."),
}


@dataclass(frozen=True)
class ExportMode:
    """One mode as it is offered. `violation` says why it cannot be chosen for this total."""

    value: str
    name: str
    says: str
    costs: str
    cap: Money
    violation: RuleViolation | None


def export_modes(
    policy: Policy,
    *,
    total: Money | None = None,
    usd_rate: Decimal = Decimal(1),
    platform_line: bool | None = None,
    allowance: Allowance | None = None,
) -> list[ExportMode]:
    """All modes for a choice; for templates/orders/export_modes.html. What is not known yet narrows nothing.

    `allowance`: what the seller has used in the campaign that runs.
    """
    return [
        explained(
            mode,
            policy,
            total=total,
            usd_rate=usd_rate,
            platform_line=platform_line,
            allowance=allowance,
        )
        for mode in Export
    ]


def explained(
    export: str,
    policy: Policy,
    *,
    total: Money | None = None,
    usd_rate: Decimal = Decimal(1),
    platform_line: bool | None = None,
    allowance: Allowance | None = None,
) -> ExportMode:
    """One mode, with its limit and whether it can be chosen for the total."""
    mode = Export(export)
    least, most, cap = terms.fee_range(export, platform_line=platform_line)
    values = {
        "percent": f"{least.normalize()}" if least == most else f"{least.normalize()}–{most.normalize()}",
        "cap": money_text(cap),
    }
    says = str(_SAYS[mode])
    if mode == Export.EASY:
        says = " ".join([says, _easy_limits(policy), *([_left(policy, allowance)] if allowance else [])])
    violation = None
    if total is not None:
        try:
            terms.check_export(
                export,
                total,
                usd_rate=usd_rate,
                policy=policy,
                campaign_orders=allowance.used if allowance else None,
            )
        except RuleViolation as refusal:
            violation = refusal
    return ExportMode(
        value=mode.value,
        name=str(mode.label),
        says=says,
        costs=_("%(percent)s%% service fee, at most %(cap)s") % values,
        cap=cap,
        violation=violation,
    )


def _easy_limits(policy: Policy) -> str:
    limits = {
        "limit": money_text(Money(policy.easy_limit, "USD")),
        "campaign": money_text(Money(policy.easy_campaign_limit, "USD")),
        "orders": policy.easy_campaign_orders,
    }
    return (
        _("For orders up to %(limit)s; above %(campaign)s at most %(orders)s such orders in a campaign.")
        % limits
    )


def _left(policy: Policy, allowance: Allowance) -> str:
    """How many a seller has left in the campaign that runs."""
    campaign, most = allowance.campaign, policy.easy_campaign_orders
    return _("In “%(campaign)s”, through %(day)s, you have %(left)s of %(orders)s left.") % {
        "campaign": translated(campaign),
        "day": day_text(campaign.last_day),
        "left": max(most - allowance.used, 0),
        "orders": most,
    }
