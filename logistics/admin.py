"""The line table with its destinations (LOG-1), and sellers' freight templates (LOG-2)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries
from unfold.decorators import display

from assurance.kernel.money import USD, Money, from_minor, to_minor
from assurance.ops import history, links
from assurance.ops.acts import Act, ReasonForm
from assurance.ops.detail import DetailAdmin
from assurance.ops.sheets import Badge, Fact, Link, Panel, Table
from assurance.ops.show import shown
from assurance.ui.countries import by_name
from assurance.ui.fields import DecimalField, NumberField
from logistics.models import FreightTemplate, Line, LineCountry, Mode, Pricing, TemplateLine
from logistics.rules import Transit
from logistics.services import lines, templates
from logistics.services.lines import Service
from logistics.services.templates import LinePrice
from sellers.models import Product, Seller

PLAIN = ("pricing", "first_weight_g", "additional_weight_g", "discount_percent")
SERVICE = ("name", "name_zh", "carrier", "mode", "is_platform", "is_active")


def _usd(label: Any, **kwargs: Any) -> forms.DecimalField:
    return DecimalField(
        label=label, min_value=0, max_value=100_000, decimal_places=2, initial=Decimal("0.00"), **kwargs
    )


class ServiceForm(ReasonForm):
    """A line, filled in with what it is now."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80, required=False)
    carrier = forms.CharField(label=gettext_lazy("Carrier"), max_length=40)
    mode = forms.ChoiceField(label=gettext_lazy("Mode"), choices=Mode.choices)
    is_platform = forms.BooleanField(
        label=gettext_lazy("A line of the platform"), required=False, initial=True
    )
    is_active = forms.BooleanField(label=gettext_lazy("Offered"), required=False, initial=True)
    field_order: tuple[str, ...] = (*SERVICE, "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in self.things:
            self.initial.update({name: getattr(line, name) for name in SERVICE})

    def arguments(self) -> dict[str, Any]:
        values = self.cleaned_data
        return {"service": Service(**{name: values[name] for name in SERVICE}), "reason": values["reason"]}


class NewLineForm(ServiceForm):
    code = forms.SlugField(label=gettext_lazy("Code"), max_length=40)
    field_order = ("code", *ServiceForm.field_order)

    def arguments(self) -> dict[str, Any]:
        return {**super().arguments(), "code": self.cleaned_data["code"]}


class CountryForm(ReasonForm):
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=lambda: list(countries))

    def arguments(self) -> dict[str, Any]:
        return {"country": self.cleaned_data["country"], "reason": self.cleaned_data["reason"]}


