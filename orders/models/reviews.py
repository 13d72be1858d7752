"""What a buyer says of a completed order, and the supplier's one reply."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from sellers.models import Product


def _stars() -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])


class Review(models.Model):
    """One review of an order; `products` are its goods, by which a product's page finds it."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="review")
    products = models.ManyToManyField(Product, related_name="reviews")
    product_stars = _stars()
    service_stars = _stars()
    shipment_stars = _stars()
    words = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    reply = models.CharField(max_length=1000, blank=True, default="")
    replied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(product_stars__range=(1, 5))
                & Q(service_stars__range=(1, 5))
                & Q(shipment_stars__range=(1, 5)),
                name="one_to_five_stars",
            ),
        ]

    def __str__(self) -> str:
        return f"review of {self.order_id}"
