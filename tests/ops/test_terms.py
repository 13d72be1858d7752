"""Acts of ops on the terms of trade: policy versions, lines, templates, campaigns."""

from datetime import date, timedelta
from typing import Any

import pytest

from assurance.kernel.models import Event, PolicyVersion
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from logistics.models import Line, LineCountry, TemplateLine
from orders.models import Order
from sellers.models import Campaign
from tests import factories
from tests.factories import NOW
from tests.ops.acts import recorded, send
from tests.ops.conftest import REVIEWED, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def figures(**changes: Any) -> dict[str, Any]:
    from assurance.kernel.admin.policy import flat

    begins = changes.pop("starts_at", "2021-05-01T00:00")
    return {**flat(Policy()), "starts_at": begins, **changes}


def test_announcing_a_policy_version_binds_later_contracts_only(ops: Any, world: World):
    answer = send(
        ops("administrator"),
        "kernel/policyversion",
        "announce",
        **figures(compensation_percent="12", receipt_days__sea="50"),
    )
    assert answer.status_code == 302
    version = PolicyVersion.objects.get(note="Because.")
    assert str(version.starts_at.astimezone(NOW.tzinfo)) == "2021-05-01 00:00:00-07:00"
    assert version.policy == Policy(
        compensation_percent=12, receipt_days={**Policy().receipt_days, "sea": 50}
    )
    assert policy_at(REVIEWED).pk != version.pk
    world.order.refresh_from_db()
    assert world.order.policy_id != version.pk
    assert recorded("policy", version.pk, "announced").data["reason"] == "Because."


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"starts_at": "2021-03-24T09:00"}, "must begin in the future"),
        ({"starts_at": "soon"}, "Enter a valid date/time."),
        ({"compensation_percent": "101"}, "At most 100."),
        ({"coupon_days": "-1"}, "At least 0."),
        ({"coupon_days": "1.5"}, "Enter a whole number."),
        ({"coupon_days": ""}, "This field is required."),
    ],
)
def test_figures_that_make_no_sense_are_told_beside_their_field(ops: Any, changes: dict[str, str], says: str):
    answer = send(ops("administrator"), "kernel/policyversion", "announce", **figures(**changes))
    assert answer.status_code in (409, 422)
    assert says in answer.content.decode()
    assert PolicyVersion.objects.count() == 1


def test_two_versions_do_not_begin_at_one_moment(ops: Any):
    client = ops("administrator")
    send(client, "kernel/policyversion", "announce", **figures(coupon_days=91))
    answer = send(client, "kernel/policyversion", "announce", **figures(coupon_days=92))
    assert answer.status_code == 409
    assert "POL-1" in answer.content.decode()


SERVICE = {
    "name": "Slow boat",
    "name_zh": "慢船",
    "carrier": "COSCO",
    "mode": "sea",
    "is_platform": "on",
    "is_active": "on",
}
REACH = {
    "country": "BR",
    "transit_min": 20,
    "transit_max": 35,
    "handling": 2,
    "guaranteed": "on",
    "first": "9.50",
    "additional": "1.25",
}


def test_a_line_is_made_changed_reached_and_dropped(ops: Any):
    client = ops("administrator")
    assert send(client, "logistics/line", "make", code="slow-boat", **SERVICE).status_code == 302
    line = Line.objects.get(code="slow-boat")
    assert (line.name_zh, line.mode, line.is_active) == ("慢船", "sea", True)
    send(client, "logistics/line", "reach", line.pk, **REACH)
    row = LineCountry.objects.get(line=line)
    assert (str(row.country), row.transit_max, row.guaranteed, row.first_minor) == ("BR", 35, True, 950)
    form = client.get(f"/admin/logistics/line/act/reach/?ids={line.pk}&country=BR").context["form"]
    assert (form.initial["transit_max"], str(form.initial["first"])) == (35, "9.50")
    send(client, "logistics/line", "reach", line.pk, **{**REACH, "transit_max": 30})
    send(client, "logistics/line", "change", line.pk, **{**SERVICE, "is_active": ""})
    send(client, "logistics/line", "drop", line.pk, country="BR")
    line.refresh_from_db()
    assert not line.is_active
    assert not LineCountry.objects.filter(line=line).exists()
    events = Event.objects.filter(stream="line", key=line.pk, data__reason="Because.")
    assert [e.kind for e in events.order_by("id")] == [
        "made",
        "reached",
        "reach_changed",
        "changed",
        "dropped",
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"transit_min": 36}, "shortest transit time comes first"),
        ({"transit_max": 181}, "At most 180."),
        ({"first": "-1"}, "At least 0."),
        ({"first": "1.001"}, "At most 2 decimal places."),
        ({"country": "XX"}, "Select a valid choice"),
    ],
)
def test_a_destination_that_makes_no_sense_is_told(ops: Any, changes: dict[str, Any], says: str):
    line = factories.line()
    answer = send(ops("administrator"), "logistics/line", "reach", line.pk, **{**REACH, **changes})
    assert answer.status_code in (409, 422)
    assert says in answer.content.decode()
    assert not LineCountry.objects.filter(line=line, country="BR").exists()


