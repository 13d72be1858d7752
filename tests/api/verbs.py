"""Every POST below an order: who may, an order on which it is possible, and two bodies."""

from base64 import b64encode
from datetime import timedelta

from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from coupons import services as coupons
from orders.services import (
    amendment,
    bank,
    closing,
    desk,
    dispatch,
    messages,
    payment,
    receipt,
    refunds,
    reviews,
    start,
)
from tests import factories
from tests.api.conftest import started
from tests.factories import ADDRESS, NOW


def given(name, content):
    """A file as a program sends it."""
    return {"name": name, "content": b64encode(content).decode()}


CRATE = given("crate.jpg", factories.picture())
WAYBILL = given("waybill.pdf", b"%PDF-1.7\n%%EOF")
CHEAPER = {
    "items": [{"product": "{product}", "quantity": 1, "price": "9.00"}],
    "destination": "US",
    "dispatch": {"days": 6},
    "version": 1,
}
STARS = {"product": 5, "service": 4, "shipment": 3}
HOME = {"recipient": "Alice Moreno", "street": "9 Pier Road", "city": "Portland"}


def made_to_order(w):
    vase = factories.product(w.shop, rts=False)
    return factories.order(w.alice, {vase: 1}, paid=False)


def drafted(w):
    draft = start.Draft(items={w.mug.pk: 10}, line_id=w.line.pk, destination="US")
    return start.by_seller(seller_id=w.shop.pk, buyer_id=w.alice.pk, draft=draft, send=False, at=NOW)


def draft_body(w):
    """What Ming sends to draft an order of ten mugs for Alice."""
    items = [{"product": w.mug.pk, "quantity": 10, "price": "9.00"}]
    return {"buyer": w.alice.email, "items": items, "destination": "US", "dispatch": {"days": 6}}


def spoken(w):
    order = started(w)
    messages.send(order_id=order.pk, side="buyer", words="Is it ready?", token=str(order.pk), at=NOW)
    return order


def sent(w):
    order = started(w)
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number=f"S{order.pk}", last=True, at=NOW)
    return order


def handed(w):
    """On its way with a proof of dispatch and no tracking number."""
    order = started(w)
    proof = [factories.upload("waybill.pdf")]
    dispatch.dispatch(order_id=order.pk, carrier="Own truck", number="", last=True, proof=proof, at=NOW)
    return order


def proposed(w):
    order = started(w)
    day = (NOW + timedelta(days=9)).date()
    amendment.propose(order_id=order.pk, day=day, reason="Kiln", at=NOW)
    return order


def discounted(w):
    """Unpaid, with a coupon of Alice's reserved for an attempt that she has not carried out."""
    order = started(w, paid=False)
    coupon = coupons.issue(
        owner_id=w.alice.pk,
        bearer_id=None,
        from_order_id=order.pk,
        face=Money(20, "USD"),
        policy=Policy(),
        at=NOW,
    )
    payment.start(order_id=order.pk, method="visa", coupon_id=coupon.pk, at=NOW)
    return order


def funded(w):
    order = started(w, paid=False)
    bank.arrive(order_id=order.pk, amount=order.total, bank_reference=f"B{order.pk}", at=NOW)
    return order


def short(w):
    """Drafted by Ming with an initial payment of which a dollar is missing."""
    draft = start.Draft(
        items={w.mug.pk: 10}, line_id=w.line.pk, destination="US", initial=Money(30, "USD"), address=ADDRESS
    )
    order = start.by_seller(seller_id=w.shop.pk, buyer_id=w.alice.pk, draft=draft, at=NOW)
    closing.confirm(order_id=order.pk, by="buyer", at=NOW)
    bank.arrive(order_id=order.pk, amount=Money(29, "USD"), bank_reference=f"S{order.pk}", at=NOW)
    bank.associate(order_id=order.pk, at=NOW)
    return order


def late(w):
    return started(w, at=NOW - timedelta(days=7))


def applied(w, days=0):
    order = started(w, at=NOW - timedelta(days=days))
    refunds.apply(order_id=order.pk, amount=None, reason="Broken", at=NOW - timedelta(days=days))
    return order


def offered(w):
    order = applied(w)
    refunds.counter(refund_id=order.refunds.get().pk, offer=Money(1, "USD"), at=NOW)
    return order


def closed(w):
    order = made_to_order(w)
    return closing.cancel(order_id=order.pk, by="buyer", at=NOW)


