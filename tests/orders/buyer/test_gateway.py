"""The gateway: signed notices that count once, and the sandbox page that sends them (PAY-1)."""

import pytest
from django.urls import reverse

from assurance.kernel.money import Money
from assurance.ledger.models import AccountKind
from assurance.ledger.queries import balance
from orders import gateway
from orders.models import Payment
from orders.services import payment
from tests import factories as make

NOTICES = "/gateway/notices/"


@pytest.fixture
def attempt(trade):
    return payment.start(order_id=trade.order(paid=False).pk, method="visa", at=make.NOW)


def page(attempt):
    return f"/pay/{attempt.reference}/"


def tell(client, body, signature=None):
    return client.post(
        NOTICES,
        body,
        content_type="application/json",
        headers={gateway.HEADER: gateway.sign(body) if signature is None else signature},
    )


def test_the_page_shows_the_amount_and_three_ways_to_end(shop, attempt, text):
    said = text(shop.get(page(attempt)))
    assert "103.00" in said
    for word in ("Succeed", "Fail", "Stay pending, decide later"):
        assert f"{word}</button>" in said


def test_success_pays_the_order(shop, trade, attempt, text):
    answer = shop.post(page(attempt), {"outcome": "succeeded"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/orders/{attempt.order.number}/"
    assert "Paid. The supplier has been told" in text(answer)
    attempt.order.refresh_from_db()
    assert attempt.order.state == "awaiting_dispatch"


def test_failure_says_so_and_offers_another_method(shop, attempt, text):
    answer = shop.post(page(attempt), {"outcome": "failed"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/orders/{attempt.order.number}/pay/"
    assert "The payment failed. Nothing was charged." in text(answer)
    attempt.order.refresh_from_db()
    assert attempt.order.state == "awaiting_payment"


@pytest.mark.parametrize(
    ("later", "state"), [("succeeded", "awaiting_dispatch"), ("failed", "awaiting_payment")]
)
def test_pending_waits_for_the_later_notice(shop, attempt, text, later, state):
    answer = shop.post(page(attempt), {"outcome": "pending"}, follow=True)
    assert answer.redirect_chain[-1][0] == page(attempt)
    assert "Send its later notice" in text(answer)
    detail = text(shop.get(f"/orders/{attempt.order.number}/"))
    assert "being confirmed" in detail
    assert page(attempt) in detail, "the way back to the gateway"
    shop.post(page(attempt), {"outcome": later})
    attempt.order.refresh_from_db()
    assert attempt.order.state == state


def test_an_outcome_that_is_none_changes_nothing(shop, attempt):
    assert shop.post(page(attempt), {"outcome": "maybe"}).status_code == 200
    attempt.refresh_from_db()
    assert attempt.state == "started"


def test_a_decided_attempt_has_no_page_any_more(shop, attempt):
    shop.post(page(attempt), {"outcome": "succeeded"})
    assert shop.get(page(attempt)).url == f"/orders/{attempt.order.number}/"
    shop.post(page(attempt), {"outcome": "failed"})
    attempt.refresh_from_db()
    assert attempt.state == "succeeded"


def test_another_persons_payment_is_not_there(client, trade, attempt):
    client.force_login(trade.supplier)
    assert client.get(page(attempt)).status_code == 404
    assert client.post(page(attempt), {"outcome": "succeeded"}).status_code == 404
    attempt.refresh_from_db()
    assert attempt.state == "started"


def test_without_the_sandbox_there_is_no_such_page(shop, attempt, settings):
    settings.GATEWAY_SANDBOX = False
    assert shop.get(page(attempt)).status_code == 404
    assert shop.post(page(attempt), {"outcome": "succeeded"}).status_code == 404


@pytest.mark.usefixtures("still")
class TestNotices:
    def test_a_repeated_notice_counts_once(self, client, attempt):
        body = gateway.notice(attempt.reference, "succeeded")
        answers = [tell(client, body) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert answers[-1].json() == {"reference": attempt.reference, "state": "succeeded"}
        assert balance(AccountKind.ORDER, attempt.order_id) == Money(100, "USD")

    def test_an_unsigned_notice_is_refused(self, client, attempt):
        body = gateway.notice(attempt.reference, "succeeded")
        other = gateway.sign(gateway.notice(attempt.reference, "failed"))
        for signature in ("", "0" * 64, other, "é"):
            assert tell(client, body, signature).status_code == 403
        attempt.refresh_from_db()
        assert attempt.state == "started"

    def test_without_a_secret_every_notice_is_refused(self, client, attempt, settings):
        settings.GATEWAY_SECRET = ""
        assert tell(client, gateway.notice(attempt.reference, "succeeded")).status_code == 403

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"null", b"{}", b'{"reference": 1, "outcome": "failed"}', b"\xff", b"{" * 9999]
    )
    def test_a_senseless_notice_is_refused(self, client, db, body):
        assert tell(client, body).status_code == 400

    def test_an_unknown_reference_and_outcome(self, client, attempt):
        assert tell(client, gateway.notice("nothing", "failed")).status_code == 404
        assert tell(client, gateway.notice(attempt.reference, "won")).status_code == 400

    def test_it_is_only_posted_to(self, client, db):
        assert client.get(reverse("orders:gateway_notices")).status_code == 405

    def test_money_for_an_attempt_that_was_replaced_goes_back(self, client, trade, attempt):
        payment.start(order_id=attempt.order_id, method="paypal", at=make.NOW)
        tell(client, gateway.notice(attempt.reference, "succeeded"))
        attempt.refresh_from_db()
        assert attempt.returned_minor == 10300
        assert not Payment.objects.filter(state="succeeded").exists()
