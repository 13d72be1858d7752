"""The style guide: every component in every state, on the portal's own parts."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from assurance.ui import specimens


def styleguide(request: HttpRequest) -> HttpResponse:
    """A living reference for people who write pages; not part of a portal in production."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "styleguide/page.html", specimens.context())


def styleguide_ma(request: HttpRequest) -> HttpResponse:
    """The same for the seller's office: its bars, the dense table, the order list."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "styleguide/ma.html", specimens.context())
