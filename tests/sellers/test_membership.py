"""What a contract that becomes effective writes down of its seller (QUA-2)."""

from datetime import timedelta

import pytest

from sellers.models import Seller
from sellers.services import membership
from tests import factories as make
from tests.factories import NOW


@pytest.mark.django_db
@pytest.mark.rule("QUA-2", "TIM-3")
def test_money_of_the_day_before_that_is_taken_in_late_takes_no_quiet_day_away():
    """Its order was read before another contract of today became effective."""
    seller = make.seller()
    read_before = Seller.objects.get(pk=seller.pk)
    membership.contract_effective(seller=seller, at=NOW)
    membership.contract_effective(seller=read_before, at=NOW - timedelta(days=1))
    seller.refresh_from_db()
    assert seller.last_effective_at == NOW
