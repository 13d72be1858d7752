"""Parts of a page that say the same to everybody, made once."""

from typing import Any

from django import template
from django.template import Context, Node, NodeList
from django.template.base import FilterExpression, Parser, Token
from django.utils.translation import get_language

register = template.Library()

_MOST = 500


class KeptNode(Node):
    """What stands inside, as it was made first for these values in this language. It holds nobody's own."""

    child_nodelists = ("inside",)

    def __init__(self, inside: NodeList, values: list[FilterExpression]) -> None:
        self.inside, self.values = inside, values
        self.made: dict[tuple[Any, ...], str] = {}

    def render(self, context: Context) -> str:
        key = (get_language(), *(str(value.resolve(context)) for value in self.values))
        found = self.made.get(key)
        if found is None:
            if len(self.made) >= _MOST:
                self.made.clear()
            found = self.made[key] = self.inside.render(context)
        return found


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """{% kept here overdue_orders %}…{% endkept %}: the values are all that the part depends on, beside the

    language. A bar of twenty links costs more to write than the orders under it; a process writes it once.
    """
    values = [parser.compile_filter(given) for given in token.split_contents()[1:]]
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(inside, values)
