"""How a path of the API is written: a class, and a method for each verb marked with what it reads and answers.

The mark reads and checks the values, runs the method once per Idempotency-Key, writes the answer, and tells
the schema all of it: what is documented is what runs.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assurance.api import idempotency, pagination
from assurance.api.fields import Request as Given
from assurance.kernel.events import Actor

Method = Callable[..., Any]


class View(APIView):
    """A path of the API. `tag` groups it in the documentation."""

    tag: ClassVar[str]
    one_transaction: ClassVar[bool] = True
    # Whether a POST is refused without an Idempotency-Key: where nothing else tells a repeat from a second wish.
    needs_key: ClassVar[bool] = False

    # Fields that the rules call otherwise than the path does.
    renamed: ClassVar[Mapping[str, str]] = {}

    # Headers that the path reads, for the schema.
    headers_read: ClassVar[tuple[OpenApiParameter, ...]] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Read whole before anything parses it: signatures and fingerprints are taken of the bytes.
        if request.method == "POST":
            request._request.body  # noqa: B018
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """What one caller was told is not for a shared cache to keep."""
        response.headers.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kwargs)

    def enter(self, request: Request, **path: Any) -> None:
        """Find what the path is about, before anything that was sent is looked at: a stranger gets 404,
        whatever the values."""


class Missing(View):
    """Any address that is not one of ours."""

    authentication_classes = ()
    permission_classes = ()
    schema = None
    tag = "missing"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound(_("There is nothing at this address."))


def endpoint(
    name: str,
    answer: type[serializers.BaseSerializer[Any]],
    *,
    query: type[Given] | None = None,
    body: type[serializers.Serializer[Any]] | None = None,
    status: int = 200,
    many: bool = False,
) -> Callable[[Method], Method]:
    """Mark a method of a view. It is called with `given`, the checked values, beside the path's own.

    `name` is the operation's id. With `many` the method returns a `Listed` page of what `answer` writes.
    """

    def mark(method: Method) -> Method:
        @extend_schema(
            operation_id=name,
            parameters=[query] if query else None,
            request=body,
            responses={status: _page(answer) if many else answer},
        )
        @wraps(method)
        def run(view: View, request: Request, **path: Any) -> HttpResponseBase:
            def act() -> Response:
                view.enter(request, **path)
                given = _read(query or Given, _flat(request))
                if body:
                    given |= _read(body, request.data)
                result = method(view, request, given=given, **path)
                data = _written(answer, result) if many else answer(result).data
                return Response(data, status=status)

            if body is None:
                return act()
            return idempotency.once(
                request,
                act,
                view.handle_exception,
                one_transaction=view.one_transaction,
                needs_key=view.needs_key,
            )

        return run

    return mark


def user_id(request: Request) -> int:
    """The caller; every path that asks is closed to the nameless."""
    if request.user.pk is None:
        raise exceptions.NotAuthenticated
    return int(request.user.pk)


def acting(request: Request, role: str) -> Actor:
    """The caller, in the role in which they act."""
    return Actor(role, user_id(request))


def _flat(request: Request) -> dict[str, str]:
    query = request.query_params
    twice = [name for name in query if len(query.getlist(name)) > 1]
    if twice:
        raise exceptions.ValidationError({name: [_("Give this once.")] for name in twice})
    return {name: str(query[name]) for name in query}


def _read(kind: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    values = kind(data=data)
    values.is_valid(raise_exception=True)
    return dict(values.validated_data)


def _page(answer: type[serializers.BaseSerializer[Any]]) -> Any:
    return inline_serializer(
        f"{answer.__name__}Page",
        {
            "results": answer(many=True),
            "next": serializers.URLField(allow_null=True, help_text="The next page; null on the last one."),
        },
    )


def _written(answer: type[serializers.BaseSerializer[Any]], page: pagination.Listed) -> dict[str, Any]:
    return {"results": answer(page.rows, many=True).data, "next": page.next}
