from django.urls import path

from orders.views.buyer import actions, checkout, gateway, pages

app_name = "orders"
urlpatterns = [
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/address/", checkout.checkout_address, name="checkout_address"),
    path("orders/", pages.orders, name="list"),
    path("orders/<str:number>/", pages.order, name="detail"),
    path("orders/<str:number>/pay/", checkout.pay, name="pay"),
    path("orders/<str:number>/confirm/", actions.confirm, name="confirm"),
    path("orders/<str:number>/decline/", actions.decline, name="decline"),
    path("orders/<str:number>/cancel/", actions.cancel, name="cancel"),
    path("orders/<str:number>/receive/", actions.receive, name="receive"),
    path("orders/<str:number>/extend/", actions.extend, name="extend"),
    path("orders/<str:number>/date/accept/", actions.accept_date, name="accept_date"),
    path("orders/<str:number>/date/refuse/", actions.refuse_date, name="refuse_date"),
    path("orders/<str:number>/address/", actions.address, name="address"),
    path("orders/<str:number>/refund/", actions.refund, name="refund"),
    path("orders/<str:number>/refund/escalate/", actions.escalate, name="escalate"),
    path("pay/<str:reference>/", gateway.sandbox, name="gateway"),
    path("gateway/notices/", gateway.notices, name="gateway_notices"),
]
