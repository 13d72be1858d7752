"""The sums of an order, its fee, and when dispatch is due. Pure decisions."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import day_of, plus
from assurance.kernel.money import USD, Money, convert, rounded
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation, rule

SELF, MARKET, AGENCY, EASY = "self", "market", "agency", "easy"
INITIAL, FULL = "initial", "full"
# Beyond any contract, and far within what the ledger counts.
MOST = Decimal(10) ** 12
# Ten years: beyond any contract, and from where every promise can still be counted on.
MOST_DAYS_AHEAD = 3652

# Files that show a parcel's leaving: the waybill, the goods, the truck.
MOST_PROOFS = 3

_IN_A_NUMBER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")

# Percent of the contract total and cap, with the cap's currency (ORD-5). "1–2%" depends on the line.
_FEES: dict[str, tuple[Decimal | None, Decimal, str]] = {
    SELF: (Decimal(2), Decimal(100), USD),
    MARKET: (None, Decimal(100), USD),
    AGENCY: (Decimal("1.2"), Decimal(480), "CNY"),
    EASY: (None, Decimal(100), USD),
}


@dataclass(frozen=True)
class DispatchTerms:
    """ORD-4: a fixed day, or `days` (1 to 90) after the initial or the full payment."""

    days: int | None = None
    after: str = FULL
    day: date | None = None


@rule("ORD-4")
def check_terms(terms: DispatchTerms, *, today: date) -> None:
    """Refuse terms that name neither or both, a number of days out of range, a past day, or one beyond all plans."""
    if (terms.days is None) == (terms.day is None):
        raise RuleViolation("ORD-4", _("Enter either a dispatch day or a number of days."), conflict=False)
    if terms.days is not None and not 1 <= terms.days <= 90:
        raise RuleViolation(
            "ORD-4",
            _("Dispatch terms are 1 to 90 days after payment."),
            conflict=False,
            field="dispatch_days",
        )
    if terms.day is not None and terms.day < today:
        raise RuleViolation(
            "ORD-4", _("The dispatch day has already passed."), conflict=False, field="dispatch_day"
        )
    latest = plus(today, MOST_DAYS_AHEAD)
    if terms.day is not None and terms.day > latest:
        raise RuleViolation(
            "ORD-4",
            _("A dispatch day is no later than %(latest)s."),
            conflict=False,
            field="dispatch_day",
            latest=latest,
        )


@rule("DSP-2")
def clock_start(
    terms: DispatchTerms, *, initial_met_at: datetime | None, full_met_at: datetime | None
) -> datetime | None:
    """When the chosen trigger was wholly met; a fixed day's trigger is full payment."""
    if terms.day is None and terms.after == INITIAL:
        return initial_met_at
    return full_met_at


@rule("DSP-2")
def dispatch_due(terms: DispatchTerms, clock_started_at: datetime | None) -> date | None:
    """The last day of dispatch; a fixed day stands from the order's making."""
    if terms.day is not None:
        return terms.day
    if clock_started_at is None or terms.days is None:
        return None
    return plus(day_of(clock_started_at), terms.days)


@rule("ORD-7")
def contract_total(goods: Money, shipping: Money, discount: Money) -> Money:
    """Goods + shipping − store coupon. Refused if either is below zero, nothing would be left to pay, or beyond all

    measure.
    """
    for part, field in ((shipping, "shipping"), (discount, "discount")):
        if part.amount < 0:
            raise RuleViolation(
                "ORD-7", _("Shipping and store coupon are not below zero."), conflict=False, field=field
            )
    total = goods + shipping - discount
    if total.amount > MOST:
        raise RuleViolation(
            "ORD-7",
            _("One order comes to at most %(most)s."),
            conflict=False,
            most=Money(MOST, total.currency),
        )
    if total.amount <= 0:
        raise RuleViolation(
            "ORD-7",
            _("The discount has to be less than the order comes to."),
            conflict=False,
            field="discount",
        )
    return total


@rule("PAY-1")
def check_initial(initial: Money | None, total: Money) -> None:
    """Refuse an initial payment of nothing or of more than the contract; none: all at once."""
    if initial is not None and not 0 < initial.amount <= total.amount:
        raise RuleViolation(
            "PAY-1",
            _("The initial payment must be above zero and at most the contract total."),
            conflict=False,
            field="initial_payment",
        )


@rule("ORD-7", "PAY-1")
def method_fee(cash: Money, *, method: str, policy: Policy) -> Money:
    """The payment method's fee, on the cash that goes through it; paid by the buyer."""
    percent = policy.method_fee_percent.get(method)
    if percent is None:
        raise RuleViolation(
            "PAY-1",
            _("There is no payment method “%(method)s”."),
            conflict=False,
            field="method",
            method=method,
        )
    return rounded(cash.amount * percent / 100, cash.currency.code)


@rule("ORD-7", "PAY-1", "PAY-2")
def fee_of_part(fee: Money, *, cash: Money, part: Money) -> Money:
    """What of a payment's fee belongs to the part that counts; the rest goes back with the rest of the money."""
    return rounded(fee.amount * part.amount / cash.amount, fee.currency.code)


