"""Following money: transfers with their legs, and the chain from a claim to the recovery (MON-3)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assurance.kernel.money import Money, from_minor
from assurance.kernel.wording import number_text
from assurance.ledger.models import Account, AccountKind, Entry, Transfer
from assurance.ledger.queries import transfers_of
from assurance.ops import links
from assurance.ops.sheets import Link, Rule, Table
from assurance.ui import parts
from claims.models import Claim
from coupons.models import Coupon, Recovery, Redemption
from orders.models import Order
from sellers.models import Debt, Seller

WHAT: dict[str, Promise] = {
    "payment": gettext_lazy("Payment"),
    "to_return": gettext_lazy("Money to be returned"),
    "returned": gettext_lazy("Money returned"),
    "release": gettext_lazy("Release to the seller"),
    "refund": gettext_lazy("Refund"),
    "recovery": gettext_lazy("Recovery taken"),
    "recovery_reversed": gettext_lazy("Recovery reversed"),
    "debt_paid": gettext_lazy("Debt paid"),
    "deposit": gettext_lazy("Paid in by the seller"),
    "withdrawal": gettext_lazy("Paid out to the seller"),
}

Owners = dict[tuple[str, int], str]


def what(transfer: Transfer) -> Any:
    return WHAT.get(transfer.what, transfer.what)


def owners_of(accounts: Iterable[Account]) -> Owners:
    """The names of the holders of these accounts, in two queries."""
    orders = {a.owner_id for a in accounts if a.kind == AccountKind.ORDER}
    sellers = {a.owner_id for a in accounts if a.kind == AccountKind.SELLER}
    numbers = Order.objects.filter(pk__in=orders).values_list("pk", "number") if orders else ()
    names = Seller.objects.filter(pk__in=sellers).values_list("pk", "name") if sellers else ()
    found: Owners = {(AccountKind.ORDER.value, pk): number_text(number) for pk, number in numbers}
    return found | {(AccountKind.SELLER.value, pk): name for pk, name in names}


def account_name(account: Account, owners: Owners) -> str:
    """Whose money it is: the kind, and the order's number or the seller's name."""
    owner = owners.get((account.kind, account.owner_id), "")
    label = str(AccountKind(account.kind).label)
    return f"{label} · {owner}" if owner else label


def transfers(found: Iterable[Transfer], user: Any, empty: Any = "") -> Table:
    """Transfers with their legs; each leads to its own page for who may see the ledger."""
    found = list(found)
    entries = [entry for transfer in found for entry in transfer.entries.all()]
    owners = owners_of([entry.account for entry in entries])
    rows = [
        (
            transfer.happened_at,
            links.to(user, Transfer, transfer.pk, what(transfer)),
            _legs(list(transfer.entries.all()), owners),
            Rule(transfer.rule),
        )
        for transfer in found
    ]
    head = (_("When"), _("What"), _("From and to"), _("Rule"))
    return Table(head, rows, empty=empty or _("No money has moved."))


def moved(transfer: Transfer) -> list[Money]:
    """What its accounts receive, once for each currency: what others of them give."""
    sums: dict[str, int] = defaultdict(int)
    for entry in transfer.entries.all():
        sums[entry.account.currency] += max(entry.amount_minor, 0)
    return [from_minor(minor, currency) for currency, minor in sorted(sums.items())]


def _legs(entries: Sequence[Entry], owners: Owners) -> Any:
    """One line for each leg: the amount with its sign, then the account."""
    lines = (
        (parts.money(from_minor(e.amount_minor, e.account.currency)), account_name(e.account, owners))
        for e in entries
    )
    return format_html_join("", "<div>{} {}</div>", lines)


def coupon_name(coupon: Coupon) -> str:
    return _("Platform coupon %(pk)s") % {"pk": coupon.pk}


def chain(coupon: Coupon, user: Any) -> Table:
    """From the claim to the coupon, its use, the recovery and the transfers: each step leads to its page."""
    rows: list[tuple[Any, ...]] = []
    claim = Claim.objects.filter(coupon=coupon).select_related("order").first()
    if claim is not None:
        name = parts.order_no(claim.order.number)
        rows.append((_("Claim"), claim.filed_at, links.to(user, Claim, claim.pk, name), claim.amount))
    rows.append(
        (
            _("Coupon issued"),
            coupon.issued_at,
            links.to(user, Coupon, coupon.pk, coupon_name(coupon)),
            coupon.face,
        )
    )
    redemption = Redemption.objects.filter(coupon=coupon).first()
    if redemption is not None:
        rows += _use(redemption, user)
    return Table((_("Step"), _("When"), _("Where"), _("Amount")), rows, numbers=frozenset({3}))


def _use(redemption: Redemption, user: Any) -> Iterable[tuple[Any, ...]]:
    order = Order.objects.get(pk=redemption.order_id)
    yield _("Used on"), redemption.redeemed_at, links.to_order(user, order), redemption.used
    for transfer in transfers_of("order", order.pk).filter(rule="PAY-3"):
        yield _transfer(transfer, user)
    if redemption.returned_at is not None:
        yield (
            _("Returned to the platform"),
            redemption.returned_at,
            links.to_order(user, order),
            redemption.used,
        )
    recovery = Recovery.objects.filter(redemption=redemption).select_related("debt__seller").first()
    if recovery is None:
        yield _("Recovery"), None, _("none: the platform bears it"), None
        return
    debt = recovery.debt
    yield _("Recovery"), debt.since, links.to(user, Debt, debt.pk, debt.seller.name), debt.amount
    for transfer in transfers_of("redemption", redemption.pk):
        yield _transfer(transfer, user)


def _transfer(transfer: Transfer, user: Any) -> tuple[Any, ...]:
    step: Link = links.to(user, Transfer, transfer.pk, _("Transfer %(pk)s") % {"pk": transfer.pk})
    gained = max((e.amount_minor, e.account.currency) for e in transfer.entries.all())
    return what(transfer), transfer.happened_at, step, from_minor(*gained)
