"""Every address of MA, the seller's back office, in one place; the views belong to their apps."""

from django.urls import path

from claims.views import seller as claims
from logistics.views import seller as logistics
from orders.views.seller import actions, bank, detail
from orders.views.seller import list as orders
from sellers.views.seller import access, accounts, funds, home, products

app_name = "ma"
urlpatterns = [
    path("", home.home, name="home"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("access/", access.access, name="access"),
    path("access/join/", access.join, name="join"),
    path("access/leave/", access.leave, name="leave"),
    path("access/activate/", access.activate, name="activate"),
    path("access/terms/<str:version>/", access.terms, name="terms"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/<str:number>/", detail.order, name="order"),
    path("orders/<str:number>/dispatch/", actions.submit_parcel, name="dispatch"),
    path("orders/<str:number>/dispatch-date/", actions.propose_day, name="propose"),
    path("orders/<str:number>/confirm/", actions.confirm, name="confirm"),
    path("orders/<str:number>/decline/", actions.decline, name="decline"),
    path("orders/<str:number>/cancel/", actions.cancel, name="cancel"),
    path("orders/<str:number>/associate/", actions.associate, name="associate-order"),
    path("orders/<str:number>/accept-short/", actions.accept_short, name="accept-short"),
    path("orders/<str:number>/ask-for-rest/", actions.ask_for_rest, name="ask-for-rest"),
    path("orders/<str:number>/extend/", actions.extend, name="extend"),
    path("orders/<str:number>/refund/", actions.answer_refund, name="refund"),
    path("claims/", claims.claim_list, name="claims"),
    path("funds/", funds.funds, name="funds"),
    path("associate/", bank.waiting_lines, name="associate"),
    path("products/", products.products, name="products"),
    path("products/new/", products.new_product, name="product-new"),
    path("products/<int:pk>/", products.product, name="product"),
    path("templates/", logistics.template_list, name="templates"),
    path("templates/new/", logistics.new_template, name="template-new"),
    path("templates/<int:pk>/", logistics.template, name="template"),
]
