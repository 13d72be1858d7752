"""What the style guide shows: made-up orders, all standing at one moment, 29 Mar 2021 10:12:04 PDT."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from assurance.kernel.days import end_of, start_of
from assurance.kernel.money import Money
from assurance.kernel.rules import RuleViolation
from assurance.ui.charts import Chart, chart
from assurance.ui.spans import Point, Span, time_span
from assurance.ui.wording import short_day_text

NOW = datetime(2021, 3, 29, 17, 12, 4, tzinfo=UTC)
DAYS = {
    "far": date(2021, 4, 21),
    "near": date(2021, 3, 31),
    "tomorrow": date(2021, 3, 30),
    "today": date(2021, 3, 29),
    "late": date(2021, 3, 26),
}
COLOURS = ("paper", "sheet", "sunk", "ink", "ink-2", "ink-3", "edge", "accent", "accent-wash", "late-fill", "soon-fill", "good")
ICONS = (
    "brand shield shield-check truck ship box calendar calendar-check clock hourglass coupon coin warning info "
    "check cross none plus minus search filter user chat globe sun moon right left down up upload download bell "
    "lamp pin menu more link lock note file home list tag chart star flag arrow copy"
).split()
PICTURES = (
    "mug plate bowl kettle box lamp pendant bulb bottle jar vase pan tote backpack shirt cap towel cushion rug "
    "chair shelf faucet padlock hinge hammer drill cable speaker earphones phone panel toy ball notebook umbrella "
    "candle bicycle"
).split()
TINTS = "pine cream brick navy ochre sky plum slate rose olive".split()

ROWS = (
    ("80916059001026709", "late", "Harbor & Pine Outfitters", "美国", "mug", "pine"),
    ("80916059001027124", "today", "Nordlys Kjøkken AS", "挪威", "kettle", "navy"),
    ("80916059001027318", "tomorrow", "Casa Verde Hogar S.A.S.", "哥伦比亚", "bowl", "brick"),
)


class SpecimenForm(forms.Form):
    """One field of every kind; bound with wrong values it shows every error state."""

    tracking = forms.CharField(label="Tracking number", help_text="Letters and digits, no spaces", required=False)
    email = forms.EmailField(label="Buyer’s e-mail")
    days = forms.IntegerField(label="Dispatch days", min_value=1, max_value=90)
    mode = forms.ChoiceField(label="Export mode", choices=[("self", "Self-export"), ("market", "Market procurement")])
    reason = forms.CharField(label="Reason", widget=forms.Textarea)
    proof = forms.FileField(label="Proof of dispatch", required=False, help_text="PDF, JPEG or PNG, at most 10 MB")
    consent = forms.BooleanField(label="I agree to the terms")
    start = forms.ChoiceField(
        label="The clock starts after",
        choices=[("initial", "the initial payment"), ("full", "the full payment")],
        widget=forms.RadioSelect,
        initial="initial",
    )
    quantity = forms.IntegerField(label="Quantity", min_value=50, initial=240)


def _span(now: datetime, *, close: bool) -> Span:
    paid, due = date(2021, 3, 20), date(2021, 3, 28 if close else 26)
    points = [
        Point(end_of(due), "Due", short_day_text(due), "kept"),
        Point(now, "Now", "3/29", "late"),
        Point(end_of(date(2021, 5, 5)), "Closes", "30 days after receipt", "open"),
    ]
    return time_span(
        Point(start_of(paid), "Paid", short_day_text(paid)),
        *points,
        now=now,
        label="Paid on 20 March; dispatch was due on the 26th; now, 29 March, the claim entrance is open.",
    )


def _rate() -> Chart:
    values = ("93.1", "92.4", "94.0", "95.2", "94.8", "95.9", "96.8", "95.5", "96.1", "97.0", "96.6", "95.8", "96.4")
    labels = [short_day_text(date(2021, 1, 3) + timedelta(weeks=i)) for i in range(len(values))]
    return chart(
        "line",
        list(zip(labels, map(Decimal, values), strict=True)),
        title="On-time dispatch rate, 3 Jan to 28 Mar 2021",
        summary="From 93.1% to 96.4%; lowest 92.4% on 10 January, highest 97.0% on 7 March.",
        columns=("Week", "Rate"),
        unit="%",
        digits=1,
        ceiling=100,
    )


def _exposure() -> Chart:
    points = [("3/29", 185), ("3/30", 32), ("3/31", 68), ("4/1", 100), ("4/2", 0), ("4/3", 41)]
    return chart(
        "bar",
        [(label, Decimal(value)) for label, value in points],
        title="Exposure by due day",
        summary="USD 185 today, then at most USD 100 a day.",
        columns=("Due", "At most, USD"),
    )


def context() -> dict[str, Any]:
    due = {name: end_of(day) for name, day in DAYS.items()}
    wrong = {"tracking": "4418 2207 95", "email": "alice@harborpine", "days": "365", "reason": "", "quantity": "3"}
    return {
        "now": NOW,
        "due": due,
        "scan": datetime(2021, 3, 29, 4, 15, tzinfo=UTC),
        "form": SpecimenForm(),
        "wrong": SpecimenForm(wrong),
        "usd": {name: Money(amount, "USD") for name, amount in (("small", "85.00"), ("big", "1284.60"), ("minus", "-10.00"), ("zero", "0"))},
        "yen": Money("1200", "JPY"),
        "route": {
            "running": [
                {"label": "Contract", "note": "19 Mar 2021", "state": "done"},
                {"label": "Payment", "note": "20 Mar 2021", "state": "done"},
                {"label": "Shipment", "note": "by 26 Mar 2021", "state": "now", "current": True},
                {"label": "Receiving"},
                {"label": "Reviews"},
            ],
            "late": [
                {"label": "Contract", "state": "done"},
                {"label": "Payment", "state": "done"},
                {"label": "Shipment", "note": "3 days late", "state": "late", "current": True},
                {"label": "Receiving"},
                {"label": "Reviews"},
            ],
            "closed": [
                {"label": "Contract", "note": "12 Mar 2021", "state": "done"},
                {"label": "Payment", "note": "not paid in time, closed", "state": "off", "current": True},
                {"label": "Shipment", "state": "off"},
                {"label": "Receiving", "state": "off"},
                {"label": "Reviews", "state": "off"},
            ],
        },
        "span": _span(NOW, close=False),
        "close_span": _span(NOW, close=True),
        "rate": _rate(),
        "exposure": _exposure(),
        "violation": RuleViolation(
            "DLV-4",
            "This claim was not filed: the entrance closed on 28 Apr 2021 23:59:59 PDT.",
            advice="You can still apply for a refund through 12 May 2021.",
        ),
        "guarantees": ("pending", "active", "verifying", "late", "review", "kept", "issued", "exempted", "ended"),
        "seller": {"name": "淄博青禾搪瓷制品有限公司", "is_lit": True},
        "overdue_orders": 1,
        "rows": [{"number": no, "due": due[when], "mark": when, "buyer": buyer, "to": to, "picture": {"shape": shape, "tint": tint}} for no, when, buyer, to, shape, tint in ROWS],
        "colours": COLOURS,
        "icons": ICONS,
        "pictures": [{"shape": shape, "tint": TINTS[i % len(TINTS)]} for i, shape in enumerate(PICTURES)],
        "tints": TINTS,
    }
