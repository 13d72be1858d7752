"""Exemptions: of an order, and of a region and period, which is looked at before it is carried out (DSP-7)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from django_countries import countries
from unfold.decorators import display

from assurance.kernel.wording import day_text, number_text
from assurance.ops import links
from assurance.ops.acts import Act, ReasonForm
from assurance.ops.detail import DetailAdmin
from assurance.ops.orders import GUARANTEE
from assurance.ops.sheets import Badge, Fact, Panel, Table
from assurance.ops.show import shown
from assurance.ui import parts
from assurance.ui.countries import by_name
from assurance.ui.fields import day_picker
from claims import queries, rules, services
from claims.models import Exemption
from logistics import queries as logistics
from logistics.models import Line

# A region changes many orders at once, so it takes an administrator; a reviewer exempts single orders.
MAY_REGION = "claims.change_exemption"
LOOKED_THROUGH, LISTED = 2000, 100
_NONE = gettext_lazy("No order falls under it now.")

OUTCOMES = {
    rules.EXEMPTS: Badge(gettext_lazy("exempted"), "accent", "flag"),
    rules.CLAIMED: Badge(gettext_lazy("left out: a claim is filed"), "off", "note"),
    rules.CLOSED: Badge(gettext_lazy("left out: closed"), "off", "none"),
    rules.ALREADY: Badge(gettext_lazy("left out: exempted before"), "off", "none"),
    rules.EARLIER: Badge(gettext_lazy("left out: late before the period"), "off", "clock"),
    rules.NOTHING_LEFT: Badge(gettext_lazy("left out: kept or ended"), "off", "check"),
}
# Of a draft, which has exempted nothing yet.
EXPECTED = {**OUTCOMES, rules.EXEMPTS: Badge(gettext_lazy("would be exempted"), "accent", "flag")}


class RegionForm(ReasonForm):
    """Which orders, for which days, and what it means for them."""

    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Countries of destination"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("One or more."),
    )
    line_id = forms.TypedChoiceField(
        label=gettext_lazy("Line"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=gettext_lazy("If only one is held up."),
    )
    due_from = forms.DateField(
        label=pgettext_lazy("period", "First day"),
        widget=day_picker(),
        help_text=gettext_lazy("Orders whose dispatch or delivery is due in the period."),
    )
    due_to = forms.DateField(
        label=pgettext_lazy("period", "Last day"),
        widget=day_picker(),
    )
    effect = forms.ChoiceField(
        label=gettext_lazy("Effect"),
        choices=[
            ("none", gettext_lazy("No compensation is due: undecided guarantees become exempted")),
            ("platform", gettext_lazy("Guarantees run on, and the platform bears what they cost")),
        ],
        initial="none",
        widget=forms.RadioSelect,
    )
    field_order = ("countries", "line_id", "due_from", "due_to", "effect", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = [(line.pk, line.name) for line in logistics.lines_for_templates()]
        self._choose("countries", by_name(logistics.destinations()))
        self._choose("line_id", [("", _("Every line")), *lines])

    def _choose(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def arguments(self) -> dict[str, Any]:
        values = super().arguments()
        return values | {"platform_bears": values.pop("effect") == "platform"}


@admin.register(Exemption)
class ExemptionAdmin(DetailAdmin):
    """What was exempted and why; a single order is exempted on its own page."""

    list_display = ("made_at", "about", "state_column", "who_bears", "made_by", "reason")
    search_fields = ("order__number__exact",)
    search_help_text = gettext_lazy("The whole order number")
    list_select_related = ("order", "line", "made_by")
    ordering = ("-id",)
    acts = (
        Act(
            name="make-region",
            label=gettext_lazy("Exempt a region"),
            asks=gettext_lazy("Exempt a region and period"),
            done=gettext_lazy("Written down. Look at what it touches, then carry it out."),
            permission=MAY_REGION,
            run=services.draft_region,
            form=RegionForm,
            explains=gettext_lazy(
                "Nothing is exempted yet: the next page shows the orders that it touches, and why others are left out."
            ),
        ),
        Act(
            name="carry-out",
            label=gettext_lazy("Carry out"),
            asks=gettext_lazy("Carry out the exemption"),
            done=gettext_lazy("Carried out. Its orders are being processed."),
            permission=MAY_REGION,
            run=services.carry_out,
            target="exemption_id",
            explains=gettext_lazy(
                "Both sides of every order are told. "
                "It also holds for orders that come to fall due in the period later."
            ),
            offered=lambda one, at: one.order_id is None and one.carried_at is None and one.ended_at is None,
        ),
        Act(
            name="discard",
            label=gettext_lazy("Discard draft"),
            asks=gettext_lazy("Discard the draft of an exemption"),
            done=gettext_lazy("Discarded"),
            permission=MAY_REGION,
            run=services.end_region,
            target="exemption_id",
            explains=gettext_lazy("No order has been exempted by it."),
            look="danger",
            offered=lambda one, at: one.order_id is None and one.carried_at is None and one.ended_at is None,
        ),
        Act(
            name="end",
            label=gettext_lazy("End exemption"),
            asks=gettext_lazy("End the exemption"),
            done=gettext_lazy("Ended"),
            permission=MAY_REGION,
            run=services.end_region,
            target="exemption_id",
            explains=gettext_lazy("No further order comes under it. Orders exempted before stay so."),
            look="danger",
            offered=lambda one, at: one.carried_at is not None and one.ended_at is None,
        ),
    )

    @display(description=gettext_lazy("order, or region and period"))
    def about(self, exemption: Exemption) -> Any:
        if exemption.order is not None:
            return parts.order_no(exemption.order.number)
        return f"{_where(exemption)}, {_when(exemption)}"

    @display(description=gettext_lazy("state"))
    def state_column(self, exemption: Exemption) -> Any:
        return shown(_state(exemption))

    @display(description=gettext_lazy("effect"))
    def who_bears(self, exemption: Exemption) -> str:
        return _effect(exemption)

    def heading(self, thing: Exemption) -> Any:
        if thing.order is not None:
            return _("Exemption of order %(number)s") % {"number": number_text(thing.order.number)}
        return _("Exemption: %(where)s, %(when)s") % {"where": _where(thing), "when": _when(thing)}

    def panels(self, request: HttpRequest, thing: Exemption, at: datetime) -> list[Panel]:
        if thing.order is not None:
            return [_facts(thing, request.user)]
        if thing.carried_at is not None or thing.ended_at is not None:
            sheets = [_progress(thing), _come_to(thing, request.user)]
        else:
            sheets = _preview(thing, request.user, at)
        return [_facts(thing, request.user), *sheets]


def _where(exemption: Exemption) -> str:
    named = pgettext("list", ", ").join(countries.name(code) for code in exemption.countries)
    return f"{named} · {exemption.line.name}" if exemption.line else named


def _when(exemption: Exemption) -> str:
    assert exemption.due_from is not None
    assert exemption.due_to is not None
    return f"{day_text(exemption.due_from)} – {day_text(exemption.due_to)}"


def _state(exemption: Exemption) -> Badge:
    is_carried_out = exemption.order_id is not None or exemption.carried_at is not None
    if exemption.ended_at is not None:
        return Badge(_("ended") if is_carried_out else _("discarded"), "off", "none")
    if not is_carried_out:
        return Badge(pgettext("exemption", "draft"), "soon", "hourglass")
    return Badge(_("carried out"), "good", "check")


def _effect(exemption: Exemption) -> str:
    if exemption.platform_bears:
        return _("guarantees run on, the platform bears them")
    return _("no compensation is due")


def _facts(thing: Exemption, user: Any) -> Panel:
    facts = [Fact(_("State"), _state(thing))]
    if thing.order is not None:
        facts.append(Fact(_("Order"), links.to_order(user, thing.order)))
    else:
        facts += [
            Fact(
                _("Countries of destination"),
                pgettext("list", ", ").join(countries.name(code) for code in thing.countries),
            ),
            Fact(
                _("Line"), links.to(user, Line, thing.line_id, thing.line) if thing.line else _("Every line")
            ),
            Fact(_("Dispatch or delivery due in"), _when(thing), "DSP-7"),
        ]
    facts += [
        Fact(_("Effect"), _effect(thing), "DSP-7"),
        Fact(_("Reason"), thing.reason),
        Fact(_("Created"), thing.made_at),
        Fact(_("By"), thing.made_by),
    ]
    if thing.order is None and thing.carried_at is not None:
        facts.append(
            Fact(_("Carried out"), thing.carried_at, note=_said(thing.carried_by, thing.carry_reason))
        )
    if thing.ended_at is not None:
        facts.append(Fact(_("Ended"), thing.ended_at, note=_said(thing.ended_by, thing.end_reason)))
    # Of a region it goes first: its orders are a table that needs the whole width.
    return Panel(_("Exemption"), facts, side=thing.order is not None)


def _said(who: Any, why: str) -> str:
    return f"{who}: {why}" if who else why


def _preview(thing: Exemption, user: Any, at: datetime) -> list[Panel]:
    """What carrying it out now would come to."""
    found = queries.preview(thing, at, LOOKED_THROUGH)
    counted = Counter(one.outcome for one in found)
    note = _("As of now; carried out, it is judged again for each order.")
    if len(found) == LOOKED_THROUGH:
        note = _("Only the first %(n)d orders were looked through.") % {"n": LOOKED_THROUGH}
    rows = [
        (
            links.to_order(user, one.order),
            EXPECTED[one.outcome],
            [GUARANTEE[one.view.dispatch], GUARANTEE[one.view.delivery]],
            one.view.dispatch_due,
            one.view.promise,
        )
        for one in sorted(found, key=lambda one: one.outcome != rules.EXEMPTS)[:LISTED]
    ]
    head = (
        _("Order"),
        _("Processing result"),
        _("Dispatch, delivery"),
        _("Dispatch by"),
        _("Promised"),
    )
    return [
        Panel(_("Scope"), table=_counts(counted, EXPECTED), note=note),
        Panel(
            _("Order by order"),
            table=Table(head, rows, empty=_("No order falls under it now.")),
            note=_more(len(found)),
        ),
    ]


def _progress(thing: Exemption) -> Panel:
    """How far the sweep has come, and with what."""
    note = ""
    if thing.ended_at is None:
        left = queries.left_to_look_at(thing)
        note = _("All orders that fall under it so far have been processed. Later ones follow automatically.")
        if left:
            waiting = ngettext(
                "%(n)d order is still to be looked at.", "%(n)d orders are still to be looked at.", left
            )
            note = waiting % {"n": left}
    return Panel(_("Results"), table=_counts(queries.came_to(thing), OUTCOMES), note=note)


def _come_to(thing: Exemption, user: Any) -> Panel:
    found = thing.looked_at.select_related("order__seller").order_by("-pk")
    rows = [
        (
            links.to_order(user, one.order),
            one.order.seller,
            one.at,
            OUTCOMES[one.outcome],
        )
        for one in found[:LISTED]
    ]
    head = (_("Order"), _("Seller"), _("Processed at"), _("Processing result"))
    table = Table(head, rows, empty=_("None yet."))
    return Panel(_("Order by order"), table=table, note=_more(found.count()))


def _counts(counted: dict[str, int], names: dict[str, Badge]) -> Table:
    rows = [(badge, counted[name]) for name, badge in names.items() if counted.get(name)]
    return Table(
        (_("Processing result"), _("Orders")),
        rows,
        numbers=frozenset({1}),
        empty=_("No order falls under it now."),
    )


def _more(count: int) -> str:
    return _("The first %(n)d of %(all)d.") % {"n": LISTED, "all": count} if count > LISTED else ""