@rule("ORD-5")
def fee_terms(export: str, *, platform_line: bool) -> tuple[Decimal, Money]:
    """The fee's percentage and its cap; "1–2%" is 1% with a platform line, else 2%."""
    percent, cap, currency = _FEES[export]
    if percent is None:
        percent = Decimal(1) if platform_line else Decimal(2)
    return percent, Money(cap, currency)


@rule("ORD-5")
def fee_range(export: str, *, platform_line: bool | None) -> tuple[Decimal, Decimal, Money]:
    """The least and the most that the percentage can be, and the cap; with the line known they are one."""
    lines = (True, False) if platform_line is None else (platform_line,)
    percents = [fee_terms(export, platform_line=line)[0] for line in lines]
    return min(percents), max(percents), fee_terms(export, platform_line=True)[1]


@rule("ORD-5")
def service_fee(
    total: Money, *, export: str, platform_line: bool, usd_rate: Decimal, cny_rate: Decimal
) -> Money:
    """The transaction fee on the contract total, coupon's part included, in the order's currency.

    `usd_rate` is USD per unit of the order's currency, `cny_rate` USD per yuan (the RMB cap).
    """
    percent, cap = fee_terms(export, platform_line=platform_line)
    cap_usd = cap if cap.currency.code == USD else Money(cap.amount * cny_rate, USD)
    currency = total.currency.code
    share = rounded(total.amount * percent / 100, currency)
    most = cap if currency == cap.currency.code else rounded(cap_usd.amount / usd_rate, currency)
    return min(share, most)


@rule("ORD-5")
def fee_due(nominal: Money, *, left: Money, fully_refunded: bool) -> Money:
    """What of the fee is taken: at most what is left to release, nothing on a fully refunded order."""
    zero = Money(0, nominal.currency)
    return zero if fully_refunded else max(zero, min(nominal, left))


@rule("ORD-6")
def check_proof(export: str, *, has_proof: bool) -> None:
    """Refuse handing over the last parcel of an easy-dispatch order without a proof of dispatch."""
    if export == EASY and not has_proof:
        raise RuleViolation(
            "ORD-6",
            _("Easy dispatch asks for a proof of dispatch."),
            advice=_("Upload the waybill or a picture of the parcel with it."),
            conflict=False,
            field="proof",
        )


@rule("DSP-3")
def tracking_number(written: str) -> str | None:
    """A number as carriers write it, however it was typed: spaces in it are for the eye; none if it cannot be one.

    One waybill is then one parcel, and the carrier's scans find it.
    """
    number = "".join(written.split()).upper()
    fits = 3 <= len(number) <= 60 and not number.startswith("-") and _IN_A_NUMBER.issuperset(number)
    return number if fits else None


@rule("DSP-3")
def check_identified(number: str, *, has_proof: bool) -> None:
    """Refuse a parcel that has neither a tracking number nor a proof of dispatch."""
    if not number and not has_proof:
        raise RuleViolation(
            "DSP-3",
            _("A parcel needs a tracking number or a proof of dispatch."),
            advice=_("Enter the number, or upload the signed waybill if there is none."),
            conflict=False,
            field="number",
        )


@rule("DSP-3")
def check_unnumbered(number: str) -> None:
    """Refuse a tracking number for a parcel that already has one."""
    if number:
        raise RuleViolation(
            "DSP-3",
            _("This parcel already has the tracking number %(number)s."),
            field="number",
            number=number,
        )


@rule("ORD-6")
def counts_in_campaign(export: str, total: Money, *, usd_rate: Decimal, policy: Policy) -> bool:
    """Whether a campaign counts an order with this export mode: easy dispatch above USD 5,000."""
    usd = convert(total, usd_rate=usd_rate, to=USD).amount
    return export == EASY and usd > policy.easy_campaign_limit


@rule("ORD-6")
def check_export(
    export: str, total: Money, *, usd_rate: Decimal, policy: Policy, campaign_orders: int | None = None
) -> None:
    """Refuse easy dispatch above USD 10,000, and above 5,000 once a campaign's five are used.

    `campaign_orders`: the seller's such orders in the running campaign; None outside campaigns.
    """
    if export != EASY:
        return
    if convert(total, usd_rate=usd_rate, to=USD).amount > policy.easy_limit:
        raise RuleViolation(
            "ORD-6",
            _("Easy dispatch is possible up to USD %(limit)s."),
            advice=_("Choose another export mode."),
            conflict=False,
            field="export",
            limit=policy.easy_limit,
        )
    if (
        campaign_orders is not None
        and campaign_orders >= policy.easy_campaign_orders
        and counts_in_campaign(export, total, usd_rate=usd_rate, policy=policy)
    ):
        raise RuleViolation(
            "ORD-6",
            _("This campaign's %(orders)s easy-dispatch orders above USD %(limit)s are used up."),
            advice=_("Choose another export mode."),
            orders=policy.easy_campaign_orders,
            limit=policy.easy_campaign_limit,
        )
