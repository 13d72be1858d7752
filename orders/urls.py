from django.urls import path

from orders.views import exports, files
from orders.views.buyer import (
    actions,
    checkout,
    gateway,
    messages,
    pages,
    production,
    refunds,
    review,
    transfer,
)
from orders.views.buyer import list as purchases

app_name = "orders"
urlpatterns = [
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/address/", checkout.checkout_address, name="checkout_address"),
    path("orders/", purchases.orders, name="list"),
    path("orders/picked/", purchases.picked, name="picked"),
    path("orders/exports/", exports.of_buyer, name="exports"),
    path("exports/<uuid:key>/", exports.file, name="export_file"),
    path("orders/<slug:number>/", pages.order, name="detail"),
    path("orders/<slug:number>/pay/", checkout.pay, name="pay"),
    path("orders/<slug:number>/pay/coupon/", checkout.take_off_coupon, name="coupon_off"),
    path("orders/<slug:number>/transfer/", transfer.transfer, name="transfer"),
    path("orders/<slug:number>/confirm/", actions.confirm, name="confirm"),
    path("orders/<slug:number>/decline/", actions.decline, name="decline"),
    path("orders/<slug:number>/cancel/", actions.cancel, name="cancel"),
    path("orders/<slug:number>/receive/", actions.receive, name="receive"),
    path("orders/<slug:number>/extend/", actions.extend, name="extend"),
    path("orders/<slug:number>/date/accept/", actions.accept_date, name="accept_date"),
    path("orders/<slug:number>/date/refuse/", actions.refuse_date, name="refuse_date"),
    path("orders/<slug:number>/address/", actions.address, name="address"),
    path("orders/<slug:number>/production/", production.of_order, name="production"),
    path("orders/<slug:number>/review/", review.review, name="review"),
    path("orders/<slug:number>/messages/", messages.of_order, name="messages"),
    path("orders/<slug:number>/messages/read/", messages.read, name="messages_read"),
    path("orders/<slug:number>/refund/", refunds.refund, name="refund"),
    path("orders/<slug:number>/refund/evidence/", refunds.evidence, name="refund_evidence"),
    path("orders/<slug:number>/refund/accept/", refunds.accept, name="refund_accept"),
    path("orders/<slug:number>/refund/decline/", refunds.decline, name="refund_decline"),
    path("orders/<slug:number>/refund/withdraw/", refunds.withdraw, name="refund_withdraw"),
    path("orders/<slug:number>/refund/escalate/", refunds.escalate, name="escalate"),
    path("files/<slug:key>/", files.show, name="file"),
    path("pay/<slug:reference>/", gateway.sandbox, name="gateway"),
    path("gateway/notices/", gateway.notices, name="gateway_notices"),
]
