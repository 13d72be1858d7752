"""Lists that do not count: a count of a million rows costs more than the page it stands under."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

# Pages reach this far; who looks for older rows filters or searches.
AT_MOST = 10_000


class OpenPage(Page):
    def has_next(self) -> bool:
        return len(self.object_list) == self.paginator.per_page and super().has_next()


class InfinitePaginator(Paginator):
    """Knows only whether there is a next page. The theme shows no count where a paginator has this name."""

    template_name = "unfold/helpers/pagination_infinite.html"

    @cached_property
    def count(self) -> int:
        return AT_MOST

    def _get_page(self, *args: Any, **kwargs: Any) -> OpenPage:
        return OpenPage(*args, **kwargs)
