"""What staff do with orders of their list: assign, note, label, delete; kept filters (ORD-9)."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from assurance.kernel import clock
from assurance.kernel.events import Actor
from assurance.kernel.models import Event
from assurance.kernel.rules import RuleViolation
from assurance.kernel.wording import number_text
from orders.models import Label, Note, SavedFilter
from orders.services import closing, desk, payment
from sellers.models import Staff
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def shop(ming):
    return make.seller(staff=ming)


@pytest.fixture
def alice():
    return make.person("alice")


@pytest.fixture
def mug(shop):
    return make.product(shop, name="Enamel mug")


@pytest.fixture
def office(client, ming, shop):
    client.force_login(ming)
    client.cookies["django_language"] = "en"

    def post(name, /, *args, at=NOW, **data):
        with clock.frozen(at):
            return client.post(reverse(f"ma:{name}", args=args), data, follow=True)

    return post


def body(answer):
    return answer.content.decode()


def closed(alice, mug):
    order = make.order(alice, {mug: 1}, paid=False)
    closing.cancel(order_id=order.pk, by="buyer", at=NOW)
    return order


# Services


def test_orders_are_assigned_to_staff_only_and_once(shop, ming, alice, mug):
    one, two = (make.order(alice, {mug: 1}) for _ in range(2))
    rival = make.order(alice, {make.product(make.seller("Rival")): 1})
    numbers = [one.number, two.number, rival.number]
    first = desk.assign(seller_id=shop.pk, numbers=numbers, to=ming.pk, at=NOW)
    assert first.changed == [one.number, two.number]
    assert desk.assign(seller_id=shop.pk, numbers=numbers, to=ming.pk, at=NOW).changed == []
    assert Event.objects.filter(stream="desk", kind="assigned").count() == 2
    rival.refresh_from_db()
    assert rival.salesperson_id is None
    with pytest.raises(RuleViolation, match="ORD-9"):
        desk.assign(seller_id=shop.pk, numbers=[one.number], to=alice.pk, at=NOW)


def test_a_note_written_twice_by_a_double_click_stands_once(shop, ming, alice, mug):
    order = make.order(alice, {mug: 1})
    for at in (NOW, NOW + MINUTE / 2, NOW + 2 * MINUTE):
        desk.note(
            seller_id=shop.pk, numbers=[order.number], text="Call", at=at, actor=Actor("seller", ming.pk)
        )
    assert Note.objects.filter(order=order).count() == 2


def test_labels_are_put_on_once_and_are_limited(shop, alice, mug):
    order = make.order(alice, {mug: 1})
    one = {"seller_id": shop.pk, "numbers": [order.number], "at": NOW}
    for n in range(desk.LABELS_PER_ORDER):
        assert desk.label(**one, name=f"L{n}", on=True).changed
    assert not desk.label(**one, name="L0", on=True).changed
    refused = desk.label(**one, name="one more", on=True)
    assert refused.refused[order.number].rule_id == "ORD-9"
    assert desk.label(**one, name="L0", on=False).changed
    assert Label.objects.filter(order=order).count() == desk.LABELS_PER_ORDER - 1


def test_only_drafts_and_closed_orders_are_deleted_and_the_clock_counts(shop, alice, mug):
    gone, paid = closed(alice, mug), make.order(alice, {mug: 1})
    left = make.order(alice, {mug: 1}, paid=False)
    numbers = [gone.number, paid.number, left.number]
    outcome = desk.delete(side="seller", owner_id=shop.pk, numbers=numbers, at=NOW)
    assert outcome.changed == [gone.number]
    assert {violation.rule_id for violation in outcome.refused.values()} == {"ORD-9"}
    later = NOW + timedelta(days=90)
    assert desk.delete(side="seller", owner_id=shop.pk, numbers=numbers, at=later).changed == [left.number]
    left.refresh_from_db()
    assert (left.state, left.closed_because) == ("closed", "unpaid")
    assert desk.restore(side="seller", owner_id=shop.pk, numbers=numbers, at=later).changed == [
        gone.number,
        left.number,
    ]


def test_one_sides_deleting_is_not_the_others(shop, alice, mug):
    order = closed(alice, mug)
    desk.delete(side="seller", owner_id=shop.pk, numbers=[order.number], at=NOW)
    order.refresh_from_db()
    assert order.seller_deleted_at and not order.buyer_deleted_at
    assert desk.delete(side="buyer", owner_id=alice.pk + 1, numbers=[order.number], at=NOW).changed == []


def test_an_order_that_goes_on_is_back_in_the_list(shop, alice, mug):
    order = make.order(alice, {mug: 1}, paid=False)
    order.seller_deleted_at = NOW
    order.save()
    started = payment.start(order_id=order.pk, method="visa", at=NOW)
    payment.settle(reference=started.reference, outcome="succeeded", at=NOW)
    order.refresh_from_db()
    assert order.seller_deleted_at is None


# Pages


def test_nothing_ticked_is_told_and_the_note_is_kept(office, alice, mug):
    order = make.order(alice, {mug: 1})
    answer = office("orders-picked", act="note", note="Call first", query="tab=to_dispatch")
    assert answer.status_code == 422
    page = body(answer)
    assert "Nothing is chosen. Tick at least one order first." in page
    assert "Call first</textarea>" in page and order.number in page
    assert not Note.objects.exists()


def test_what_was_ticked_stays_so_when_the_form_comes_back(office, alice, mug):
    ticked, other = make.order(alice, {mug: 1}), make.order(alice, {mug: 1})
    page = body(office("orders-picked", act="label", label=" ", order=[ticked.number], query="tab=all"))
    assert "Enter the label first." in page
    for order, is_ticked in ((ticked, True), (other, False)):
        box = re.search(rf'<input type="checkbox" name="order" value="{order.number}"[^>]*>', page)
        assert box and (" checked" in box[0]) == is_ticked


def test_ticked_orders_are_assigned_and_counted(office, ming, alice, mug):
    orders = [make.order(alice, {mug: 1}) for _ in range(3)]
    page = body(
        office("orders-picked", act="assign", salesperson=ming.pk, order=[o.number for o in orders[:2]])
    )
    assert "2 orders assigned." in page
    assert page.count("Not assigned</span>") == 1
    assert "does not work for your shop" in body(
        office("orders-picked", act="assign", salesperson=alice.pk, order=[orders[0].number])
    )


def test_what_cannot_be_deleted_is_said_with_its_reason_and_the_rest_can_be_undone(office, alice, mug):
    gone, paid = closed(alice, mug), make.order(alice, {mug: 1})
    page = body(office("orders-picked", act="delete", order=[gone.number, paid.number]))
    assert "1 order deleted." in page and "1 order is no longer listed." in page
    assert (
        f"{number_text(paid.number)}: Only drafts and closed orders can be deleted" in page
        and "ORD-9" in page
    )
    assert f'value="{gone.number}" form="bulk"' not in page
    page = body(office("orders-picked", act="restore", order=[gone.number]))
    assert "1 order restored." in page
    assert f'value="{gone.number}" form="bulk"' in page


def test_links_under_a_refused_form_lead_back_into_the_list(office, client, alice, mug):
    answer = office("orders-picked", act="delete", query="tab=to_dispatch&destination=US")
    assert answer.status_code == 422
    with clock.frozen(NOW):
        back = client.get(reverse("ma:orders-picked"), {"tab": "to_dispatch", "after": "2021-03-21~5"})
    assert back.url == reverse("ma:orders") + "?tab=to_dispatch&after=2021-03-21~5"


def test_what_no_page_of_ours_sends_breaks_nothing(office, alice, mug):
    order = make.order(alice, {mug: 1})
    for number in ("\x00", "' OR 1=1", "١٢٣"):
        answer = office("orders-picked", act="label", label="x", order=[number, order.number])
        assert answer.status_code == 200
        assert office("exports", format="csv", order=[number]).status_code == 200
    assert Label.objects.get().order == order
    long = office("filter-keep", name="long", query="q=" + "商" * 900)
    assert "These filters are too long to save." in body(long)


def test_another_sellers_orders_are_not_touched(office, alice):
    rival = make.order(alice, {make.product(make.seller("Rival")): 1})
    assert "Nothing had to be changed." in body(
        office("orders-picked", act="label", label="mine", order=[rival.number])
    )
    assert not Label.objects.exists()


def test_a_kept_filter_opens_the_list_and_is_its_owners_alone(office, client, ming, shop, alice, mug):
    query = "tab=all&destination=US&after=99"
    assert "is saved" in body(office("filter-keep", name=" North  America ", default="1", query=query))
    kept = SavedFilter.objects.get()
    assert (kept.name, kept.query, kept.is_default) == ("North America", "tab=all&destination=US", True)
    with clock.frozen(NOW):
        assert client.get(reverse("ma:orders")).url.endswith("?tab=all&destination=US")
    colleague = make.person("lu")
    Staff.objects.create(seller=shop, user=colleague)
    client.force_login(colleague)
    office("filter-change", filter=kept.pk, act="delete")
    assert SavedFilter.objects.exists()
    with clock.frozen(NOW):
        assert client.get(reverse("ma:orders")).status_code == 200
    client.force_login(ming)
    office("filter-change", filter=kept.pk, act="plain")
    assert not SavedFilter.objects.get().is_default
    office("filter-change", filter=kept.pk, act="delete")
    assert not SavedFilter.objects.exists()


def test_filters_are_limited_and_a_name_is_required(office, ming, shop):
    assert "Give the filter a name" in body(office("filter-keep", name="", query=""))
    for n in range(desk.FILTERS_PER_PERSON):
        desk.keep_filter(seller_id=shop.pk, user_id=ming.pk, name=str(n), query="", default=False)
    assert "ORD-9" in body(office("filter-keep", name="one more", query=""))


def test_an_orders_desk_keeps_notes_labels_and_who_is_in_charge(office, client, ming, alice, mug):
    order = make.order(alice, {mug: 1})
    office("order-desk", order.number, act="note", note="Likes <b>blue</b>")
    office("order-desk", order.number, act="label", label="VIP")
    page = body(office("order-desk", order.number, act="assign", salesperson=ming.pk))
    assert "Likes &lt;b&gt;blue&lt;/b&gt;" in page and "VIP" in page
    order.refresh_from_db()
    assert order.salesperson == ming
    answer = office("order-desk", order.number, act="note", note="")
    assert answer.status_code == 422
    for nobodys in ("0", "²", "9" * 5000):
        assert office("order-desk", order.number, act=f"drop-{nobodys}").status_code == 422
    office("order-desk", order.number, act=f"drop-{Note.objects.get().pk}")
    office("order-desk", order.number, act="unlabel", label="VIP")
    assert not Note.objects.exists() and not Label.objects.exists()


def test_the_buyer_sees_nothing_of_the_desk(office, client, ming, alice, mug):
    order = make.order(alice, {mug: 1})
    office("order-desk", order.number, act="note", note="difficult customer")
    office("order-desk", order.number, act="label", label="slow payer")
    client.force_login(alice)
    with clock.frozen(NOW):
        for page in (reverse("orders:detail", args=[order.number]), reverse("orders:list")):
            shown = body(client.get(page))
            assert "difficult" not in shown and "slow payer" not in shown


def test_people_and_labels_cannot_write_html_into_a_row(office, client, mug):
    mallory = make.person("mallory", company="<script>alert(1)</script>")
    order = make.order(mallory, {mug: 1})
    office("order-desk", order.number, act="label", label="<img src=x>")
    with clock.frozen(NOW):
        page = body(client.get(reverse("ma:orders")))
    assert "<script>alert" not in page and "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
