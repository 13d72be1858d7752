"""Every refusal as problem details (RFC 9457), in the language that the client accepts.

| status | when | members beside title, status and detail |
|---|---|---|
| 400 | a value is missing, of the wrong kind or not known | `errors` by field, as a path such as `items.0.quantity` |
| 401, 403 | no valid token; this verb is the other side's | |
| 404 | nothing there, or another person's | |
| 409 | the object's state forbids it; the same key is in flight | `rule`, `advice` |
| 422 | the values break a rule; the key was used for another request | `rule`, `advice`, `errors` |
| 429 | too many requests; `Retry-After` says when | |
"""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, UnreadablePostError
from django.utils.log import log_response
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response

from assurance.kernel.rules import RuleViolation

CONTENT_TYPE = "application/problem+json"


class Problem(serializers.Serializer[Any]):
    """Problem details of RFC 9457."""

    type = serializers.CharField(help_text="`about:blank`: the status says what kind of problem it is.")
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="Why, in the language that the client accepts.")
    rule = serializers.CharField(
        required=False, help_text="The rule of the rulebook that refuses, such as DSP-4."
    )
    advice = serializers.CharField(required=False, help_text="What can be done.")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is wrong, by field; a nested one as a path such as `items.0.quantity`.",
    )


class Refused(exceptions.APIException):
    """A refusal of the API itself, with its status."""

    def __init__(self, status_code: int, detail: str) -> None:
        super().__init__(detail)
        self.status_code = status_code


def respond(code: int, detail: str, *, headers: dict[str, str] | None = None, **members: Any) -> Response:
    """A problem as an answer; members that are empty are left out."""
    body = {"type": "about:blank", "title": HTTPStatus(code).phrase, "status": code, "detail": detail}
    body |= {name: value for name, value in members.items() if value}
    return Response(body, status=code, headers=headers, content_type=CONTENT_TYPE)


def handle(exc: Exception, context: dict[str, Any]) -> Response:
    """The answer to whatever a view raised; REST framework's EXCEPTION_HANDLER."""
    if isinstance(exc, RuleViolation):
        code = status.HTTP_409_CONFLICT if exc.conflict else status.HTTP_422_UNPROCESSABLE_ENTITY
        field = context["view"].renamed.get(exc.field, exc.field)
        errors = {field: [exc.message]} if field else None
        return respond(code, exc.message, rule=exc.rule_id, advice=exc.advice, errors=errors)
    if isinstance(exc, exceptions.ValidationError):
        return respond(exc.status_code, _("Some values are not valid."), errors=by_field(exc.detail))
    if isinstance(exc, exceptions.APIException):
        return respond(exc.status_code, str(exc.detail), headers=_headers(exc))
    if isinstance(exc, Http404):
        return respond(404, _("There is nothing here, or it is not yours."))
    if isinstance(exc, PermissionDenied):
        return respond(403, _("You may not do this."))
    if isinstance(exc, RequestDataTooBig):
        return respond(413, _("The request is too large."))
    if isinstance(exc, UnreadablePostError):
        return respond(400, _("The request ended before it was complete."))
    return _unexpected(exc, context["request"])


def _unexpected(exc: Exception, request: HttpRequest) -> Response:
    """An error of ours. Lost races between transactions are worth another try, all else is for the log."""
    if isinstance(exc, (OperationalError, InterfaceError)):
        answer = respond(503, _("Please try again in a moment."), headers={"Retry-After": "1"})
    else:
        answer = respond(500, _("An error on our side. It has been recorded."))
    log_response(
        "%s at %s", type(exc).__name__, request.path, response=answer, request=request, exception=exc
    )
    got_request_exception.send_robust(sender=None, request=request)
    return answer


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def by_field(detail: Any, path: str = "") -> dict[str, list[str]]:
    """REST framework's nested errors as one mapping from path to sentences.

    Both may quote what was sent, half characters too, which no answer can carry.
    """
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            whole = name == "non_field_errors"
            found |= by_field(inner, path if whole else _whole(f"{path}.{name}" if path else name))
        return found
    if not isinstance(detail, list):
        return {path or "body": [_whole(detail)]}
    if all(isinstance(one, str) for one in detail):
        return {path or "body": [_whole(one) for one in detail]}
    found = {}
    for place, inner in enumerate(detail):
        if inner:
            found |= by_field(inner, f"{path}.{place}" if path else str(place))
    return found


def _whole(text: object) -> str:
    return str(text).encode(errors="replace").decode()
