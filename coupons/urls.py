from django.urls import path

from coupons.views import buyer

app_name = "coupons"
urlpatterns = [path("", buyer.coupons, name="list")]
