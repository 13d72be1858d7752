"""A shop's own business through the API: store coupons (ORD-7), withdrawals (PAY-4)."""

from decimal import Decimal

import pytest

from assurance.kernel.money import USD, Money
from assurance.ledger import queries as ledger
from assurance.ledger.models import AccountKind
from coupons.models import StoreCoupon
from sellers.models import PayoutAccount, Withdrawal
from tests import factories
from tests.api.conftest import paid_out_before

pytestmark = pytest.mark.django_db

SPRING = {"name": "Spring", "percent": "12.50", "first_day": "2021-03-01", "last_day": "2021-12-31"}
COUPONS, OUT = "seller/store-coupons/", "seller/withdrawals/"


def usd(amount):
    return {"amount": amount, "currency": "USD"}


@pytest.mark.rule("ORD-7")
def test_a_store_coupon_is_offered_once_taken_by_buyers_and_ended(world):
    body = SPRING | {"seller": world.shop.pk, "limit": 30, "least": "0"}
    status, made = world.seller.post(COUPONS, body)
    assert status == 201
    assert made | {"id": 0} == {
        "id": 0,
        "seller": world.shop.pk,
        "name": "Spring",
        "state": "running",
        "percent": "12.50",
        "amount": None,
        "least": usd("0.00"),
        "first_day": "2021-03-01",
        "last_day": "2021-12-31",
        "limit": 30,
        "used": 0,
        "ended_at": None,
    }
    assert world.seller.post(COUPONS, body) == (201, made)
    factories.order(world.alice, {world.mug: 10}, by=world.line, paid=False, store_coupon_id=made["id"])
    (shown,) = world.seller.get(COUPONS)[1]["results"]
    assert shown == made | {"used": 1}
    for _ in range(2):
        status, ended = world.seller.post(f"{COUPONS}{made['id']}/end/")
        assert (status, ended["state"], ended["used"]) == (200, "ended", 1)


@pytest.mark.rule("ORD-7")
def test_an_amount_asks_for_more_goods_than_it_takes_off(world):
    body = SPRING | {"seller": world.shop.pk, "amount": "15.00", "least": "100.00"}
    del body["percent"]
    made = world.seller.post(COUPONS, body)[1]
    assert (made["percent"], made["amount"], made["least"]) == (None, usd("15.00"), usd("100.00"))


@pytest.mark.rule("ORD-7")
@pytest.mark.parametrize(
    ("changes", "status", "named"),
    [
        ({"percent": "90.01"}, 422, ["percent"]),
        ({"percent": "12.505"}, 422, ["percent"]),
        ({"percent": "0"}, 400, ["percent"]),
        ({"percent": 12}, 400, ["percent"]),
        ({"amount": "5.00"}, 400, ["percent"]),
        ({"percent": None}, 400, ["percent"]),
        ({"least": "1000000.01"}, 422, ["least"]),
        ({"least": "1.005"}, 400, ["least"]),
        ({"first_day": "2022-01-01"}, 422, ["last_day"]),
        ({"limit": 0}, 400, ["limit"]),
        ({"limit": 1_000_001}, 400, ["limit"]),
        ({"name": " "}, 400, ["name"]),
        ({"name": "x" * 61}, 400, ["name"]),
        ({"seller": 0}, 400, ["seller"]),
        ({"seller": 10**30}, 400, ["seller"]),
        ({"colour": "red"}, 400, ["colour"]),
    ],
)
def test_a_store_coupon_that_does_not_fit(world, changes, status, named):
    answered, problem = world.seller.post(COUPONS, SPRING | {"seller": world.shop.pk} | changes)
    assert (answered, sorted(problem["errors"])) == (status, named)
    assert not StoreCoupon.objects.exists()


