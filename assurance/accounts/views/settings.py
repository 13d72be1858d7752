"""The account page: details, address book, API tokens."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assurance.accounts import queries
from assurance.accounts.models import Address, ApiToken, User
from assurance.accounts.services import addresses, people, tokens
from assurance.kernel import clock
from assurance.kernel.events import Actor
from assurance.kernel.rules import RuleViolation
from assurance.ui.fields import PhoneField
from assurance.ui.refusals import told
from sellers.models import Staff


class DetailsForm(forms.ModelForm):
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("as each part of the portal opens")), *settings.LANGUAGES],
        required=False,
        help_text=_("Pages and e-mails use it."),
    )

    class Meta:
        model = User
        fields = people.DETAILS


class AddressForm(forms.ModelForm):
    class Meta:
        model = Address
        fields = (
            "recipient",
            "phone",
            "street",
            "city",
            "region",
            "postcode",
            "country",
            "is_default",
        )
        field_classes = {"phone": PhoneField}


class TokenForm(forms.Form):
    label = forms.CharField(label=_("Label"), max_length=60, help_text=_("Where you will use it."))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    """Name, company, country, language; the address book and tokens stand below."""
    user = _user(request)
    if request.method == "POST":
        form = DetailsForm(request.POST, instance=User.objects.get(pk=user.pk))
        if form.is_valid():
            values = {name: str(value) for name, value in form.cleaned_data.items()}
            people.change_details(user_id=user.pk, values=values, at=clock.now(), actor=_actor(request))
            messages.success(request, gettext("Your details are saved."))
            return redirect("account:settings")
        return _page(request, details=form, status=422)
    return _page(request)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a new address, or change one of one's own; another person's is 404."""
    mine = queries.addresses_of(_user(request).pk)
    known = mine.filter(pk=pk).first() if pk else None
    if pk and known is None:
        raise Http404
    initial = {"country": _user(request).country, "recipient": _user(request).name}
    form = AddressForm(request.POST or None, instance=known, initial={} if known else initial)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                addresses.save(user_id=_user(request).pk, values=form.cleaned_data, address_id=pk)
            except RuleViolation as violation:
                form.add_error(None, told(violation))
            else:
                messages.success(request, gettext("The address is saved."))
                return redirect("account:settings")
        status = 422
    return render(request, "accounts/address.html", {"form": form, "address": known}, status=status)


@login_required
@require_POST
def delete_address(request: HttpRequest, pk: int) -> HttpResponse:
    addresses.delete(user_id=_user(request).pk, address_id=pk)
    messages.success(request, gettext("The address is deleted. Orders keep their own copy."))
    return redirect("account:settings")


@login_required
@never_cache
@require_POST
def create_token(request: HttpRequest) -> HttpResponse:
    """The answer to this request is the only page that ever shows the secret.

    Sent again, it finds its label taken and makes no second token.
    """
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            token, plain = tokens.make(
                user_id=_user(request).pk,
                label=form.cleaned_data["label"],
                at=clock.now(),
                actor=_actor(request),
            )
        except RuleViolation as violation:
            form.add_error(violation.field, told(violation))
        else:
            return render(request, "accounts/token.html", {"token": token, "plain": plain})
    return _page(request, token=form, status=422)


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    tokens.revoke(token_id=pk, user_id=_user(request).pk, at=clock.now(), actor=_actor(request))
    messages.success(request, gettext("The token is revoked. Requests with it are refused from now on."))
    return redirect("account:settings")


def _page(
    request: HttpRequest,
    *,
    details: DetailsForm | None = None,
    token: TokenForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = _user(request)
    context: dict[str, Any] = {
        "details": details or DetailsForm(instance=user),
        "token_form": token or TokenForm(),
        "addresses": queries.addresses_of(user.pk),
        "tokens": ApiToken.objects.filter(user=user).order_by("-id"),
    }
    return render(request, "accounts/settings.html", context, status=status)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _actor(request: HttpRequest) -> Actor:
    works = Staff.objects.filter(user_id=_user(request).pk).exists()
    return Actor("seller" if works else "buyer", _user(request).pk)