class DropForm(CountryForm):
    """Only countries to which the line goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = LineCountry.objects.filter(line__in=self.things).values_list("country", flat=True)
        self.fields["country"] = forms.ChoiceField(label=gettext_lazy("Country"), choices=by_name(set(there)))
        self.order_fields(["country", "reason"])


class ReachForm(CountryForm):
    """How the line reaches a country; a country named in the address is filled in with what holds now."""

    transit_min = NumberField(label=gettext_lazy("Transit days, minimum"), min_value=0, max_value=180)
    transit_max = NumberField(label=gettext_lazy("Transit days, maximum"), min_value=0, max_value=180)
    handling = NumberField(label=gettext_lazy("Handling days"), min_value=0, max_value=30, initial=0)
    guaranteed = forms.BooleanField(label=gettext_lazy("Delivery is guaranteed there"), required=False)
    first = _usd(gettext_lazy("First weight, USD"))
    additional = _usd(gettext_lazy("Each additional weight, USD"))
    field_order = (
        "country",
        "transit_min",
        "transit_max",
        "handling",
        "guaranteed",
        "first",
        "additional",
        "reason",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = LineCountry.objects.filter(
            line__in=self.things, country=self.initial.get("country", "")
        ).first()
        if row is not None:
            self.initial.update(
                transit_min=row.transit_min,
                transit_max=row.transit_max,
                handling=row.handling_days,
                guaranteed=row.guaranteed,
                first=from_minor(row.first_minor).amount,
                additional=from_minor(row.additional_minor).amount,
            )

    def arguments(self) -> dict[str, Any]:
        values = self.cleaned_data
        days = ("transit_min", "transit_max", "handling", "guaranteed")
        return {
            **super().arguments(),
            "transit": Transit(**{name: values[name] for name in days}),
            "first": Money(values["first"], USD),
            "additional": Money(values["additional"], USD),
        }


@admin.register(Line)
class LineAdmin(DetailAdmin):
    list_display = (
        "code",
        "name",
        "name_zh",
        "carrier",
        "mode",
        "platform_column",
        "offered_column",
        "reaches",
    )
    list_filter = ("mode", "is_platform", "is_active")
    search_fields = ("code", "name", "name_zh", "carrier")
    ordering = ("code",)
    acts = (
        Act(
            name="make",
            label=gettext_lazy("New line"),
            asks=gettext_lazy("Add a line"),
            done=gettext_lazy("Added"),
            permission="logistics.add_line",
            run=lines.make,
            form=NewLineForm,
        ),
        Act(
            name="change",
            label=gettext_lazy("Change the line"),
            asks=gettext_lazy("Change the line"),
            done=gettext_lazy("Changed"),
            permission="logistics.change_line",
            run=lines.change,
            target="line_id",
            form=ServiceForm,
            explains=gettext_lazy("Orders already made keep the days they were promised."),
            look="",
        ),
        Act(
            name="reach",
            label=gettext_lazy("Set a destination"),
            asks=gettext_lazy("Set how the line reaches a country"),
            done=gettext_lazy("Set"),
            permission="logistics.change_line",
            run=lines.reach,
            target="line_id",
            form=ReachForm,
            explains=gettext_lazy("Orders already made keep the days they were promised."),
        ),
        Act(
            name="drop",
            label=gettext_lazy("Drop a destination"),
            asks=gettext_lazy("The line no longer goes to a country"),
            done=gettext_lazy("Dropped"),
            permission="logistics.change_line",
            run=lines.drop,
            target="line_id",
            form=DropForm,
            look="danger",
            offered=lambda line, at: line.countries.exists(),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Line]:
        found: QuerySet[Line] = super().get_queryset(request).annotate(destinations=Count("countries"))
        return found

    @display(description=gettext_lazy("belongs to"))
    def platform_column(self, line: Line) -> str:
        return _("the platform’s") if line.is_platform else _("booked by sellers")

    @display(description=gettext_lazy("offered"))
    def offered_column(self, line: Line) -> Any:
        return shown(
            Badge(_("offered"), "good", "check") if line.is_active else Badge(_("off"), "off", "none")
        )

    @display(description=gettext_lazy("destinations"))
    def reaches(self, line: Line) -> int:
        return int(line.destinations)  # type: ignore[attr-defined]

    def panels(self, request: HttpRequest, thing: Line, at: datetime) -> list[Panel]:
        facts = [
            Fact(_("Code"), thing.code),
            Fact(_("Name"), thing.name),
            Fact(_("Chinese name"), thing.name_zh),
            Fact(_("Carrier"), thing.carrier),
            Fact(_("Mode"), thing.get_mode_display(), "ORD-8"),
            Fact(_("Belongs to"), self.platform_column(thing)),
            Fact(_("Offered"), thing.is_active),
        ]
        return [
            Panel(_("Destinations"), table=self._reach(request, thing)),
            Panel(_("Line"), facts, side=True),
            Panel(_("On record"), log=history.log("line", thing.pk), side=True),
        ]

    def _reach(self, request: HttpRequest, line: Line) -> Table:
        may = request.user.has_perm("logistics.change_line")
        setting = next(act for act in self.acts if act.name == "reach")
        rows = []
        for row in line.countries.all():
            code = str(row.country)
            name = countries.name(code)
            rows.append(
                (
                    Link(name, self.act_url(setting, [line.pk], country=code) if may else ""),
                    _("%(least)s to %(most)s") % {"least": row.transit_min, "most": row.transit_max},
                    row.handling_days,
                    Badge(_("guaranteed"), "good", "calendar-check") if row.guaranteed else _("no"),
                    from_minor(row.first_minor),
                    from_minor(row.additional_minor),
                )
            )
        rows.sort(key=lambda row: str(row[0].text))
        head = (
            _("Country"),
            _("Transit days"),
            _("Handling days"),
            _("Guaranteed"),
            _("First weight"),
            _("Additional"),
        )
        return Table(head, rows, numbers=frozenset({1, 2, 4, 5}), empty=_("No destinations yet."))


class PriceForm(ReasonForm):
    """The price of one of the template's lines, filled in with what holds now."""

    line = forms.ModelChoiceField(
        label=gettext_lazy("Line"), queryset=Line.objects.filter(is_active=True), empty_label=None
    )
    pricing = forms.ChoiceField(label=gettext_lazy("Price"), choices=Pricing.choices)
    flat = _usd(gettext_lazy("Flat price, USD"))
    first_weight_g = NumberField(label=gettext_lazy("First weight, g"), min_value=1, initial=500)
    first = _usd(gettext_lazy("First weight, USD"))
    additional_weight_g = NumberField(
        label=gettext_lazy("Each additional weight, g"), min_value=1, initial=500
    )
    additional = _usd(gettext_lazy("Each additional weight, USD"))
    discount_percent = NumberField(
        label=gettext_lazy("Discount on the platform’s rate, %"), min_value=0, max_value=100, initial=0
    )
    field_order = (
        "line",
        "pricing",
        "flat",
        "first_weight_g",
        "first",
        "additional_weight_g",
        "additional",
        "discount_percent",
        "reason",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line = str(self.initial.get("line", ""))
        row = TemplateLine.objects.filter(
            template__in=self.things, line_id=int(line) if line.isdecimal() else 0
        ).first()
        if row is not None:
            amounts = {
                name: from_minor(getattr(row, f"{name}_minor")).amount
                for name in ("flat", "first", "additional")
            }
            self.initial.update(amounts, **{name: getattr(row, name) for name in PLAIN})

    def arguments(self) -> dict[str, Any]:
        values = self.cleaned_data
        amounts: dict[str, Any] = {
            f"{name}_minor": to_minor(Money(values[name], USD)) for name in ("flat", "first", "additional")
        }
        plain: dict[str, Any] = {name: values[name] for name in PLAIN}
        price = LinePrice(line_id=values["line"].pk, **plain, **amounts)
        return {"price": price, "reason": values["reason"]}


@admin.register(FreightTemplate)
class FreightTemplateAdmin(DetailAdmin):
    list_display = ("name", "seller", "lines_column", "products_column")
    search_fields = ("name", "seller__name")
    list_select_related = ("seller",)
    ordering = ("-id",)
    acts = (
        Act(
            name="price",
            label=gettext_lazy("Set a line’s price"),
            asks=gettext_lazy("Set the price of a line"),
            done=gettext_lazy("Set"),
            permission="logistics.change_freighttemplate",
            run=templates.reprice,
            target="template_id",
            form=PriceForm,
            explains=gettext_lazy("It is the seller’s own price list. Orders already made keep their price."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[FreightTemplate]:
        found: QuerySet[FreightTemplate] = super().get_queryset(request).select_related("seller")
        return found.annotate(
            line_count=Count("lines", distinct=True), product_count=Count("products", distinct=True)
        )

    def summary(self, thing: FreightTemplate, at: datetime) -> Sequence[Any]:
        return thing.name, thing.seller

    @display(description=gettext_lazy("lines"))
    def lines_column(self, template: FreightTemplate) -> int:
        return int(template.line_count)  # type: ignore[attr-defined]

    @display(description=gettext_lazy("products"))
    def products_column(self, template: FreightTemplate) -> int:
        return int(template.product_count)  # type: ignore[attr-defined]

    def panels(self, request: HttpRequest, thing: FreightTemplate, at: datetime) -> list[Panel]:
        products = Product.objects.filter(freight__template=thing).order_by("name")[:50]
        facts = [
            Fact(_("Seller"), links.to(request.user, Seller, thing.seller_id, thing.seller.name)),
            Fact(_("Products"), self.products_column(thing), "LOG-2"),
        ]
        return [
            Panel(_("Lines and prices"), table=self._prices(request, thing)),
            Panel(_("Products that use it"), table=_products(products)),
            Panel(_("Template"), facts, side=True),
            Panel(_("On record"), log=history.log("template", thing.pk), side=True),
        ]

    def _prices(self, request: HttpRequest, template: FreightTemplate) -> Table:
        setting = self.acts[0]
        may = request.user.has_perm(setting.permission)
        rows = [
            (
                Link(row.line, self.act_url(setting, [template.pk], line=str(row.line_id)) if may else ""),
                row.get_pricing_display(),
                _price(row),
            )
            for row in template.lines.select_related("line").order_by("line__code")
        ]
        return Table((_("Line"), _("Price"), _("Amount")), rows, empty=_("It has no line."))


def _price(row: TemplateLine) -> Any:
    match row.pricing:
        case "flat":
            return from_minor(row.flat_minor)
        case "weight":
            return [
                from_minor(row.first_minor),
                _("for %(grams)s g, then") % {"grams": row.first_weight_g},
                from_minor(row.additional_minor),
                _("for each %(grams)s g") % {"grams": row.additional_weight_g},
            ]
        case "platform":
            return _("%(percent)s%% off") % {"percent": row.discount_percent}
    return _("free")


def _products(products: QuerySet[Product]) -> Table:
    rows = [(product.name, product.rts, product.is_listed) for product in products]
    return Table((_("Product"), _("Ready to Ship"), _("Listed")), rows, empty=_("No product uses it."))
