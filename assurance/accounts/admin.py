"""People, and the roles by which they work in operations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries
from unfold.decorators import display

from assurance.accounts import roles
from assurance.accounts.models import User
from assurance.accounts.services import people
from assurance.ops import history, links
from assurance.ops.acts import Act, ReasonForm
from assurance.ops.detail import DetailAdmin
from assurance.ops.sheets import Badge, Fact, Panel, Table
from sellers.models import Staff


class RolesForm(ReasonForm):
    names = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        required=False,
        choices=list(roles.NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("With none, the person can no longer enter operations."),
    )
    field_order = ("names", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for person in self.things:
            assert isinstance(person, User)
            self.initial["names"] = roles.of(person)


class OpsFilter(admin.SimpleListFilter):
    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("ops", gettext_lazy("operations")), *roles.NAMES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() == "ops":
            return queryset.filter(is_staff=True)
        return queryset.filter(groups__name=self.value()) if self.value() in roles.NAMES else queryset


@admin.register(User)
class UserAdmin(DetailAdmin):
    list_display = ("email", "name", "company", "country_column", "is_staff", "date_joined")
    list_filter = (OpsFilter,)
    search_fields = ("email", "name", "company")
    search_help_text = gettext_lazy("E-mail, name or company")
    ordering = ("-id",)
    acts = (
        Act(
            name="roles",
            label=gettext_lazy("Set roles"),
            asks=gettext_lazy("Set the roles of a person"),
            done=gettext_lazy("Set"),
            permission="accounts.change_user",
            run=people.set_roles,
            target="user_id",
            form=RolesForm,
            explains=gettext_lazy(
                "They take effect from the next page on. Operations need two-factor sign-in."
            ),
        ),
    )

    def summary(self, thing: User, at: datetime) -> Sequence[Any]:
        return thing.name, thing.email

    @display(description=gettext_lazy("country"))
    def country_column(self, user: User) -> str:
        return str(countries.name(str(user.country)))

    def panels(self, request: HttpRequest, thing: User, at: datetime) -> list[Panel]:
        posts = Staff.objects.filter(user=thing).select_related("seller").order_by("id")
        facts = [
            Fact(_("E-mail"), thing.email),
            Fact(_("Company"), thing.company),
            Fact(_("Country"), countries.name(str(thing.country))),
            Fact(_("Signed up"), thing.date_joined),
            Fact(_("Last signed in"), thing.last_login),
            Fact(_("Two-factor sign-in"), is_mfa_enabled(thing)),
            Fact(_("May sign in"), thing.is_active),
            Fact(_("Works for"), [links.to_thing(request.user, post.seller) for post in posts]),
        ]
        held = roles.of(thing)
        rows = [
            (
                roles.NAMES[name],
                Badge(_("granted"), "good", "check") if name in held else Badge(_("does not"), "off", "none"),
                roles.DUTIES[name],
            )
            for name in roles.NAMES
        ]
        return [
            Panel(_("Person"), facts),
            Panel(_("Roles in operations"), table=Table((_("Role"), _("Granted"), _("Duties")), rows)),
            Panel(_("On record"), log=history.log("user", thing.pk), side=True),
        ]
