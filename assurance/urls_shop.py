"""The shop: what a buyer sees, at the root of the portal."""

from django.urls import include, path

urlpatterns = [
    path("", include("sellers.urls")),
    path("", include("orders.urls")),
    path("", include("claims.urls")),
    path("coupons/", include("coupons.urls")),
    path("notices/", include("assurance.notices.urls")),
]
