"""Filling the bench database with many orders at once, shaped as the services leave them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection

from assurance.accounts.models import User
from assurance.kernel.models import PolicyVersion
from logistics.models import FreightTemplate, Line, LineCountry, ProductFreight, TemplateLine
from sellers.models import Company, Membership, PriceTier, Product, Seller, Staff

BASE = datetime(2026, 1, 5, 8, tzinfo=UTC)
DUE = BASE + timedelta(days=6)


def empty() -> None:
    """Migrate, and throw away what an earlier bench left."""
    call_command("migrate", verbosity=0)
    tables = [
        "kernel_event", "kernel_deadline", "kernel_sweeprun", "notices_notice", "ledger_entry", "ledger_transfer",
        "ledger_account", "orders_order", "orders_orderline", "orders_guarantee", "orders_payment",
        "coupons_coupon", "coupons_redemption", "coupons_recovery", "claims_claim", "sellers_seller",
        "sellers_company", "sellers_product", "sellers_debt", "logistics_line", "logistics_parcel", "accounts_user",
    ]  # fmt: skip
    execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")


def cast(sellers: int = 20, buyers: int = 1000) -> None:
    """Members with one product each on one line, and their buyers."""
    line = Line.objects.create(code="bench", name="Express", carrier="bench", mode="express")
    LineCountry.objects.create(line=line, country="US", transit_min=5, transit_max=7, guaranteed=True)
    for n in range(1, sellers + 1):
        company = Company.objects.create(name=f"Bench company {n}")
        seller = Seller.objects.create(
            company=company, name=f"Bench seller {n}", qualified_at=BASE - timedelta(days=99)
        )
        Membership.objects.create(seller=seller, joined_at=BASE - timedelta(days=60), terms_version="bench")
        Staff.objects.create(
            seller=seller, user=User.objects.create(email=f"seller{n}@bench.example", name=f"Seller {n}")
        )
        product = Product.objects.create(seller=seller, name=f"Mug {n}", dispatch_days=6, created_at=BASE)
        PriceTier.objects.create(product=product, min_quantity=1, price_minor=193)
        template = FreightTemplate.objects.create(seller=seller, name="Bench")
        TemplateLine.objects.create(template=template, line=line)
        ProductFreight.objects.create(product=product, template=template)
    User.objects.bulk_create(
        [User(email=f"buyer{n}@bench.example", name=f"Buyer {n}") for n in range(1, buyers + 1)],
        batch_size=2000,
    )


def orders(count: int, *, due: int, days: int = 1, mixed: bool = False) -> None:
    """Paid, covered orders; on each of `days` days from DUE, `due` of them reach their dispatch deadline,

    the others a year later. The due ones are scattered over the table, as they are in life. With `mixed`, the
    others are in several states, and all differ in what lists filter by.
    """
    step = count // (due * days)
    seller_ids = list(Seller.objects.values_list("id", flat=True))
    buyer_ids = list(User.objects.filter(email__startswith="buyer").values_list("id", flat=True))
    values = {
        "count": count, "base": BASE, "due": DUE, "later": DUE + timedelta(days=365),
        "step": step, "many": due * days, "days": days,
        "sellers": seller_ids, "buyers": buyer_ids, "policy": PolicyVersion.objects.earliest("starts_at").pk,
        "line": Line.objects.get(code="bench").pk, "mixed": mixed,
        "staff": list(Staff.objects.order_by("seller_id").values_list("user_id", flat=True)),
    }  # fmt: skip
    execute(_ORDERS, values)
    execute(_LINES)
    execute(_GUARANTEES, values)
    execute(_DEADLINES)
    execute("SELECT setval(pg_get_serial_sequence('orders_order', 'id'), max(id)) FROM orders_order")


def settle() -> None:
    """What autovacuum does in time, done now so that every run starts alike."""
    execute("VACUUM ANALYZE")
    execute("CHECKPOINT")


def execute(sql: str, values: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


_IS_DUE = "(g %% %(step)s = 0 AND g / %(step)s <= %(many)s)"
_DUE_AT = (
    f"CASE WHEN {_IS_DUE} THEN %(due)s + (g / %(step)s %% %(days)s) * interval '1 day' ELSE %(later)s END"
)

_SELLER = (
    "1 + CASE WHEN %(mixed)s THEN hashint4(g) & 1048575 ELSE g * 7 END %% cardinality(%(sellers)s::bigint[])"
)


def _one_of(*values: str) -> str:
    """The first of these values; in a mixed world any of them, each as often."""
    listed = ", ".join(f"'{value}'" for value in values)
    salt = sum(map(len, values)) * 65537 + len(values)
    turn = f"CASE WHEN %(mixed)s THEN (hashint4(g # {salt}) & 1048575) %% {len(values)} ELSE 0 END"
    return f"(ARRAY[{listed}])[1 + {turn}]"


_ORDERS = f"""
    INSERT INTO orders_order (id, number, buyer_id, seller_id, drafted_by, created_at, state, state_since, version,
        currency, usd_rate, cny_rate, goods_minor, shipping_minor, discount_minor, total_minor, cash_minor,
        coupon_minor, method_fee_minor, refunded_minor, coupon_returned_minor, fee_taken_minor, released_minor,
        released_usd_minor, rts, export, line_id, mode, platform_line, destination, address, handling_days,
        transit_min, transit_max, line_guaranteed, dispatch_days, dispatch_after, policy_id, effective_at, covered,
        can_deliver, initial_met_at,
        full_met_at, clock_started_at, first_due, dispatch_due, promise, any_parcel, buyer_extended, supplier_extended,
        platform_bears, disputed, closed_because, buyer_country, source,
        salesperson_id)
    SELECT g, (8e16::bigint + g)::text,
        (%(buyers)s::bigint[])[1 + g %% cardinality(%(buyers)s::bigint[])],
        (%(sellers)s::bigint[])[{_SELLER}],
        {_one_of("buyer", "buyer", "seller")},
        %(base)s - (%(count)s - g) * interval '1 minute',
        CASE WHEN {_IS_DUE} THEN 'awaiting_dispatch'
            ELSE {_one_of("awaiting_dispatch", "completed", "completed", "awaiting_receipt")} END,
        %(base)s, 1, {_one_of("USD", "USD", "USD", "EUR", "GBP")}, 1, 0.14,
        m.goods, 3000, 1000, m.goods + 2000, m.goods + 2000, 0, 639, 0, 0, 0, 0, 0,
        {_one_of("true", "true", "false")}::boolean, {_one_of("self", "self", "easy", "market")}, %(line)s,
        {_one_of("express", "sea", "air")}, true, {_one_of("US", "US", "DE", "GB", "FR", "CA", "AU")},
        '{{"recipient": "Harbor & Pine Outfitters", "street": "211 Alder Street", "city": "Portland"}}',
        0, 5, 7, true, 6, 'full', %(policy)s, %(base)s, true, true, %(base)s, %(base)s, %(base)s,
        d.day, d.day, d.day + 7, false, false, false, false, false, '', {_one_of("US", "DE", "GB", "FR")},
        {_one_of("direct", "direct", "search", "inquiry")},
        CASE WHEN %(mixed)s AND hashint4(g # 99991) %% 3 = 0 THEN (%(staff)s::bigint[])[{_SELLER}] END
    FROM generate_series(1, %(count)s) g
    CROSS JOIN LATERAL (SELECT ({_DUE_AT})::date - 1) d (day)
    CROSS JOIN LATERAL (
        SELECT 19300 * CASE WHEN %(mixed)s THEN 1 + (hashint4(g # 31337) & 1048575) %% 40 ELSE 1 END) m (goods)
"""
_LINES = """
    INSERT INTO orders_orderline
        (order_id, product_id, name, name_zh, unit, currency, quantity, price_minor, amount_minor)
    SELECT o.id, p.id, p.name, '', 'piece', 'USD', 100, 193, 19300 FROM orders_order o
    JOIN sellers_product p ON p.seller_id = o.seller_id
"""
_GUARANTEES = f"""
    INSERT INTO orders_guarantee (order_id, number, buyer_id, seller_id, kind, state, late_at)
    SELECT g, o.number, o.buyer_id, o.seller_id, kind, 'active', {_DUE_AT}
        + CASE WHEN kind = 'delivery' THEN interval '90 days' ELSE interval '0' END
    FROM generate_series(1, %(count)s) g JOIN orders_order o ON o.id = g, unnest(ARRAY['dispatch', 'delivery']) kind
"""
_DEADLINES = """
    INSERT INTO kernel_deadline (kind, subject_id, due_at) SELECT kind, order_id, late_at FROM orders_guarantee
"""
