"""The admin's theme (django-unfold): names, colours, and the way through its pages."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# The portal's petrol, from the lightest wash to the darkest ink (static/tokens.css).
PETROL = {
    "50": "#eff7f9",
    "100": "#e2f0f3",
    "200": "#b9dbe2",
    "300": "#92d8e5",
    "400": "#5ec0d2",
    "500": "#1f8399",
    "600": "#0a5a6c",
    "700": "#084c5b",
    "800": "#063f4c",
    "900": "#0d2a31",
    "950": "#04191e",
}
# Its greys: paper, rules and ink by day; sheets and paper by night.
GREYS = {
    "50": "#f6f8f7",
    "100": "#eef2f1",
    "200": "#d6dddb",
    "300": "#b7c4c1",
    "400": "#8b9a97",
    "500": "#586764",
    "600": "#3f4e4b",
    "700": "#33423f",
    "800": "#222e2c",
    "900": "#121a19",
    "950": "#0a100f",
}


def _item(title: Any, icon: str, app: str, model: str) -> dict[str, Any]:
    """A place of the side navigation, shown to whose role may see its rows."""
    permission = f"{app}.view_{model}"
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": lambda request: request.user.has_perm(permission),
    }


UNFOLD = {
    "SITE_TITLE": _("Trade Assurance"),
    "SITE_HEADER": _("Trade Assurance"),
    "SITE_SUBHEADER": _("Operations"),
    "SITE_SYMBOL": "verified_user",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("mark.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": reverse_lazy("ui:language")},
    "BORDER_RADIUS": "3px",
    "COLORS": {"primary": PETROL, "base": GREYS},
    "DASHBOARD_CALLBACK": "assurance.ops.home.home",
    "STYLES": [
        lambda request: static("ops/ops.css"),
        *(
            lambda request, name=name: static(name)
            for name in (
                "tokens.css",
                "components/icons.css",
                "components/buttons.css",
                "components/fields.css",
                "components/money.css",
                "components/badges.css",
                "components/panels.css",
                "components/deadlines.css",
                "components/tables.css",
                "components/timeline.css",
                "components/notices.css",
                "components/charts.css",
            )
        ),
    ],
    "SCRIPTS": [lambda request: static("ops/files.js")],
    "ACCOUNT": {
        "navigation": [
            {"title": _("Account"), "link": reverse_lazy("account:settings")},
            {"title": _("Two-factor sign-in"), "link": reverse_lazy("mfa_index")},
        ],
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "items": [{"title": _("Home"), "icon": "home", "link": reverse_lazy("admin:index")}],
            },
            {
                "title": pgettext_lazy("section", "Review"),
                "items": [
                    _item(_("Claims"), "gavel", "claims", "claim"),
                    _item(_("Refunds"), "undo", "orders", "refund"),
                    _item(_("Exemptions"), "thunderstorm", "claims", "exemption"),
                ],
            },
            {
                "title": _("Trade"),
                "items": [
                    _item(_("Orders"), "receipt_long", "orders", "order"),
                    _item(_("Platform coupons"), "confirmation_number", "coupons", "coupon"),
                    _item(_("Store coupons"), "sell", "coupons", "storecoupon"),
                    _item(_("Seller accounts"), "storefront", "sellers", "seller"),
                    _item(_("Companies"), "domain", "sellers", "company"),
                ],
            },
            {
                "title": _("Money"),
                "items": [
                    _item(_("Recoveries"), "currency_exchange", "coupons", "recovery"),
                    _item(_("Debts"), "money_off", "sellers", "debt"),
                    _item(_("Transfers"), "swap_horiz", "ledger", "transfer"),
                    _item(_("Ledger accounts"), "account_balance_wallet", "ledger", "account"),
                    _item(_("Bank statements"), "upload_file", "orders", "bankstatement"),
                    _item(_("Bank lines"), "account_balance", "orders", "bankline"),
                    _item(_("Credits taken back"), "money_off_csred", "orders", "takenback"),
                    _item(_("To be returned"), "keyboard_return", "orders", "return"),
                    _item(_("Withdrawals"), "payments", "sellers", "withdrawal"),
                    _item(_("Exchange rates"), "query_stats", "kernel", "exchangerate"),
                ],
            },
            {
                "title": pgettext_lazy("navigation", "Terms"),
                "items": [
                    _item(_("Policy"), "rule", "kernel", "policyversion"),
                    _item(_("Campaigns"), "campaign", "sellers", "campaign"),
                    _item(_("Lines"), "local_shipping", "logistics", "line"),
                    _item(_("Freight templates"), "price_change", "logistics", "freighttemplate"),
                    _item(_("People"), "group", "accounts", "user"),
                ],
            },
        ],
    },
}
