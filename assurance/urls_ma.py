"""Every address of MA, the seller's back office, in one place; the views belong to their apps."""

from django.urls import path

from assurance.notices.views import read_all
from claims.views import seller as claims
from coupons.views import seller as coupons
from logistics.views import seller as logistics
from orders.views import exports
from orders.views.seller import actions, bank, desk, detail, draft, held, messages, production, review
from orders.views.seller import list as orders
from sellers.views.seller import access, accounts, funds, home, notices, products, withdrawals

app_name = "ma"
urlpatterns = [
    path("", home.home, name="home"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("access/", access.access, name="access"),
    path("access/join/", access.join, name="join"),
    path("access/leave/", access.leave, name="leave"),
    path("access/activate/", access.activate, name="activate"),
    path("access/terms/<slug:version>/", access.terms, name="terms"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/picked/", desk.picked, name="orders-picked"),
    path("orders/exports/", exports.of_seller, name="exports"),
    path("orders/filters/", desk.keep, name="filter-keep"),
    path("orders/filters/change/", desk.change_kept, name="filter-change"),
    path("orders/new/", draft.new_order, name="order-new"),
    path("orders/<slug:number>/", detail.order, name="order"),
    path("orders/<slug:number>/edit/", draft.edit_order, name="order-edit"),
    path("orders/<slug:number>/send/", draft.send_order, name="order-send"),
    path("orders/<slug:number>/desk/", desk.order_desk, name="order-desk"),
    path("orders/<slug:number>/dispatch/", actions.submit_parcel, name="dispatch"),
    path("orders/<slug:number>/dispatch/number/", actions.add_number, name="parcel-number"),
    path("orders/<slug:number>/dispatch-date/", actions.propose_day, name="propose"),
    path("orders/<slug:number>/confirm/", actions.confirm, name="confirm"),
    path("orders/<slug:number>/decline/", actions.decline, name="decline"),
    path("orders/<slug:number>/cancel/", actions.cancel, name="cancel"),
    path("orders/<slug:number>/associate/", actions.associate, name="associate-order"),
    path("orders/<slug:number>/accept-short/", actions.accept_short, name="accept-short"),
    path("orders/<slug:number>/ask-for-rest/", actions.ask_for_rest, name="ask-for-rest"),
    path("orders/<slug:number>/extend/", actions.extend, name="extend"),
    path("orders/<slug:number>/production/", production.of_order, name="production"),
    path("orders/<slug:number>/review/", review.review, name="review"),
    path("orders/<slug:number>/messages/", messages.of_order, name="messages"),
    path("orders/<slug:number>/messages/read/", messages.read, name="messages-read"),
    path("orders/<slug:number>/refund/", actions.answer_refund, name="refund"),
    path("orders/<slug:number>/refund/evidence/", actions.add_evidence, name="refund-evidence"),
    path("claims/", claims.claim_list, name="claims"),
    path("notices/", notices.inbox, name="notices"),
    path("notices/read/", read_all, {"back": "ma:notices"}, name="notices-read"),
    path("funds/", funds.funds, name="funds"),
    path("funds/statement.<slug:format>", funds.export, name="statement-file"),
    path("funds/held/", held.held, name="held"),
    path("funds/withdraw/", withdrawals.withdraw, name="withdraw"),
    path("associate/", bank.waiting_lines, name="associate"),
    path("products/", products.products, name="products"),
    path("products/new/", products.new_product, name="product-new"),
    path("products/<int:pk>/", products.product, name="product"),
    path("coupons/", coupons.coupon_list, name="coupons"),
    path("coupons/new/", coupons.new_coupon, name="coupon-new"),
    path("coupons/<int:pk>/end/", coupons.end_coupon, name="coupon-end"),
    path("templates/", logistics.template_list, name="templates"),
    path("templates/new/", logistics.new_template, name="template-new"),
    path("templates/<int:pk>/", logistics.template, name="template"),
]
