"""What the style guide shows: made-up orders, all standing at one moment, 29 Mar 2021 10:12:04 PDT."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings

from assurance.kernel.days import end_of, start_of
from assurance.kernel.money import Money
from assurance.kernel.rules import RuleViolation
from assurance.ui.charts import Chart, chart
from assurance.ui.fields import NumberField, ProseField
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
AMOUNTS = {"small": "85.00", "big": "1284.60", "minus": "-10.00"}
ROWS = (
    ("80916059001026709", "late", "Harbor & Pine Outfitters", "美国", {"shape": "mug", "tint": "pine"}),
    ("80916059001027124", "today", "Nordlys Kjøkken AS", "挪威", {"shape": "kettle", "tint": "navy"}),
    ("80916059001027318", "tomorrow", "Casa Verde Hogar", "哥伦比亚", {"shape": "bowl", "tint": "brick"}),
)
ROUTES = {
    "running": ("done 19 Mar 2021", "done 20 Mar 2021", "now by 26 Mar 2021", "", ""),
    "late": ("done", "done", "late 3 days late", "", ""),
    "closed": ("done 12 Mar 2021", "off not paid in time, closed", "off", "off", "off"),
}
GUARANTEES = ("pending", "active", "verifying", "late", "review", "kept", "issued", "exempted", "ended")
COLOURS = (
    *("paper", "sheet", "sunk", "ink", "ink-2", "ink-3", "edge"),
    *("accent", "accent-wash", "late-fill", "soon-fill", "good"),
)
STOPS = ("Contract", "Payment", "Shipment", "Receiving", "Reviews")
CURRENT = {"running": 2, "late": 2, "closed": 1}


class SpecimenForm(forms.Form):
    """One field of every kind; bound with wrong values it shows every error state."""

    tracking = forms.CharField(label="Tracking number", help_text="Letters and digits", required=False)
    email = forms.EmailField(label="Buyer’s e-mail")
    days = NumberField(label="Dispatch days", min_value=1, max_value=90)
    mode = forms.ChoiceField(
        label="Export mode", choices=[("self", "Self-export"), ("easy", "Easy dispatch")]
    )
    reason = ProseField(label="Reason")
    proof = forms.FileField(label="Proof of dispatch", required=False, help_text="PDF, at most 10 MB")
    consent = forms.BooleanField(label="I agree to the terms")
    start = forms.ChoiceField(
        label="The clock starts after",
        choices=[("initial", "the initial payment"), ("full", "the full payment")],
        widget=forms.RadioSelect,
        initial="initial",
    )
    quantity = NumberField(label="Quantity", min_value=50, initial=240)


WRONG = {"tracking": "4418 2207 95", "email": "alice@harborpine", "days": "365", "quantity": "3"}


def _route(name: str) -> list[dict[str, Any]]:
    stops = []
    for place, (label, told) in enumerate(zip(STOPS, ROUTES[name], strict=True)):
        state, _, note = told.partition(" ")
        stops.append({"label": label, "state": state, "note": note, "current": place == CURRENT[name]})
    return stops


def _span(due: date) -> Span:
    return time_span(
        Point(start_of(date(2021, 3, 20)), "Paid", "20 Mar"),
        Point(end_of(due), "Due", f"{due.day} Mar", "kept"),
        Point(NOW, "Now", "29 Mar", "late"),
        Point(end_of(date(2021, 5, 5)), "Closes", "5 May", "open"),
        now=NOW,
        label=f"Paid on 20 March; dispatch was due on {due.day} March; the entrance is open until 5 May.",
    )


def _rate() -> Chart:
    values = (93.1, 92.4, 94.0, 95.2, 94.8, 95.9, 96.8, 95.5, 96.1, 97.0, 96.6, 95.8, 96.4)
    weeks = [short_day_text(date(2021, 1, 3) + timedelta(weeks=i)) for i in range(len(values))]
    return chart(
        "line",
        list(zip(weeks, values, strict=True)),
        title="On-time dispatch rate, 3 Jan to 28 Mar 2021",
        summary="From 93.1% to 96.4%; lowest 92.4% on 10 January, highest 97.0% on 7 March.",
        columns=("Week", "Rate"),
        unit="%",
        digits=1,
        ceiling=100,
    )


def _exposure() -> Chart:
    return chart(
        "bar",
        [("3/29", 185), ("3/30", 32), ("3/31", 68), ("4/1", 100), ("4/2", 0), ("4/3", 41)],
        title="Exposure by due day",
        summary="USD 185 today, then at most USD 100 a day.",
        columns=("Due", "At most, USD"),
    )


def _drawn(sheet: str) -> list[str]:
    """The names in a sprite file, in its order."""
    text = (Path(settings.BASE_DIR) / "static" / f"{sheet}.svg").read_text()
    return re.findall(r'<symbol id="[ip]-([\w-]+)"', text)


def _tints() -> list[str]:
    text = (Path(settings.BASE_DIR) / "static" / "components" / "pictures.css").read_text()
    return re.findall(r"\.tint-(\w+)", text)


def context() -> dict[str, Any]:
    """Everything the pages of the style guide show."""
    due = {name: end_of(day) for name, day in DAYS.items()}
    tints = _tints()
    return {
        "now": NOW,
        "due": due,
        "scan": datetime(2021, 3, 29, 4, 15, tzinfo=UTC),
        "form": SpecimenForm(),
        "wrong": SpecimenForm(WRONG),
        "usd": {name: Money(amount, "USD") for name, amount in AMOUNTS.items()},
        "yen": Money("1200", "JPY"),
        "route": {name: _route(name) for name in ROUTES},
        "span": _span(date(2021, 3, 26)),
        "close_span": _span(date(2021, 3, 28)),
        "rate": _rate(),
        "exposure": _exposure(),
        "violation": RuleViolation(
            "DLV-4",
            "This claim was not filed: the entrance closed on 28 Apr 2021 23:59:59 PDT.",
            advice="You can still apply for a refund through 12 May 2021.",
        ),
        "guarantees": GUARANTEES,
        "seller": {"name": "淄博青禾搪瓷制品有限公司"},
        "lit": True,
        "overdue_orders": 1,
        "rows": [
            {"number": number, "due": due[when], "mark": when, "buyer": buyer, "to": to, "picture": picture}
            for number, when, buyer, to, picture in ROWS
        ],
        "colours": COLOURS,
        "icons": _drawn("icons"),
        "pictures": [
            {"shape": shape, "tint": tints[i % len(tints)]} for i, shape in enumerate(_drawn("products"))
        ],
        "tints": tints,
    }
