"""The language switch of every page, and the style guide."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from assurance.accounts.services import people
from assurance.ui import specimens


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the page and change its language; a person signed in also gets notices and mail in it."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        people.prefer_language(user_id=request.user.pk, language=chosen)
    return set_language(request)


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state: for people who write pages, not part of a portal in production."""
    return _style_guide(request, "styleguide/page.html")


def styleguide_ma(request: HttpRequest) -> HttpResponse:
    """The same for the seller's office: its bars, the dense table, the order list."""
    return _style_guide(request, "styleguide/ma.html")


def _style_guide(request: HttpRequest, template: str) -> HttpResponse:
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, template, specimens.context())
