"""What the two sides wrote to each other on an order, for ops to read."""

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from assurance.ops.sheets import Moment, Panel
from orders.models import Attachment, Message, Order
from orders.queries import messages


def messages_panel(order: Order) -> Panel:
    """The latest page of them, with their files."""
    found = messages.page(order.pk)
    return Panel(_("Messages"), log=[_moment(message, sent) for message, sent in found.rows])


def _moment(message: Message, sent: list[Attachment]) -> Moment:
    links = format_html_join(
        " · ",
        '<a href="{}">{}</a>',
        ((reverse("orders:file", args=[file.key]), file.name) for file in sent),
    )
    more = format_html("{} {}", message.words, links)
    who = message.by.name if message.by else ""
    return Moment(message.at, message.get_side_display(), more, "chat", who=who)
