"""F12: every address, with every method, asked for by everybody. An address not listed here fails.

The list is held against the URL configuration, so a new page must say whom it is for.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from assurance.kernel import clock
from sellers.services.membership import TERMS_VERSION
from tests import factories
from tests.access.people import ROLES, Cast, assemble

METHODS = ("get", "post", "put", "patch", "delete")
SHUT = {302, 401, 403, 404, 405}

NOBODY, BUYERS, SELLERS = {"nobody"}, {"alice", "bob"}, {"ming", "rival"}
SIGNED_IN = BUYERS | SELLERS | set(ROLES)
EVERYBODY = NOBODY | SIGNED_IN
ALICE, MING = {"alice"}, {"ming"}
# Whoever may read of Alice's order: its two sides, and ops.
PARTY = ALICE | MING | set(ROLES)

_PAGES: tuple[tuple[set[str], str], ...] = (
    (
        EVERYBODY,
        """
        shop:home shop:product shop:guarantees healthz readyz ui:language ui:styleguide
        ui:styleguide-ma orders:gateway_notices account_login account_signup account_logout
        account_inactive account_reset_password account_reset_password_done
        account_reset_password_from_key account_reset_password_from_key_done account_confirm_email
        account_email_verification_sent account_confirm_login_code mfa_authenticate api:products
        api:shipping-options api:schema api:docs api:missing
        """,
    ),
    (
        SIGNED_IN,
        """
        orders:list orders:picked orders:exports orders:checkout orders:checkout_address coupons:list notices:list
        notices:read_all account:settings account:address_new account:token_new account_email
        account_change_password account_set_password account_reauthenticate mfa_index
        mfa_reauthenticate mfa_activate_totp mfa_deactivate_totp mfa_view_recovery_codes
        mfa_generate_recovery_codes mfa_download_recovery_codes api:orders api:drafts api:exports api:claims api:coupons
        api:recoveries api:statement api:seller api:seller-templates
        api:store-coupons api:payout-accounts api:withdrawals
        """,
    ),
    (
        ALICE,
        """
        orders:detail orders:pay orders:coupon_off orders:transfer orders:confirm orders:decline orders:cancel orders:receive
        orders:extend orders:accept_date orders:refuse_date orders:address orders:refund
        orders:messages orders:messages_read orders:production orders:review orders:refund_evidence orders:refund_accept orders:refund_decline orders:refund_withdraw
        orders:escalate orders:gateway claims:new notices:follow account:address
        account:address_delete account:token_revoke api:pay api:coupon-off api:receive api:accept-date
        api:refuse-date api:address api:order-claims api:refunds api:escalate-refund
        api:accept-refund api:decline-refund api:withdraw-refund api:review
        """,
    ),
    (
        MING,
        """
        api:accept-short api:ask-for-rest api:change api:send api:associate api:dispatch api:parcel-number api:dispatch-date api:answer-refund api:counter-refund
        api:desk api:salesperson api:notes api:labels api:export api:export-file
        api:reply-to-review api:end-store-coupon
        """,
    ),
    (
        ALICE | MING,
        """
        api:order api:confirm api:decline api:cancel api:extend api:messages api:read-messages api:production api:refund-thread api:file
        api:delete api:restore
        """,
    ),
    (
        PARTY,
        """
        orders:file
        """,
    ),
    (
        SELLERS,
        """
        ma:order-new ma:home ma:accounts ma:access ma:join ma:leave ma:activate ma:terms ma:orders ma:claims
        ma:orders-picked ma:exports ma:filter-keep ma:filter-change
        ma:notices ma:notices-read ma:funds ma:statement-file ma:held ma:withdraw ma:associate ma:products ma:product-new ma:coupons ma:coupon-new ma:templates ma:template-new
        """,
    ),
    (
        MING,
        """
        orders:export_file ma:order ma:order-edit ma:order-send ma:order-desk ma:messages ma:messages-read ma:production ma:review ma:dispatch ma:parcel-number ma:propose ma:confirm ma:decline ma:cancel ma:associate-order
        ma:accept-short ma:ask-for-rest ma:extend ma:refund ma:refund-evidence ma:product ma:template ma:coupon-end
        """,
    ),
    (
        set(),
        """
        metrics api:tracking api:aftership api:17track
        """,
    ),
)

WHO = {name: people for people, names in _PAGES for name in names.split()}


def _addresses(resolver: URLResolver, inside: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _addresses(entry, inside + (f"{entry.namespace}:" if entry.namespace else ""))
        elif isinstance(entry, URLPattern):
            yield f"{inside}{entry.name}"


ALL = sorted({name for name in _addresses(get_resolver()) if not name.startswith("admin:")})


def test_every_address_says_whom_it_is_for() -> None:
    assert set(ALL) == set(WHO)


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    with clock.frozen(factories.NOW):
        yield assemble()


def _path(name: str, cast: Cast) -> str:
    """The address of Alice's own object of that kind."""
    own: dict[str, Any] = {"number": cast.order.number, "order_number": cast.order.number}
    if name in ("orders:pay", "orders:cancel", "api:pay", "api:coupon-off", "api:cancel"):
        own["number"] = own["order_number"] = cast.unpaid.order.number
    pk = {
        "shop:product": cast.product.pk,
        "notices:follow": cast.notice.pk,
        "account:token_revoke": 1,
    }.get(name, cast.address.pk)
    if name.startswith("ma:"):
        pk = cast.template.pk if "template" in name else cast.product.pk
        pk = cast.coupon.pk if name == "ma:coupon-end" else pk
    own |= {
        "pk": pk,
        "product": cast.product.pk,
        "coupon": cast.coupon.pk,
        "reference": cast.unpaid.reference,
        "key": "a-b",
        "uidb36": "1",
    }
    own |= {"version": TERMS_VERSION, "format": "csv"}
    if name in ("orders:file", "api:file"):
        own["key"] = cast.file.key
    if name in ("orders:export_file", "api:export", "api:export-file"):
        own["key"] = cast.export.key
    for keys in (
        (),
        ("number",),
        ("order_number",),
        ("number", "key"),
        ("pk",),
        ("reference",),
        ("key",),
        ("uidb36", "key"),
        ("product",),
        ("coupon",),
        ("version",),
        ("format",),
    ):
        try:
            return reverse(name, kwargs={key: own[key] for key in keys})
        except Exception:  # the next set of keys fits
            continue
    raise AssertionError(f"no sample for {name}")


