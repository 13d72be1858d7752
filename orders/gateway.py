"""The port to the payment gateway: where a buyer is sent to pay, and the notices that the gateway signs (PAY-1).

A notice is a JSON object with `reference` and `outcome`, signed with HMAC-SHA256 over its bytes. The
sandbox page, which stands in for a gateway, sends the same notices through the same code.
"""

import hmac
import json
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assurance.kernel.rules import RuleViolation
from orders.models import Method, Order, Payment
from orders.queries.accounts import accounts
from orders.services import payment

HEADER = "X-Gateway-Signature"
OUTCOMES = ("succeeded", "failed", "pending")
ONLY_IN = {Method.BOLETO: "BR"}  # methods of one country


class NoticeError(Exception):
    """A notice that is not the gateway's, or makes no sense; the message says which."""


class BadSignature(NoticeError):
    """The signature is not the gateway's."""


def methods() -> list[Method]:
    """The payment methods that go through the gateway; none where no gateway is connected."""
    has_gateway = settings.GATEWAY_SANDBOX and settings.GATEWAY_SECRET
    return [method for method in Method if method != Method.TT] if has_gateway else []


def connected(currency: str) -> list[Method]:
    """The methods that there are: through the gateway, and T/T where the platform has an account in the currency."""
    return [*methods(), *([Method.TT] if accounts(currency) else [])]


def is_for(method: Method, country: str) -> bool:
    """Whether a method can pay for what goes to an address in a country."""
    return ONLY_IN.get(method, country) == country


def offered(currency: str, country: str) -> list[Method]:
    """The methods of payment to an address in a country."""
    return [method for method in connected(currency) if is_for(method, country)]


def check_offered(method: str, order: Order) -> None:
    """Refuse PAY-1 a method that is not offered for the order."""
    if method not in offered(order.currency, str(order.destination)):
        raise RuleViolation(
            "PAY-1", _("Choose a payment method from the list."), conflict=False, field="method"
        )


def page_of(attempt: Payment) -> str:
    """The address where the buyer carries out an attempt to pay; for T/T, what to tell the bank."""
    if attempt.method == Method.TT:
        return reverse("orders:transfer", args=[attempt.order.number])
    return reverse("orders:gateway", args=[attempt.reference])


def notice(reference: str, outcome: str) -> bytes:
    """The bytes of a notice."""
    return json.dumps({"reference": reference, "outcome": outcome}).encode()


def sign(body: bytes) -> str:
    """The signature of a notice, in hexadecimal digits."""
    return hmac.new(settings.GATEWAY_SECRET.encode(), body, "sha256").hexdigest()


def receive(body: bytes, signature: str, *, at: datetime) -> Payment:
    """Take in a notice; repeated, it counts once. BadSignature, NoticeError, Payment.DoesNotExist."""
    if not settings.GATEWAY_SECRET or not hmac.compare_digest(sign(body).encode(), signature.encode()):
        raise BadSignature("the signature does not fit the body")
    try:
        told = json.loads(body)
        reference, outcome = told["reference"], told["outcome"]
    except (ValueError, TypeError, KeyError) as error:
        raise NoticeError("not a JSON object with reference and outcome") from error
    if not isinstance(reference, str) or outcome not in OUTCOMES:
        raise NoticeError(f"outcome is one of {', '.join(OUTCOMES)}")
    return payment.settle(reference=reference, outcome=outcome, at=at)
