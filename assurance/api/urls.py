"""Every address of the API. What is not listed answers 404 as problem details, too."""

from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter

from assurance.api.docs import DocsView, SchemaView
from assurance.api.views import Missing
from claims.api import Claims, OrderClaims
from coupons.api import Coupons, EndStoreCoupon, Recoveries, StoreCoupons
from logistics.api.products import Products, ShippingOptions
from logistics.api.templates import SellerTemplates
from logistics.api.tracking import AfterShip, SeventeenTrack, Tracking
from orders.api import desk, drafts, exports, money, reviews, talk, verbs
from orders.api.orders import OrderAt, Orders
from sellers.api import PayoutAccounts, SellerAt, Statement, Withdrawals


class OrderNumber:
    """The 17 digits of an order."""

    regex = "[0-9]{17}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class RowId:
    """A row's number, within what the database can hold."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(OrderNumber, "order_number")
register_converter(RowId, "row_id")

_order: list[URLPattern | URLResolver] = [
    path("", OrderAt.as_view(), name="order"),
    path("change/", drafts.Change.as_view(), name="change"),
    path("send/", drafts.Send.as_view(), name="send"),
    path("confirm/", verbs.Confirm.as_view(), name="confirm"),
    path("decline/", verbs.Decline.as_view(), name="decline"),
    path("cancel/", verbs.Cancel.as_view(), name="cancel"),
    path("pay/", money.Pay.as_view(), name="pay"),
    path("pay/coupon-off/", money.TakeCouponOff.as_view(), name="coupon-off"),
    path("associate/", money.Associate.as_view(), name="associate"),
    path("accept-short/", money.AcceptShort.as_view(), name="accept-short"),
    path("ask-for-rest/", money.AskForRest.as_view(), name="ask-for-rest"),
    path("dispatch/", verbs.Dispatch.as_view(), name="dispatch"),
    path("dispatch/number/", verbs.AddNumber.as_view(), name="parcel-number"),
    path("receive/", verbs.Receive.as_view(), name="receive"),
    path("extend/", verbs.Extend.as_view(), name="extend"),
    path("address/", verbs.ChangeAddress.as_view(), name="address"),
    path("dispatch-date/", verbs.DispatchDate.as_view(), name="dispatch-date"),
    path("dispatch-date/accept/", verbs.AcceptDate.as_view(), name="accept-date"),
    path("dispatch-date/refuse/", verbs.RefuseDate.as_view(), name="refuse-date"),
    path("desk/", desk.Desk.as_view(), name="desk"),
    path("desk/salesperson/", desk.Salesperson.as_view(), name="salesperson"),
    path("desk/notes/", desk.Notes.as_view(), name="notes"),
    path("desk/labels/", desk.Labels.as_view(), name="labels"),
    path("delete/", desk.Delete.as_view(), name="delete"),
    path("restore/", desk.Restore.as_view(), name="restore"),
    path("messages/", talk.Messages.as_view(), name="messages"),
    path("messages/read/", talk.ReadMessages.as_view(), name="read-messages"),
    path("production/", talk.Production.as_view(), name="production"),
    path("files/<slug:key>/", talk.FileAt.as_view(), name="file"),
    path("review/", reviews.OrderReview.as_view(), name="review"),
    path("review/reply/", reviews.ReplyToReview.as_view(), name="reply-to-review"),
    path("claims/", OrderClaims.as_view(), name="order-claims"),
    path("refunds/", money.Refunds.as_view(), name="refunds"),
    path("refunds/answer/", money.AnswerRefund.as_view(), name="answer-refund"),
    path("refunds/counter/", money.CounterRefund.as_view(), name="counter-refund"),
    path("refunds/accept/", money.AcceptRefund.as_view(), name="accept-refund"),
    path("refunds/decline/", money.DeclineRefund.as_view(), name="decline-refund"),
    path("refunds/withdraw/", money.WithdrawRefund.as_view(), name="withdraw-refund"),
    path("refunds/escalate/", money.EscalateRefund.as_view(), name="escalate-refund"),
    path("refunds/thread/", talk.RefundThread.as_view(), name="refund-thread"),
]

_v1: list[URLPattern | URLResolver] = [
    path("products/", Products.as_view(), name="products"),
    path("products/<row_id:product>/shipping-options/", ShippingOptions.as_view(), name="shipping-options"),
    path("orders/", Orders.as_view(), name="orders"),
    path("orders/drafts/", drafts.Drafts.as_view(), name="drafts"),
    path("orders/exports/", exports.Exports.as_view(), name="exports"),
    path("orders/exports/<uuid:key>/", exports.ExportAt.as_view(), name="export"),
    path("orders/exports/<uuid:key>/file/", exports.ExportFile.as_view(), name="export-file"),
    path("orders/<order_number:number>/", include(_order)),
    path("claims/", Claims.as_view(), name="claims"),
    path("coupons/", Coupons.as_view(), name="coupons"),
    path("recoveries/", Recoveries.as_view(), name="recoveries"),
    path("statement/", Statement.as_view(), name="statement"),
    path("seller/", SellerAt.as_view(), name="seller"),
    path("seller/templates/", SellerTemplates.as_view(), name="seller-templates"),
    path("seller/store-coupons/", StoreCoupons.as_view(), name="store-coupons"),
    path("seller/store-coupons/<row_id:coupon>/end/", EndStoreCoupon.as_view(), name="end-store-coupon"),
    path("seller/payout-accounts/", PayoutAccounts.as_view(), name="payout-accounts"),
    path("seller/withdrawals/", Withdrawals.as_view(), name="withdrawals"),
    path("tracking/", Tracking.as_view(), name="tracking"),
    path("tracking/aftership/", AfterShip.as_view(), name="aftership"),
    path("tracking/17track/", SeventeenTrack.as_view(), name="17track"),
]

app_name = "api"
urlpatterns = [
    path("v1/", include(_v1)),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    re_path("", Missing.as_view(), name="missing"),
]
