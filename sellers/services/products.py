"""What a seller says of a product. The only writer of products and their prices.

An RTS product also needs a freight template (LOG-2), which lives a room further: interface code comes in
through `logistics.services.catalogue`, which calls these two in its own transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import USD, Money, to_minor
from sellers import rules
from sellers.models import PriceTier, Product, Seller

Tiers = Sequence[tuple[int, Money]]


@dataclass(frozen=True)
class Details:
    """Everything that a seller decides about a product.

    `tiers` are (from this quantity on, price of one piece in USD); `dispatch_days` 1 to 90 after payment.
    """

    name: str
    dispatch_days: int
    tiers: Tiers
    name_zh: str = ""
    description: str = ""
    description_zh: str = ""
    category: str = ""
    unit: str = "piece"
    weight_g: int = 500
    hs_code: str = ""
    rts: bool = True
    small_quick: bool = False
    is_listed: bool = True
    picture: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """The values by column of the product's own row."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "tiers"}

    def prices(self) -> dict[int, int]:
        """Minor units by quantity."""
        return {quantity: to_minor(price) for quantity, price in sorted(self.tiers, key=lambda tier: tier[0])}


def create(*, seller_id: int, details: Details, at: datetime, actor: Actor = PLATFORM) -> Product:
    """A new product, inside the caller's transaction. Refused ORD-1, ORD-4.

    The very same details again return the first product, so a double click offers nothing twice; the
    seller's row is locked so that two such clicks follow each other.
    """
    rules.check_product(dispatch_days=details.dispatch_days, tiers=details.tiers)
    Seller.objects.select_for_update().get(pk=seller_id)
    twins = Product.objects.filter(seller_id=seller_id, **details.columns()).prefetch_related("tiers")
    for twin in twins:
        if _prices(twin) == details.prices():
            return twin
    product = Product.objects.create(seller_id=seller_id, currency=USD, created_at=at, **details.columns())
    _write_prices(product, details)
    events.record("product", product.pk, "created", at=at, actor=actor, rules=("ORD-1",), name=product.name)
    return product


def change(*, product_id: int, details: Details, at: datetime, actor: Actor = PLATFORM) -> Product:
    """Change a product, inside the caller's transaction; orders keep what was agreed. Refused ORD-1, ORD-4.

    Nothing is written, and no event recorded, where nothing differs.
    """
    rules.check_product(dispatch_days=details.dispatch_days, tiers=details.tiers)
    product = Product.objects.select_for_update().get(pk=product_id)
    changed = [name for name, value in details.columns().items() if getattr(product, name) != value]
    for name in changed:
        setattr(product, name, details.columns()[name])
    if changed:
        product.save(update_fields=changed)
    if _prices(product) != details.prices():
        product.tiers.all().delete()
        _write_prices(product, details)
        changed.append("tiers")
    if changed:
        events.record("product", product.pk, "changed", at=at, actor=actor, rules=("ORD-1",), fields=changed)
    return product


def _prices(product: Product) -> dict[int, int]:
    return {tier.min_quantity: tier.price_minor for tier in product.tiers.all()}


def _write_prices(product: Product, details: Details) -> None:
    PriceTier.objects.bulk_create(
        PriceTier(product=product, min_quantity=quantity, price_minor=minor)
        for quantity, minor in details.prices().items()
    )