def _ask(client: Client, method: str, path: str) -> HttpResponse:
    if path.startswith("/api/") and method != "get":
        return getattr(client, method)(path, data="{}", content_type="application/json")
    return getattr(client, method)(path)


# A few addresses share one cast, which takes longer to assemble than to ask.
@pytest.mark.parametrize(
    "names", [ALL[n : n + 10] for n in range(0, len(ALL), 10)], ids=lambda names: names[0]
)
def test_only_whom_it_is_for_gets_in(names: list[str], cast: Cast) -> None:
    for name in names:
        _try(name, cast)


def _try(name: str, cast: Cast) -> None:
    path, allowed = _path(name, cast), WHO[name]
    for who in cast.people:
        for method in METHODS:
            with transaction.atomic():
                answer = _ask(cast.client(who), method, path)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                transaction.set_rollback(True)
            asked = f"{method} {path} by {who}: {answer.status_code}"
            assert answer.status_code < 500 or name == "readyz", asked
            if who not in allowed:
                # allauth answers a post without its form 400 before it asks who it is.
                assert answer.status_code in SHUT | ({400} if name.startswith("mfa_") else set()), asked
            elif method == "get":
                assert answer.status_code not in (401, 403), asked
            if who not in PARTY:
                for secret in cast.secrets():
                    assert secret not in body.replace(path.encode(), b""), f"{asked} shows {secret!r}"
