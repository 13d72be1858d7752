"""Many transfers at once: an account that all of them open is one account, and no entry is lost (MON-3)."""

import pytest
from django.db import transaction

from assurance.kernel.money import USD, Money
from assurance.ledger import queries, services
from assurance.ledger.models import Account, AccountKind
from assurance.ledger.services import BANK, held
from tests.concurrency.racing import race
from tests.factories import NOW

RUNNERS, ROUNDS = 8, 15


@pytest.mark.rule("MON-3")
@pytest.mark.usefixtures("live_db")
def test_an_account_that_many_open_at_once_is_one() -> None:
    def post(runner: int, round_: int) -> None:
        with transaction.atomic():
            services.post(
                what="payment",
                rule="PAY-1",
                cause=("order", round_),
                at=NOW,
                reference=f"{runner}:{round_}",
                legs=[(BANK, Money(-1, USD)), (held(round_), Money(1, USD))],
            )

    for outcomes in race(RUNNERS, ROUNDS, post):
        assert outcomes == ["done"] * RUNNERS
    assert Account.objects.count() == 1 + ROUNDS
    assert {queries.balance(AccountKind.ORDER, n) for n in range(ROUNDS)} == {Money(RUNNERS, USD)}
    assert queries.faults() == []
