"""The schema, and the page on which people read and try it."""

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation


class SchemaView(SpectacularAPIView):
    """The OpenAPI schema, as YAML or JSON by what the client accepts."""

    content_negotiation_class = DefaultContentNegotiation
    throttle_classes = ()


# The reader writes styles into its elements; no script from elsewhere and none inline.
@method_decorator(csp_update({"style-src": ["'self'", "'unsafe-inline'"]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """The schema to read, and to try with a token of one's own."""

    content_negotiation_class = DefaultContentNegotiation
    throttle_classes = ()
    url_name = "api:schema"
