"""A product with the freight template it ships by: the door through which sellers change their products."""

from datetime import datetime

from django.db import transaction

from assurance.kernel.events import PLATFORM, Actor
from logistics import rules
from logistics.models import ProductFreight
from sellers.models import Product
from sellers.services import products
from sellers.services.products import Details


@transaction.atomic
def create(
    *, seller_id: int, details: Details, template_id: int | None, at: datetime, actor: Actor = PLATFORM
) -> Product:
    """Offer a product. Refused LOG-2 (RTS without a template), ORD-1, ORD-4.

    Locks the seller. The same details again return the first product.
    """
    rules.check_ships(rts=details.rts, has_template=template_id is not None)
    product = products.create(seller_id=seller_id, details=details, at=at, actor=actor)
    _ship_by(product, template_id)
    return product


@transaction.atomic
def change(
    *, product_id: int, details: Details, template_id: int | None, at: datetime, actor: Actor = PLATFORM
) -> Product:
    """Change a product and its template. Refused LOG-2, ORD-1, ORD-4. Locks the product."""
    rules.check_ships(rts=details.rts, has_template=template_id is not None)
    product = products.change(product_id=product_id, details=details, at=at, actor=actor)
    _ship_by(product, template_id)
    return product


def _ship_by(product: Product, template_id: int | None) -> None:
    if template_id is None:
        ProductFreight.objects.filter(product=product).delete()
    else:
        ProductFreight.objects.update_or_create(product=product, defaults={"template_id": template_id})