def put_away(w):
    order = closed(w)
    desk.delete(side="seller", owner_id=w.shop.pk, numbers=[order.number], at=NOW)
    return order


def completed(w):
    order = sent(w)
    receipt.receive(order_id=order.pk, at=NOW)
    return order


def reviewed(w):
    order = completed(w)
    reviews.review(order_id=order.pk, stars=reviews.Stars(5, 4, 3), words="Good", at=NOW)
    return order


# Path below the order → who, an order on which it is possible, the body, another body.
VERBS = {
    "change": ("seller", made_to_order, CHEAPER, CHEAPER | {"destination": "CA"}),
    "send": ("seller", drafted, {"version": 1}, {"version": 2}),
    "confirm": ("seller", made_to_order, {}, {"more": 1}),
    "decline": ("seller", made_to_order, {"reason": "terms"}, {"reason": "refusal"}),
    "cancel": ("buyer", made_to_order, {}, {"more": 1}),
    "pay": ("buyer", lambda w: started(w, paid=False), {"method": "visa"}, {"method": "paypal"}),
    "pay/coupon-off": ("buyer", discounted, {}, {"more": 1}),
    "associate": ("seller", funded, {}, {"more": 1}),
    "accept-short": ("seller", short, {}, {"more": 1}),
    "ask-for-rest": ("seller", short, {}, {"more": 1}),
    "dispatch": (
        "seller",
        started,
        {"carrier": "DHL", "number": "D{pk}"},
        {"carrier": "DHL", "number": "E{pk}"},
    ),
    "dispatch/number": (
        "seller",
        handed,
        {"parcel": "{parcel}", "carrier": "DHL", "number": "N{pk}"},
        {"parcel": "{parcel}", "carrier": "DHL", "number": "M{pk}"},
    ),
    "receive": ("buyer", sent, {}, {"more": 1}),
    "extend": ("buyer", sent, {}, {"more": 1}),
    "address": ("buyer", started, HOME, HOME | {"city": "Boston"}),
    "dispatch-date": (
        "seller",
        started,
        {"day": "2021-03-30", "reason": "Kiln"},
        {"day": "2021-03-31", "reason": "Kiln"},
    ),
    "dispatch-date/accept": ("buyer", proposed, {"day": "2021-03-24"}, {"day": "2021-03-25"}),
    "dispatch-date/refuse": ("buyer", proposed, {}, {"more": 1}),
    "claims": ("buyer", late, {"guarantee": "dispatch"}, {"guarantee": "delivery"}),
    "desk/salesperson": ("seller", started, {"salesperson": "{ming}"}, {"salesperson": None}),
    "desk/notes": ("seller", started, {"text": "Photos first"}, {"text": "Photos last"}),
    "desk/labels": ("seller", started, {"name": "VIP"}, {"name": "Fragile"}),
    "delete": ("seller", closed, {}, {"more": 1}),
    "restore": ("seller", put_away, {}, {"more": 1}),
    "messages": (
        "buyer",
        started,
        {"words": "Is it ready?", "files": [CRATE]},
        {"words": "Is it ready?", "files": [WAYBILL]},
    ),
    "messages/read": ("seller", spoken, {"message": "{message}"}, {"message": 1}),
    "production": (
        "seller",
        started,
        {"stage": "making", "pictures": [CRATE]},
        {"stage": "packing", "pictures": [CRATE]},
    ),
    "review": ("buyer", completed, STARS, STARS | {"product": 1}),
    "review/reply": ("seller", reviewed, {"words": "Thank you"}, {"words": "Thanks"}),
    "refunds": ("buyer", started, {"full": True, "reason": "Broken"}, {"amount": "1.00", "reason": "Broken"}),
    "refunds/answer": (
        "seller",
        applied,
        {"refund": "{refund}", "agree": True},
        {"refund": "{refund}", "agree": False},
    ),
    "refunds/counter": ("seller", applied, {"offer": "1.00"}, {"offer": "2.00"}),
    "refunds/accept": ("buyer", offered, {"offer": "1.00"}, {"offer": "2.00"}),
    "refunds/decline": ("buyer", offered, {"offer": "1.00"}, {"offer": "2.00"}),
    "refunds/withdraw": ("buyer", applied, {}, {"more": 1}),
    "refunds/thread": (
        "seller",
        applied,
        {"words": "It left whole", "files": [CRATE]},
        {"words": "It left whole"},
    ),
    "refunds/escalate": ("buyer", lambda w: applied(w, days=5), {}, {"more": 1}),
}
