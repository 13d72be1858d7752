"""What the database itself keeps of the books (MON-3)."""

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from moneyed import Money

from assurance.ledger import queries, services
from assurance.ledger.models import Account, AccountKind, Entry, Transfer
from assurance.ledger.services import BANK, RETURNS, held
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.rule("MON-3")]


def usd(amount) -> Money:
    return Money(amount, "USD")


def post(*legs, reference: str = "one", rule: str = "PAY-1") -> None:
    services.post(what="payment", rule=rule, cause=("order", 1), at=NOW, reference=reference, legs=legs)


def commit() -> None:
    """Have the database check what it checks at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_balanced_transfer_is_posted():
    post((BANK, usd("-5.25")), (held(1), usd("5.00")), (RETURNS, usd("0.25")))
    commit()
    assert queries.balance(AccountKind.ORDER, 1) == usd("5.00")
    assert queries.balance(AccountKind.BANK) == usd("-5.25")
    assert queries.faults() == []


def test_one_that_does_not_balance_cannot_be_committed():
    post((BANK, usd("-5.25")), (held(1), usd("5.00")))
    with pytest.raises(IntegrityError, match="does not balance"):
        commit()


def test_it_balances_in_each_currency():
    post((BANK, usd(-5)), (held(1), Money(5, "EUR")))
    with pytest.raises(IntegrityError, match="does not balance"):
        commit()


def test_the_same_reference_is_posted_once():
    post((BANK, usd(-5)), (held(1), usd(5)))
    with pytest.raises(IntegrityError), transaction.atomic():
        post((BANK, usd(-5)), (held(1), usd(5)))


def test_no_order_is_below_zero():
    with pytest.raises(IntegrityError, match="never_below_zero"), transaction.atomic():
        post((held(1), usd(-5)), (BANK, usd(5)))


def test_a_transfer_names_a_rule_of_the_rulebook():
    with pytest.raises(ValueError, match="PAY-9"):
        post((BANK, usd(-5)), (held(1), usd(5)), rule="PAY-9")


def test_a_fraction_of_a_cent_is_refused():
    with pytest.raises(ValueError, match="finer than"):
        post((BANK, usd("-0.001")), (held(1), usd("0.001")))


@pytest.mark.parametrize("table", [Transfer, Entry])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_nothing_is_changed_or_deleted(table, act):
    post((BANK, usd(-5)), (held(1), usd(5)))
    with (
        pytest.raises(InternalError, match="append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act.format(table._meta.db_table))


def test_accounts_are_opened_by_their_first_transfer_and_found_by_the_next(django_assert_num_queries):
    for n in range(3):
        with django_assert_num_queries(1):
            post((BANK, usd(-5)), (held(1), usd(3)), (held(2), usd(2)), reference=str(n))
    assert queries.balance(AccountKind.ORDER, 1) == usd(9)
    assert queries.balance(AccountKind.ORDER, 2) == usd(6)
    assert Account.objects.count() == 3


def test_legs_are_entered_in_the_order_given():
    """An account that first receives and then gives is never below zero in between."""
    post((BANK, usd(-5)), (held(1), usd(5)), (held(1), usd(-5)), (RETURNS, usd(5)))
    assert list(Entry.objects.order_by("id").values_list("amount_minor", flat=True)) == [-500, 500, -500, 500]


def test_faults_are_found():
    post((BANK, usd(-5)), (held(1), usd(5)))
    Account.objects.filter(kind=AccountKind.ORDER).update(balance_minor=700)
    assert queries.faults() == ["balance is not the sum of its entries: order:1"]
