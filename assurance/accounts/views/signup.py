"""The sign-up form: who somebody is, and whether they come to buy or to sell."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from assurance.accounts.models import User
from assurance.accounts.services import people
from assurance.kernel import clock
from assurance.kernel.events import Actor
from assurance.kernel.rules import RuleViolation
from assurance.ui.refusals import refused
from sellers.models import Company, Seller
from sellers.services import accounts as sellers

BUY, SELL = "buy", "sell"


class SignupForm(AllauthSignupForm):
    """A seller's sign-up also registers the company and applies for Trade Assurance, all or nothing."""

    purpose = forms.ChoiceField(
        label=_("I want to"),
        choices=[(BUY, _("buy")), (SELL, _("sell"))],
        initial=BUY,
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("Your name"), max_length=120)
    company = forms.CharField(
        label=_("Company"),
        max_length=160,
        required=False,
        help_text=_("Needed to sell: the name buyers see. A platform clerk then opens your shop."),
    )
    country = CountryField().formfield(label=_("Country"), initial="US")
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    field_order = ("purpose", "name", "company", "country", "language", "email", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = get_language()
        self.fields["email"].label = _("E-mail")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("purpose") == SELL:
            company = cleaned.get("company", "")
            if not company:
                self.add_error("company", _("Selling needs the name of your company."))
            elif (
                Company.objects.filter(name=company).exists() or Seller.objects.filter(name=company).exists()
            ):
                self.add_error(
                    "company",
                    _("This name is already registered. If it is your company, ask a colleague to add you."),
                )
        return cleaned

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """As the library does, but in one transaction; the name may have been taken in this very moment."""
        try:
            with transaction.atomic():
                saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
                return saved
        except RuleViolation as violation:
            refused(request, violation)
            return None, redirect("account_signup")

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by the library once the user is saved."""
        at, actor = clock.now(), Actor("seller" if self.cleaned_data["purpose"] == SELL else "buyer", user.pk)
        people.change_details(
            user_id=user.pk,
            values={name: self.cleaned_data[name] for name in people.DETAILS},
            at=at,
            actor=actor,
        )
        user.refresh_from_db()
        if self.cleaned_data["purpose"] == SELL:
            name = self.cleaned_data["company"]
            company = sellers.register_company(name=name, country=self.cleaned_data["country"], at=at)
            sellers.apply(company_id=company.pk, shop=name, user_id=user.pk, at=at, actor=actor)
