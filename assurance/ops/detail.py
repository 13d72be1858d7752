"""Admin pages that show and act, and never edit."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from unfold.admin import ModelAdmin

from assurance.accounts.models import User
from assurance.kernel import clock
from assurance.kernel.events import Actor
from assurance.ops.acts import AT_MOST, Act, Outcome, ReasonForm, carry_out, reported
from assurance.ops.paging import InfinitePaginator
from assurance.ops.sheets import Link, Panel
from assurance.ops.words import column, filter_by


class DetailAdmin(ModelAdmin):
    """A list, a page of panels for each row, and acts that call services. Nothing is added, edited or deleted."""

    acts: Sequence[Act] = ()
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    list_disable_select_all = True
    show_facets = ShowFacets.NEVER
    list_fullwidth = True
    change_list_template = "admin/ops/list.html"
    paginator = InfinitePaginator

    def panels(self, request: HttpRequest, thing: Any, at: datetime) -> list[Panel]:
        """What the page of an object shows at an instant."""
        raise NotImplementedError

    def heading(self, thing: Any) -> Any:
        return str(thing)

    def summary(self, thing: Any, at: datetime) -> Sequence[Any]:
        """The few values by which a form names an object it is about."""
        return (self.heading(thing),)

    def ways(self, request: HttpRequest) -> list[Link]:
        """Pages of its own that a list leads to, for who may see them."""
        return []

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.view_{self.opts.model_name}")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A long number may come in groups, as pages show it."""
        number = search_term.replace(" ", "")
        return super().get_search_results(request, queryset, number if number.isdecimal() else search_term)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [column(self.model, name) for name in super().get_list_display(request)]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [filter_by(self.model, one) for one in super().get_list_filter(request)]

    def get_urls(self) -> list[URLPattern]:
        """List, page, the form of an act and its outcome; and the short address of a page."""
        view = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("", view(self.changelist_view), name=f"{name}_changelist"),
            path("act/<slug:act>/", view(self.act_view), name=f"{name}_act"),
            path("act/<slug:act>/<uuid:key>/", view(self.outcome_view), name=f"{name}_outcome"),
            path("<path:object_id>/change/", view(self.change_view), name=f"{name}_change"),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self._may_view(request)
        thing = self.get_object(request, unquote(object_id))
        if thing is None:
            raise Http404
        at = clock.now()
        offered = [act for act in self._my_acts(request) if act.target and act.offered(thing, at)]
        context = {
            "panels": self.panels(request, thing, at),
            "acts": [(act, self.act_url(act, [thing.pk])) for act in offered],
            "now": at,
        }
        return self._page(request, "detail", self.heading(thing), context)

    def act_view(self, request: HttpRequest, act: str) -> HttpResponse:
        """Ask for the reason; then do it, and tell what came of it."""
        self._may_view(request)
        doing = self._act(request, act)
        things = self._chosen(request, doing) if doing.target else []
        at = clock.now()
        if request.method != "POST":
            return self._ask(request, doing, things, self._form(request, doing, things), at)
        form = self._form(request, doing, things, request.POST)
        if not form.is_valid():
            return self._ask(request, doing, things, form, at, status=422)
        report = carry_out(doing, things, form, named=self.heading, actor=actor_of(request), at=at)
        if len(things) > 1:
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_outcome"
            return redirect(name, act=doing.name, key=form.cleaned_data["key"])
        if report.refused:
            refusal = report.refused[0]
            if refusal.field in form.fields:
                form.add_error(refusal.field, f"{refusal.message} {refusal.advice}".strip())
            return self._ask(request, doing, things, form, at, status=409, refusal=refusal)
        if not report.finished:
            messages.info(request, gettext("This is being done right now. Reload to see the result."))
            return HttpResponseRedirect(self._url(things[0]) if things else self._list_url())
        messages.success(request, f"{report.done[0].label}: {doing.done}")
        return HttpResponseRedirect(self._url_of(report.done[0].pk))

    def outcome_view(self, request: HttpRequest, act: str, key: uuid.UUID) -> HttpResponse:
        """What an act on many came to, one by one."""
        self._may_view(request)
        doing = self._act(request, act)
        report = reported(actor_of(request), key)
        if report is None:
            raise Http404
        rows = [(outcome, self._url_of(outcome.pk)) for outcome in report.outcomes]
        return self._page(request, "outcome", doing.asks, {"act": doing, "report": report, "rows": rows})

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """With a button for each act that makes something new, and for each further page."""
        making = [(act, self.act_url(act)) for act in self._my_acts(request) if not act.target]
        more = {**(extra_context or {}), "making": making, "ways": self.ways(request)}
        response: HttpResponse = super().changelist_view(request, more)
        return response

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Of Django's list actions only our own acts, for who may do them."""
        many = [act for act in self._my_acts(request) if act.many]
        return {act.name: (partial(_ask_for_many, act), act.name, act.label) for act in many}

    def _my_acts(self, request: HttpRequest) -> list[Act]:
        return [act for act in self.acts if request.user.has_perm(act.permission)]

    def _act(self, request: HttpRequest, name: str) -> Act:
        act = next((act for act in self.acts if act.name == name), None)
        if act is None:
            raise Http404
        if not request.user.has_perm(act.permission):
            raise PermissionDenied
        return act

    def _may_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _chosen(self, request: HttpRequest, act: Act) -> list[Model]:
        """The objects named in the address; 404 unless all are there, and no more than one form may name."""
        named = request.GET.get("ids", "").split(",")
        if not all(pk.isdecimal() and len(pk) < 19 for pk in named) or len(named) > AT_MOST:
            raise Http404
        found = {thing.pk: thing for thing in self.get_queryset(request).filter(pk__in=named)}
        wanted = list(dict.fromkeys(int(pk) for pk in named))
        if any(pk not in found for pk in wanted) or (len(wanted) > 1 and not act.many):
            raise Http404
        return [found[pk] for pk in wanted]

    def _form(self, request: HttpRequest, act: Act, things: Sequence[Model], data: Any = None) -> ReasonForm:
        """The form of an act; what the address names beside the objects (a country, say) is filled in."""
        named = {name: value for name, value in request.GET.items() if name in act.form.base_fields}
        return act.form(data, things=things, initial={**named, "key": uuid.uuid4()})

    def _ask(
        self,
        request: HttpRequest,
        act: Act,
        things: Sequence[Model],
        form: ReasonForm,
        at: datetime,
        *,
        status: int = 200,
        refusal: Outcome | None = None,
    ) -> HttpResponse:
        context = {
            "act": act,
            "form": form,
            "rows": [(self._url(thing), self.summary(thing, at)) for thing in self.prepared(things, at)],
            "refusal": refusal,
            "back": self._url(things[0]) if len(things) == 1 else self._list_url(),
            "now": at,
        }
        return self._page(request, "act", act.asks, context, status=status)

    def prepared(self, things: Sequence[Any], at: datetime) -> Sequence[Any]:
        """Objects with what `summary` and list columns need, read for all of them at once."""
        return things

    def _page(
        self, request: HttpRequest, template: str, title: Any, context: dict[str, Any], status: int = 200
    ) -> TemplateResponse:
        request.current_app = self.admin_site.name
        whole = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "list_url": self._list_url(),
            **context,
        }
        return TemplateResponse(request, f"admin/ops/{template}.html", whole, status=status)

    def _list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _url(self, thing: Model) -> str:
        return self._url_of(thing.pk)

    def _url_of(self, pk: int) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])

    def act_url(self, act: Act, pks: Sequence[int] = (), **named: str) -> str:
        """The address of an act's form; `named` fills in its fields."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_act"
        query = urlencode({"ids": ",".join(map(str, pks)), **named} if pks else named)
        return f"{reverse(name, args=[act.name])}?{query}" if query else reverse(name, args=[act.name])


def _ask_for_many(act: Act, admin: DetailAdmin, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse:
    """The list action: on to the form for the ticked rows."""
    pks = list(chosen.values_list("pk", flat=True)[:AT_MOST])
    return HttpResponseRedirect(admin.act_url(act, pks))


def actor_of(request: HttpRequest) -> Actor:
    assert isinstance(request.user, User)
    return Actor("ops", request.user.pk)
