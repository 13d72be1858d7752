"""The cast of the access tests: each with a client, and one order that only its two sides may see."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.test import Client

from assurance.accounts import roles
from assurance.accounts.models import Address, User
from assurance.kernel import clock
from assurance.kernel.events import Actor
from assurance.notices.models import Notice
from claims import services as claims
from coupons.models import StoreCoupon
from logistics.models import FreightTemplate
from orders.models import Attachment, ListExport, Order, Payment, Purpose
from orders.queries.filters import Wanted
from orders.services import exports, files, payment
from sellers.models import Product
from tests import factories

STREET = "77 Hidden Lane"
ROLES = (roles.REVIEWER, roles.FINANCE, roles.RISK, roles.ADMINISTRATOR)


@dataclass
class Cast:
    """Who asks, and what of Alice's and Ming's there is to ask for."""

    people: dict[str, User | None]
    order: Order
    unpaid: Payment
    product: Product
    template: FreightTemplate
    coupon: StoreCoupon
    address: Address
    notice: Notice
    file: Attachment
    export: ListExport
    clients: dict[str, Client] = field(default_factory=dict)

    def secrets(self) -> tuple[bytes, ...]:
        """What no stranger may read, wherever it might stand."""
        alice = self.people["alice"]
        assert alice is not None
        return (
            self.order.number.encode(),
            self.unpaid.order.number.encode(),
            STREET.encode(),
            alice.email.encode(),
        )

    def client(self, who: str) -> Client:
        if who not in self.clients:
            client = Client(raise_request_exception=False)
            person = self.people[who]
            if person is not None:
                client.force_login(person)
            self.clients[who] = client
        return self.clients[who]


def assemble() -> Cast:
    """Alice's late, claimed order with Ming, one that she has begun to pay, and people who have no part in them."""
    now = clock.now()
    before = now - timedelta(days=20)
    people: dict[str, User | None] = {"nobody": None}
    for name in ("alice", "bob", "ming", "rival"):
        people[name] = factories.person(name)
    for role in ROLES:
        people[role] = factories.person(role)
        roles.assign(people[role], role)
    alice, ming, rival = people["alice"], people["ming"], people["rival"]
    assert alice and ming and rival
    shop = factories.seller("Qinghe", staff=ming)
    factories.seller("Rival", staff=rival)
    line = factories.line()
    template = factories.template(shop, line)
    product = factories.product(shop, ships_by=template)
    hidden = {"recipient": "Alice", "street": STREET, "city": "Portland", "country": "US"}
    order = factories.order(alice, {product: 3}, by=line, at=before, address=hidden)
    claims.file(order_id=order.pk, guarantee="dispatch", user_id=alice.pk, at=now)
    unpaid = factories.order(alice, {product: 2}, by=line, at=now, paid=False, address=hidden)
    attempt = payment.start(order_id=unpaid.pk, method="visa", at=now)
    address = Address.objects.create(
        user=alice, recipient="Alice", street=STREET, city="Portland", country="US"
    )
    notice = Notice.objects.create(
        user=alice,
        kind="dispatch_overdue",
        about="order",
        about_id=order.pk,
        data={"number": order.number},
        happened_at=now,
    )
    sent = factories.upload("waybill.pdf")
    [file] = files.keep(order, Purpose.PROOF, 1, [sent], at=now, actor=Actor("seller", ming.pk))
    export = exports.ask(
        user_id=ming.pk, seller_id=shop.pk, format="csv", wanted=Wanted(), at=now, language="en"
    )
    exports.write_next(now)
    coupon = factories.store_coupon(shop)
    return Cast(people, order, attempt, product, template, coupon, address, notice, file, export)
