from django.urls import path

from sellers.views import buyer

app_name = "shop"
urlpatterns = [
    path("", buyer.home, name="home"),
    path("products/<int:pk>/", buyer.product, name="product"),
    path("guarantees/", buyer.guarantees, name="guarantees"),
]
