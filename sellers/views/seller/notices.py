"""The inbox in the frame of MA."""

from django.http import HttpResponse

from assurance.notices import views
from sellers.views.seller.base import SellerRequest, for_seller, page


@for_seller
def inbox(request: SellerRequest) -> HttpResponse:
    """The same notices as in the shop: a person has one inbox."""
    return page(request, "notices/seller/list.html", views.listed(request))
