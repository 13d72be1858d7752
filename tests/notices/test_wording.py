"""Every notice has words for the side that reads it, in both languages, and leads to a page that is there."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import resolve
from django.utils import translation

from assurance.kernel.days import end_of
from assurance.notices.models import Notice
from assurance.notices.wording import _TO_BUYER, _TO_SELLER, KINDS, side_of, words
from tests.factories import NOW

PROJECT = Path(__file__).resolve().parents[2]
EVERYTHING = {
    "number": "80916059001026709",
    "amount": "31.14",
    "open": "1.14",
    "face": "4",
    "because": "unpaid",
    "guarantee": "dispatch",
    "day": "2021-04-02",
    "last_day": "2021-06-20",
    "carrier": "DHL",
    "parcel": "JD014600003812",
    "format": "CSV",
    "orders": 1204,
    "key": "5d2e6a0e-7a53-4b0e-8a3b-0d8f4c1f7b11",
}
ABOUT = {"coupon_issued": "coupon", "coupon_expiring": "coupon", "qualification_opened": "seller"}
ABOUT |= dict.fromkeys(("export_finished", "export_failed"), "export")
ABOUT |= dict.fromkeys(("recovery_taken", "recovery_owed", "recovery_reversed"), "coupon")


def notice(kind: str, side: str) -> Notice:
    data = {**EVERYTHING, "side": side}
    return Notice(kind=kind, about=ABOUT.get(kind, "order"), about_id=1, data=data, happened_at=NOW)


def told() -> set[str]:
    """Every kind that a service of the portal sends, read from the source."""
    kinds = {"dispatch_overdue", "delivery_late", "dispatch_near", "claim_approved", "claim_rejected"}
    for app in ("orders", "claims", "coupons", "sellers", "logistics"):
        for path in (PROJECT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _name(node).startswith("tell"):
                    kinds |= {
                        a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
                    }
    return kinds


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_every_kind_that_is_sent_has_words():
    assert told() >= {"order_started", "coupon_issued", "recovery_reversed", "qualification_opened"}
    assert told() - KINDS == set()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("side", "kind"), [("buyer", k) for k in _TO_BUYER] + [("seller", k) for k in _TO_SELLER]
)
def test_words_are_whole_and_lead_to_a_page(side: str, kind: str, language: str):
    with translation.override(language):
        title, body, page = words(notice(kind, side))
    assert title
    assert body
    assert "%(" not in title + body
    resolve(page)


@pytest.mark.parametrize(("side", "page"), [("buyer", "orders:"), ("seller", "ma:")])
def test_each_side_is_told_its_own_and_led_to_its_own_page(side: str, page: str):
    late = notice("dispatch_overdue", side)
    late.happened_at = end_of(NOW.date())
    _title, body, address = words(late)
    assert "15 Mar 2021 23:59:59 PDT" in body
    assert resolve(address).view_name.startswith(page)


def test_without_a_named_side_the_kind_decides():
    assert side_of(Notice(kind="coupon_issued", data={})) == "buyer"
    assert side_of(Notice(kind="recovery_owed", data={})) == "seller"
    assert side_of(Notice(kind="order_closed", data={"side": "seller"})) == "seller"


def test_what_is_due_tomorrow_names_tomorrow():
    near = notice("dispatch_near", "seller")
    near.happened_at = NOW - timedelta(hours=NOW.hour)
    assert "16 Mar 2021" in words(near)[1]
