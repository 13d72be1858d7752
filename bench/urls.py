"""The portal's addresses and the floor: what a bare Django view costs for the same kind of page."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from assurance.urls import urlpatterns as portal
from orders.models import Order

_PAGE = """{% for order in orders %}<tr><td>{{ order.number }}</td><td>{{ order.buyer.name }}</td>
<td>{{ order.total_minor }}</td><td>{{ order.state }}</td><td>{{ order.created_at }}</td></tr>{% endfor %}
{{ count }}{% for tab in tabs %}{{ tab.state }} {{ tab.n }}{% endfor %}"""


def floor(request: HttpRequest, seller_id: int) -> HttpResponse:
    """20 rows with a join, a count and counts by state; no rules, no components, nobody signed in."""
    mine = Order.objects.filter(seller_id=seller_id, seller_deleted_at=None)  # as the indexes have it
    context = {
        "orders": mine.select_related("buyer").order_by("-id")[:20],
        "count": mine[:100].count(),
        "tabs": mine.order_by().values("state")[:100].annotate(n=Count("id")),
    }
    return HttpResponse(engines["django"].from_string(_PAGE).render(context, request))


urlpatterns = [*portal, path("floor/<int:seller_id>/", floor)]
