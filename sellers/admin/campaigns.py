"""The campaigns of the platform, kept by operations (MKT-3, ORD-6)."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.decorators import display

from assurance.kernel import clock
from assurance.kernel.days import day_of
from assurance.ops import history
from assurance.ops.acts import Act, ReasonForm
from assurance.ops.detail import DetailAdmin
from assurance.ops.sheets import Badge, Fact, Panel
from assurance.ops.show import shown
from assurance.ui.fields import day_picker
from sellers.models import Campaign
from sellers.services import campaigns

PLAN = ("name", "name_zh", "first_day", "last_day")


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=day_picker())


class PlanForm(ReasonForm):
    """A campaign, filled in with what it is now."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80, required=False)
    first_day = _day(pgettext_lazy("period", "First day"))
    last_day = _day(pgettext_lazy("period", "Last day"))
    field_order: tuple[str, ...] = (*PLAN, "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for campaign in self.things:
            self.initial.update({name: getattr(campaign, name) for name in PLAN})

    def arguments(self) -> dict[str, Any]:
        values = self.cleaned_data
        return {"plan": campaigns.Plan(**{name: values[name] for name in PLAN}), "reason": values["reason"]}


@admin.register(Campaign)
class CampaignAdmin(DetailAdmin):
    """The platform’s campaigns; while one runs, easy dispatch above its limit is counted in it (ORD-6)."""

    list_display = ("name", "name_zh", "first_day", "last_day", "state_column")
    ordering = ("-first_day",)
    acts = (
        Act(
            name="make",
            label=gettext_lazy("New campaign"),
            asks=gettext_lazy("Add a campaign"),
            done=gettext_lazy("Added"),
            permission="sellers.add_campaign",
            run=campaigns.make,
            form=PlanForm,
            explains=gettext_lazy(
                "While it runs, easy dispatch above its limit is counted for each seller. No two campaigns share "
                "a day."
            ),
        ),
        Act(
            name="change",
            label=gettext_lazy("Change the campaign"),
            asks=gettext_lazy("Change the campaign"),
            done=gettext_lazy("Changed"),
            permission="sellers.change_campaign",
            run=campaigns.change,
            target="campaign_id",
            form=PlanForm,
            explains=gettext_lazy("Orders that have counted in it stay counted."),
            look="",
            offered=lambda campaign, at: campaign.last_day >= day_of(at),
        ),
    )

    @display(description=gettext_lazy("state"))
    def state_column(self, campaign: Campaign) -> Any:
        return shown(_running(campaign, clock.now()))

    def panels(self, request: HttpRequest, thing: Campaign, at: datetime) -> list[Panel]:
        facts = [
            Fact(_("Name"), thing.name),
            Fact(_("Chinese name"), thing.name_zh),
            Fact(pgettext("period", "First day"), thing.first_day, "MKT-3"),
            Fact(pgettext("period", "Last day"), thing.last_day, "MKT-3"),
            Fact(_("State"), _running(thing, at)),
        ]
        return [
            Panel(_("Campaign"), facts),
            Panel(_("On record"), log=history.log("campaign", thing.pk), side=True),
        ]


def _running(campaign: Campaign, at: datetime) -> Badge:
    today = day_of(at)
    if today < campaign.first_day:
        return Badge(_("to come"), "soon", "clock")
    return (
        Badge(_("running"), "good", "check")
        if today <= campaign.last_day
        else Badge(_("past"), "off", "none")
    )
