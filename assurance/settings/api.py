"""The API under /api/: who may call it how often, how it answers, and how it is documented."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import Env

env = Env()

# Requests a minute for each token, person or address; 0 lifts the limit.
API_RATES = {
    "read": env.int("API_READS_A_MINUTE", 1200) or None,
    "write": env.int("API_WRITES_A_MINUTE", 600) or None,
}


def secrets_by_partner(given: Any) -> dict[str, list[str]]:
    """Lists of secrets by partner, or an error: a text taken for a list would make each letter a secret."""
    if not isinstance(given, dict) or not all(
        isinstance(secrets, list) and all(isinstance(one, str) and one for one in secrets)
        for secrets in given.values()
    ):
        raise ImproperlyConfigured('TRACKING_SECRETS reads {"partner": ["secret", "the next one"]}, in JSON.')
    return given


# Who may report tracking events, and their secrets. The partners "aftership" and "17track" are those
# services, with the webhook secret of the account there. None by default: nobody may.
TRACKING_SECRETS = secrets_by_partner(env.json("TRACKING_SECRETS", {}))

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "assurance.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["assurance.api.throttling.PerCaller"],
    "DEFAULT_PARSER_CLASSES": ["assurance.api.parsing.Json"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "assurance.api.parsing.JsonOnly",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "assurance.api.schema.Schema",
    "EXCEPTION_HANDLER": "assurance.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Order portal API",
    "DESCRIPTION": """\
Orders with on-time dispatch and delivery guarantees: what the pages do, for programs.

**Who.** `Authorization: Bearer …` with a token from the account page. It may do what its user may do; what
belongs to others answers 404.

**Money** is a decimal string with its currency; amounts that you send are in the order's currency. **Days**
are days in the platform's zone; **instants** carry their offset.

**Refusals** are problem details (RFC 9457). `rule` names the rule that refuses, alike in pages and API;
409 says that the state of things forbids it, 422 that the values do; `errors` says what is wrong by field.

**Sending again.** Give every POST an `Idempotency-Key` of your making. Sent again with the same key it has
one effect and one answer, for 30 days; another request with that key is refused with 422, one that comes
while the first is being worked on with 409.

**Files** are sent and read as Base64 within the JSON; a request takes 2.5 MB.

**Lists** are pages, newest first; follow `next`.
""",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "Country": "assurance.api.fields.COUNTRIES_KNOWN",
        "OrderState": "orders.models.State",
        "PaymentState": "orders.models.PaymentState",
        "RefundState": "orders.api.shapes.REFUND_STATES",
        "GuaranteeState": "orders.api.shapes.GUARANTEE_STATES",
        "Guarantee": "orders.api.shapes.GUARANTEES",
        "Side": "orders.api.shapes.SIDES",
        "Speaker": "orders.api.shapes.SPEAKERS",
        "ClaimState": "orders.api.shapes.CLAIM_STATES",
        "CouponState": "coupons.models.CouponState",
        "RecoveryState": "coupons.api.RECOVERY_STATES",
        "Switch": "assurance.api.fields.SWITCH",
        "ExportState": "orders.models.ExportState",
    },
    "PATH_CONVERTER_OVERRIDES": {
        "order_number": {"type": "string", "pattern": "^[0-9]{17}$", "example": "80000063641362238"},
        "row_id": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "list", "defaultModelsExpandDepth": 0},
    "TAGS": [
        {"name": "Products", "description": "What can be ordered, and how it is sent."},
        {"name": "Orders", "description": "Starting, paying, dispatching, receiving."},
        {"name": "Guarantees", "description": "Claims, coupons, recoveries."},
        {"name": "Seller", "description": "The account of a seller: membership and money."},
        {"name": "Tracking", "description": "What carriers report of parcels, signed."},
    ],
}