@pytest.mark.rule("ORD-7")
def test_another_one_of_the_same_name_is_refused(world):
    world.seller.post(COUPONS, SPRING | {"seller": world.shop.pk})
    status, problem = world.seller.post(COUPONS, SPRING | {"seller": world.shop.pk, "percent": "5"})
    assert (status, problem["rule"], list(problem["errors"])) == (409, "ORD-7", ["name"])
    assert StoreCoupon.objects.get().percent == Decimal("12.50")


def test_store_coupons_are_for_their_shop_alone(world):
    mine = factories.store_coupon(world.shop)
    assert world.other.get(COUPONS)[1]["results"] == world.buyer.get(COUPONS)[1]["results"] == []
    assert world.other.post(f"{COUPONS}{mine.pk}/end/")[0] == 404
    assert world.buyer.post(f"{COUPONS}{mine.pk}/end/")[0] == 404
    assert world.other.post(COUPONS, SPRING | {"seller": world.shop.pk})[0] == 400
    assert world.buyer.post(COUPONS, SPRING | {"seller": world.shop.pk})[0] == 403
    assert StoreCoupon.objects.get().ended_at is None


def balance_of(seller):
    return ledger.balance(AccountKind.SELLER, seller.pk)


@pytest.mark.rule("PAY-4")
def test_a_balance_goes_to_a_bank_account_known_from_the_back_office(world):
    account = paid_out_before(world.shop)
    assert world.seller.get("seller/payout-accounts/")[1]["results"] == [
        {
            "id": account.pk,
            "seller": world.shop.pk,
            "holder": "Mingshen Trading",
            "bank": "Sample Bank",
            "number_ends": "2051",
            "bic": "SMPLDE33XXX",
        }
    ]
    body = {"account": account.pk, "amount": "20.5"}
    status, made = world.seller.post(OUT, body, key="k")
    assert (status, made["amount"], made["account"]) == (201, usd("20.50"), account.pk)
    assert world.seller.post(OUT, body, key="k") == (201, made)
    assert balance_of(world.shop) == Money("29.50", USD)
    assert [row["amount"] for row in world.seller.get(OUT)[1]["results"]] == [usd("20.50"), usd("1.00")]
    assert PayoutAccount.objects.count() == 1
    assert Withdrawal.objects.get(pk=made["id"]).by == world.ming


@pytest.mark.rule("PAY-4")
@pytest.mark.parametrize(
    ("changes", "status", "named"),
    [
        ({"amount": "50.01"}, 422, ["amount"]),
        ({"amount": "0.00"}, 400, ["amount"]),
        ({"amount": "0.001"}, 400, ["amount"]),
        ({"amount": 5}, 400, ["amount"]),
        ({"account": 2**53}, 400, ["account"]),
        ({"account": None}, 400, ["account"]),
        ({"number": "DE02120300000000202051"}, 400, ["number"]),
    ],
)
def test_a_withdrawal_that_does_not_fit(world, changes, status, named):
    account = paid_out_before(world.shop)
    answered, problem = world.seller.post(OUT, {"account": account.pk, "amount": "5.00"} | changes, key="k")
    assert (answered, sorted(problem["errors"])) == (status, named)
    assert balance_of(world.shop) == Money(50, USD)


@pytest.mark.rule("PAY-4")
def test_a_withdrawal_without_a_key_is_refused_for_a_repeat_would_be_a_second_one(world):
    account = paid_out_before(world.shop)
    status, problem = world.seller.post(OUT, {"account": account.pk, "amount": "5.00"})
    assert (status, list(problem["errors"])) == (400, ["Idempotency-Key"])
    assert balance_of(world.shop) == Money(50, USD)


@pytest.mark.rule("PAY-4")
def test_nobody_takes_out_of_another_shop(world):
    account = paid_out_before(world.shop)
    body = {"account": account.pk, "amount": "5.00"}
    for caller in (world.other, world.buyer):
        assert caller.post(OUT, body, key="k")[0] == 400
        assert caller.get(OUT)[1]["results"] == caller.get("seller/payout-accounts/")[1]["results"] == []
    assert balance_of(world.shop) == Money(50, USD)
