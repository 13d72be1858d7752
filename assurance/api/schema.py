"""What drf-spectacular cannot see by itself: keys, problems, closed objects."""

from typing import TYPE_CHECKING, Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter
from rest_framework.permissions import AllowAny

from assurance.api.fields import Request
from assurance.api.idempotency import HEADER, PATTERN
from assurance.api.problems import CONTENT_TYPE, Problem

if TYPE_CHECKING:  # the views read this module while they are loaded
    from assurance.api.views import View

_PROBLEMS = {
    "400": "A value is missing, of the wrong kind or not known.",
    "401": "No valid token.",
    "403": "This is not for the side that asks.",
    "404": "There is nothing here, or it is another person's.",
    "409": "The object's state forbids it, or the same key is in flight.",
    "413": "The request is too large.",
    "415": "The body is not JSON.",
    "422": "The values break a rule, or the key was used for another request.",
    "429": "Too many requests.",
    "503": "Please try again in a moment.",
}
_WRITES = {"409", "413", "415", "422"}


class Schema(AutoSchema):
    view: "View"  # type: ignore[override]

    def get_tags(self) -> list[str]:
        return [self.view.tag]

    def get_summary(self) -> str:
        """The first sentence, for the list of operations."""
        return self.get_description().partition(".")[0].partition("\n")[0]

    def get_override_parameters(self) -> list[Any]:
        if self.method != "POST":
            return list(self.view.headers_read)
        key = {"type": "string", "pattern": PATTERN}
        return [
            *self.view.headers_read,
            OpenApiParameter(
                HEADER,
                key,
                OpenApiParameter.HEADER,
                required=self.view.needs_key,
                description="Sent again with the same key, a request has one effect and one answer, for 30 days.",
            ),
        ]

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        public = self.view.permission_classes == [AllowAny]
        for status, description in _PROBLEMS.items():
            if (status in _WRITES and self.method != "POST") or (status == "403" and public):
                continue
            problem = self._get_response_for_code(Problem, status, [CONTENT_TYPE], direction)
            bodies[status] = problem | {"description": description}
        return bodies

    def _map_serializer(self, serializer: Any, direction: Direction, bypass_extensions: bool = False) -> Any:
        """What a client sends is closed: an unknown name is refused (`fields.Request`)."""
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        if isinstance(serializer, Request):
            schema["additionalProperties"] = False
        return schema
