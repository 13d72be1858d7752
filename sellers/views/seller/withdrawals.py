"""Taking the balance out: how much and where to, then once more to be confirmed (PAY-4)."""

import re
import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assurance.kernel.money import USD, Money
from assurance.kernel.rules import RuleViolation
from assurance.kernel.wording import money_text
from assurance.ledger import queries as ledger
from assurance.ledger.models import AccountKind
from assurance.ui.fields import DecimalField
from assurance.ui.refusals import blame
from sellers import rules
from sellers.models import PayoutAccount
from sellers.services import withdrawals
from sellers.services.withdrawals import Destination
from sellers.views.seller.base import SellerRequest, for_seller, page, status_of

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_OWN = re.compile(r"[A-Z0-9]{5,34}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")


def _packed(text: str) -> str:
    return "".join(text.split()).upper()


def _is_mistyped(number: str) -> bool:
    """An IBAN holds check digits; a bank's own number may hold none."""
    if not _IBAN.fullmatch(number):
        return False
    digits = "".join(str(int(c, 36)) for c in number[4:] + number[:4])
    return int(digits) % 97 != 1


class WithdrawalForm(forms.Form):
    """The account last used is filled in."""

    amount = DecimalField(label=gettext_lazy("Amount"), max_digits=14, decimal_places=2)
    holder = forms.CharField(label=gettext_lazy("Account holder"), max_length=140)
    bank = forms.CharField(label=gettext_lazy("Bank"), max_length=140)
    number = forms.CharField(label=gettext_lazy("IBAN or account number"), max_length=60)
    bic = forms.CharField(label="SWIFT / BIC", max_length=16)
    key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def clean_number(self) -> str:
        number = _packed(self.cleaned_data["number"])
        if not _OWN.fullmatch(number):
            raise forms.ValidationError(_("An account number has 5 to 34 letters and digits."))
        if _is_mistyped(number):
            raise forms.ValidationError(
                _("The check digits of this IBAN do not match: look for a mistyped digit.")
            )
        return number

    def clean_bic(self) -> str:
        bic = _packed(self.cleaned_data["bic"])
        if not _BIC.fullmatch(bic):
            raise forms.ValidationError(_("A BIC has 8 or 11 letters and digits, such as SMPLUS33XXX."))
        return bic

    @property
    def money(self) -> Money:
        return Money(self.cleaned_data["amount"], USD)

    @property
    def destination(self) -> Destination:
        given = self.cleaned_data
        return Destination(given["holder"], given["bank"], given["number"], given["bic"])


@for_seller
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SellerRequest) -> HttpResponse:
    """The form; sent, the same once more to be confirmed; confirmed, it is done, however often that is sent."""
    balance = ledger.balance(AccountKind.SELLER, request.seller.pk)
    if request.method != "POST":
        return _show(request, WithdrawalForm(initial=_before(request)), balance)
    form = WithdrawalForm(request.POST)
    if not form.is_valid():
        return _show(request, form, balance, status=422)
    step = request.POST.get("step")
    if step == "change":
        return _show(request, form, balance)
    try:
        if step == "confirm":
            return _confirmed(request, form)
        rules.check_withdraw(form.money, balance=balance)
    except RuleViolation as violation:
        blame(form, violation)
        return _show(request, form, balance, violation=violation, status=status_of(violation))
    context = {"form": form, "amount": form.money, "to": form.destination, "left": balance - form.money}
    return page(request, "sellers/seller/withdraw_confirm.html", context)


def _confirmed(request: SellerRequest, form: WithdrawalForm) -> HttpResponse:
    made = withdrawals.withdraw(
        seller_id=request.seller.pk,
        amount=form.money,
        to=form.destination,
        key=form.cleaned_data["key"],
        at=request.at,
        actor=request.actor,
    )
    said = _("%(amount)s is on its way to %(account)s.")
    messages.success(request, said % {"amount": money_text(made.amount), "account": made.account})
    return redirect("ma:funds")


def _before(request: SellerRequest) -> dict[str, Any]:
    last = PayoutAccount.objects.filter(seller_id=request.seller.pk).order_by("-pk").first()
    known = {name: getattr(last, name) for name in ("holder", "bank", "number", "bic")} if last else {}
    return {"key": secrets.token_hex(16), "holder": request.seller.company.name, **known}


def _show(
    request: SellerRequest,
    form: WithdrawalForm,
    balance: Money,
    *,
    violation: RuleViolation | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "balance": balance, "violation": violation}
    return page(request, "sellers/seller/withdraw.html", context, status=status)
