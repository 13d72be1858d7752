"""Files of order lists, written in the background; only their maker ever finds them (ORD-9)."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from assurance.api.fields import Choice, Whole
from assurance.api.fields import Request as Given
from assurance.api.pagination import Listed, Paged, page_of
from assurance.api.views import View, endpoint, user_id
from assurance.kernel import clock
from orders import tasks
from orders.api.orders import Filters, check_role, wanted_of
from orders.models import ExportState, ListExport
from orders.queries import own
from orders.services import exports
from orders.views.exports import finished


class ExportGiven(Given):
    format = Choice(choices=exports.FORMATS)
    shop = Whole(
        min_value=1,
        max_value=2**53,
        allow_null=True,
        default=None,
        help_text="One of the seller accounts you work for; null: what you have ordered.",
    )
    filters = Filters(default=dict, help_text="As in the query of `GET orders/`: yes and no are strings too.")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        try:
            check_role(given["filters"], is_seller=given["shop"] is not None)
        except ValidationError as error:
            raise ValidationError({"filters": error.detail}) from error
        return given


class ExportShown(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    format = serializers.ChoiceField(exports.FORMATS)
    shop = serializers.IntegerField(source="seller_id", allow_null=True)
    state = serializers.ChoiceField(ExportState.choices)
    done = serializers.IntegerField(help_text="Orders written so far.")
    total = serializers.IntegerField(help_text="Orders to be written; 0 until it is begun.")
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class Exports(View):
    tag = "Orders"

    @endpoint("listExports", ExportShown, query=Paged, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """The files that you have asked for, the newest first. They are kept for seven days."""
        return page_of(ListExport.objects.filter(user=user_id(request)), given, request)

    @endpoint("askForExport", ExportShown, body=ExportGiven, status=201)
    def post(self, request: Request, *, given: dict[str, Any]) -> ListExport:
        """Have a list of orders written to a file. The same list again, while it is being written, is the same."""
        if given["shop"] is not None and given["shop"] not in own.sellers_of(user_id(request)):
            raise Http404
        asked = exports.ask(
            user_id=user_id(request),
            seller_id=given["shop"],
            format=given["format"],
            wanted=wanted_of(given["filters"]),
            at=clock.now(),
            language=get_language() or "en",
        )
        tasks.look()
        return asked


class ExportAt(View):
    tag = "Orders"

    @endpoint("readExport", ExportShown)
    def get(self, request: Request, key: UUID, *, given: dict[str, Any]) -> ListExport:
        """How far a file is."""
        found = ListExport.objects.filter(user=user_id(request), key=key).first()
        if found is None:
            raise Http404
        return found


class ExportFile(View):
    tag = "Orders"

    @extend_schema(
        operation_id="fetchExport", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, key: UUID) -> FileResponse:
        """The finished file itself, for its maker, who must also still work for the shop."""
        return finished(user_id(request), key)