PLAN = {
    "name": "September sourcing",
    "name_zh": "九月采购节",
    "first_day": "2021-09-01",
    "last_day": "2021-09-30",
}


@pytest.mark.rule("MKT-3")
def test_a_campaign_is_made_and_changed(ops: Any):
    client = ops("administrator")
    for _twice in range(2):
        assert send(client, "sellers/campaign", "make", **PLAN).status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.name_zh, campaign.first_day.isoformat()) == ("九月采购节", "2021-09-01")
    for _twice in range(2):
        send(client, "sellers/campaign", "change", campaign.pk, **{**PLAN, "last_day": "2021-10-02"})
    campaign.refresh_from_db()
    assert campaign.last_day.isoformat() == "2021-10-02"
    assert recorded("campaign", campaign.pk, "made").data["reason"] == "Because."
    assert recorded("campaign", campaign.pk, "changed").data["fields"] == ["last_day"]


@pytest.mark.rule("MKT-3")
@pytest.mark.parametrize(
    ("days", "says"),
    [
        ({"last_day": "2021-08-31"}, "ends on its first day or later"),
        ({"first_day": "2020-03-01", "last_day": "2020-03-31"}, "already over"),
        ({"name": "Another", "first_day": "2021-09-30", "last_day": "2021-10-10"}, "Another campaign runs"),
        ({"first_day": "2021-09-31"}, "Enter a valid date"),
    ],
)
def test_a_campaign_on_days_that_cannot_be_is_told(ops: Any, days: dict[str, str], says: str):
    factories.campaign(date(2021, 9, 1), date(2021, 9, 30), "The first")
    answer = send(ops("administrator"), "sellers/campaign", "make", **{**PLAN, **days})
    assert answer.status_code in (409, 422)
    assert says in answer.content.decode()
    assert Campaign.objects.count() == 1


def test_two_lines_have_no_code_in_common(ops: Any):
    line = factories.line()
    answer = send(ops("administrator"), "logistics/line", "make", code=line.code, **SERVICE)
    assert answer.status_code == 409
    assert "Another line has this code." in answer.content.decode()


def test_a_changed_line_moves_no_promise_already_made(ops: Any, late: Order):
    promised = late.promise
    send(ops("administrator"), "logistics/line", "reach", late.line_id, **{**REACH, "country": "US"})
    late.refresh_from_db()
    assert (late.promise, late.transit_max) == (promised, 7)


def test_the_price_of_a_templates_line_is_set(ops: Any, world: World):
    line = factories.line()
    template = factories.template(world.shop, line)
    price = {"line": line.pk, "pricing": "weight", "flat": "0", "first_weight_g": 500, "first": "5.00"}
    price |= {"additional_weight_g": 250, "additional": "1.10", "discount_percent": 0}
    client = ops("administrator")
    assert send(client, "logistics/freighttemplate", "price", template.pk, **price).status_code == 302
    row = TemplateLine.objects.get(template=template)
    assert (row.pricing, row.first_minor, row.additional_minor, row.additional_weight_g) == (
        "weight",
        500,
        110,
        250,
    )
    assert recorded("template", template.pk, "repriced").data["reason"] == "Because."
    form = client.get(
        f"/admin/logistics/freighttemplate/act/price/?ids={template.pk}&line={line.pk}"
    ).context["form"]
    assert str(form.initial["additional"]) == "1.10"
    answer = send(
        client, "logistics/freighttemplate", "price", template.pk, **{**price, "discount_percent": 101}
    )
    assert answer.status_code == 422
