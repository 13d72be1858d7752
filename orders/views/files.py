"""One file of an order. It is never at an address that says more than a random key."""

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from orders.queries import files
from orders.views.buyer.access import user

# A file is a guest: whatever it holds may neither run nor reach anything.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@login_required
@require_safe
@cache_control(private=True, max_age=3600, immutable=True)
def show(request: HttpRequest, key: str) -> HttpResponseBase:
    """Pictures in the page, anything else as a download; 404 for a stranger."""
    found = files.visible(key, user(request))
    if found is None or not default_storage.exists(found.path):
        raise Http404
    answer = FileResponse(
        default_storage.open(found.path),
        as_attachment=not found.is_picture,
        filename=found.name,
        content_type=found.content_type,
    )
    answer["Content-Security-Policy"] = _POLICY
    return answer
