"""The schema, and the page on which people read and try it. The page keeps to the portal's security policy."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation


class SchemaView(SpectacularAPIView):
    """The OpenAPI schema, as YAML or JSON by what the client accepts."""

    content_negotiation_class = DefaultContentNegotiation
    throttle_classes = ()


class DocsView(SpectacularSwaggerSplitView):
    """The schema to read, and to try with a token of one's own. Its script has an address of its own."""

    content_negotiation_class = DefaultContentNegotiation
    throttle_classes = ()
    url_name = "api:schema"
    template_name = "api/docs.html"
