"""The smallest world in which people trade. Each function makes one thing with sensible rest; orders come
about through the services, so that no test starts from a state that cannot be reached."""

import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from PIL import Image

from assurance.accounts.models import User
from assurance.kernel import uploads
from assurance.kernel.days import day_of, plus
from assurance.kernel.money import USD, Money
from assurance.kernel.units import ZONE
from coupons import services as coupons
from coupons.models import StoreCoupon
from logistics.models import FreightTemplate, Line, LineCountry, ProductFreight, TemplateLine
from orders.models import Order
from orders.services import payment, start
from orders.services.start import Draft
from sellers.models import Campaign, Company, Membership, PriceTier, Product, Seller, Staff
from sellers.services import campaigns
from sellers.services.membership import TERMS_VERSION

_number = count(1)

OPENED = datetime(2021, 1, 4, 9, 0, tzinfo=ZONE)
NOW = datetime(2021, 3, 15, 10, 0, tzinfo=ZONE)
ADDRESS = {"recipient": "Alice Moreno", "street": "211 Throop Ave", "city": "New York", "country": "US"}


def person(name: str = "alice", **fields: Any) -> User:
    return User.objects.create_user(f"{name}{next(_number)}@example.com", "x", name=name.title(), **fields)


def seller(
    name: str = "Mingshen", *, member: bool = True, staff: User | None = None, **fields: Any
) -> Seller:
    """A lit seller account of a company of its own; with `member` in the upgrade service since OPENED."""
    company = fields.pop("company", None) or Company.objects.create(name=f"{name} Co {next(_number)}")
    made = Seller.objects.create(
        company=company, name=f"{name} {next(_number)}", qualified_at=OPENED, **fields
    )
    if member:
        Membership.objects.create(seller=made, joined_at=OPENED, terms_version=TERMS_VERSION)
    if staff:
        Staff.objects.create(seller=made, user=staff)
    return made


def line(code: str = "express", *, guaranteed: tuple[str, ...] = ("US",), **fields: Any) -> Line:
    """A line that reaches the US in 5 to 7 days and the countries where it is guaranteed."""
    made = Line.objects.create(
        **{
            "code": f"{code}-{next(_number)}",
            "name": code.title(),
            "carrier": "DHL",
            "mode": "express",
            **fields,
        }
    )
    LineCountry.objects.bulk_create(
        LineCountry(
            line=made,
            country=country,
            transit_min=5,
            transit_max=7,
            handling_days=1,
            guaranteed=country in guaranteed,
        )
        for country in {"US", *guaranteed}
    )
    return made


def template(of: Seller, *lines: Line, name: str = "Standard") -> FreightTemplate:
    """A freight template with these lines, free of charge."""
    made = FreightTemplate.objects.create(seller=of, name=f"{name} {next(_number)}")
    TemplateLine.objects.bulk_create(TemplateLine(template=made, line=each) for each in lines)
    return made


def product(
    of: Seller, *, price: int = 1000, ships_by: FreightTemplate | None = None, **fields: Any
) -> Product:
    """An RTS product at `price` cents a piece, from one piece on, dispatched within 6 days."""
    values = {"name": f"Mug {next(_number)}", "dispatch_days": 6, "created_at": OPENED, **fields}
    made = Product.objects.create(seller=of, **values)
    PriceTier.objects.create(product=made, min_quantity=1, price_minor=price)
    if ships_by:
        ProductFreight.objects.create(product=made, template=ships_by)
    return made


def store_coupon(of: Seller, *, at: datetime = NOW, **terms: Any) -> StoreCoupon:
    """A store coupon of 10% without a minimum, for a month from `at` on."""
    values = {
        "name": f"Coupon {next(_number)}",
        "percent": None if "amount" in terms else Decimal(10),
        "amount": None,
        "least": Money(0, USD),
        "first_day": day_of(at),
        "last_day": plus(day_of(at), 30),
        "limit": None,
        **terms,
    }
    return coupons.make_store_coupon(seller_id=of.pk, terms=coupons.StoreTerms(**values), at=at)


def campaign(first: date, last: date, name: str = "September sourcing", *, at: datetime = NOW) -> Campaign:
    """A campaign of the platform, both days included."""
    plan = campaigns.Plan(name=name, name_zh="九月采购节", first_day=first, last_day=last)
    return campaigns.make(plan=plan, reason="Planned.", at=at)


def order(
    buyer: User,
    items: Mapping[Product, int],
    *,
    by: Line | None = None,
    at: datetime = NOW,
    paid: bool = True,
    **draft: Any,
) -> Order:
    """A buyer's order, paid in full at the same instant unless told otherwise."""
    made = start.by_buyer(
        buyer_id=buyer.pk,
        draft=Draft(
            **{
                "items": {p.pk: quantity for p, quantity in items.items()},
                "line_id": by.pk if by else None,
                "destination": "US",
                "address": ADDRESS,
                # Without a line an order ships free of charge, by agreement.
                "shipping": None if by else Money(0, USD),
                **draft,
            }
        ),
        at=at,
    )
    if paid:
        pay(made, at=at)
    made.refresh_from_db()
    return made


def pay(made: Order, *, at: datetime, method: str = "visa", **choice: Any) -> None:
    """Pay what is due, and have the gateway say that it succeeded."""
    started = payment.start(order_id=made.pk, method=method, at=at, **choice)
    payment.settle(reference=started.reference, outcome="succeeded", at=at)


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    """A picture as a camera would send it."""
    made = io.BytesIO()
    Image.new("RGB", size, (180, 120, 60)).save(made, kind, **options)
    return made.getvalue()


def upload(name: str = "crate.jpg") -> uploads.Upload:
    """A checked file; a PDF or a picture by its name."""
    return uploads.check(name, b"%PDF-1.7\n%%EOF" if name.endswith(".pdf") else picture())
