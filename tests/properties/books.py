"""What must be true of the books at every moment, in sums taken from the objects and not from our own queries."""

from django.db import connection

# Everything that an act can change, in one row; sequences are left out, since a refused act may use them up.
FINGERPRINT = """
    SELECT (SELECT count(*) FROM kernel_event), (SELECT count(*) FROM notices_notice),
        (SELECT count(*) FROM ledger_transfer), {}
""".format(
    ", ".join(
        f"(SELECT sum(hashtextextended(t::text, 0)) FROM {table} t)"
        for table in (
            "orders_order",
            "orders_payment",
            "orders_bankline",
            "orders_return",
            "orders_refund",
            "orders_proposal",
            "orders_guarantee",
            "claims_claim",
            "coupons_coupon",
            "coupons_redemption",
            "coupons_recovery",
            "sellers_debt",
            "ledger_account",
            "kernel_deadline",
            "logistics_parcel",
        )
    )
)

_BALANCES = """
    WITH balance AS (
        SELECT a.kind, a.owner_id, a.currency, COALESCE(sum(e.amount_minor), 0) AS minor
        FROM ledger_account a LEFT JOIN ledger_entry e ON e.account_id = a.id GROUP BY a.id)
"""

# Each finds what must not be; the name says what is wrong with it.
FAULTS = {
    "the books do not sum to zero": """
        SELECT currency, sum(minor) FROM balance GROUP BY 1 HAVING sum(minor) <> 0""",
    "a transfer does not balance": """
        SELECT e.transfer_id FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
        GROUP BY 1, a.currency HAVING sum(e.amount_minor) <> 0""",
    "a running balance is not the sum of its entries": """
        SELECT a.id FROM ledger_account a JOIN balance b USING (kind, owner_id, currency)
        WHERE a.kind IN ('order', 'seller', 'returns') AND a.balance_minor <> b.minor""",
    "a balance is below zero": """
        SELECT kind, owner_id, minor FROM balance WHERE kind IN ('order', 'seller', 'returns') AND minor < 0""",
    "held money is not what came less what went": """
        SELECT o.id FROM orders_order o LEFT JOIN balance b
            ON b.kind = 'order' AND b.owner_id = o.id AND b.currency = o.currency
        WHERE COALESCE(b.minor, 0) <> o.cash_minor + o.coupon_minor
            - o.refunded_minor - o.coupon_returned_minor - o.released_minor""",
    "money is held for an order that is over": """
        SELECT o.id, o.state, b.minor FROM orders_order o JOIN balance b ON b.kind = 'order' AND b.owner_id = o.id
        WHERE b.minor <> 0 AND (o.state = 'closed' OR (o.state = 'completed' AND NOT o.disputed))""",
    "more is refunded than was paid, or than its applications say": """
        SELECT o.id FROM orders_order o LEFT JOIN orders_refund r ON r.order_id = o.id
        GROUP BY o.id HAVING o.refunded_minor > o.cash_minor
            OR o.refunded_minor <> COALESCE(sum(r.paid_minor), 0)""",
    "cash on the outside accounts is not what orders show": """
        SELECT currency, sum(minor) FROM (
            SELECT currency, minor FROM balance WHERE kind IN ('gateway', 'bank', 'returns')
            UNION ALL
            SELECT currency, cash_minor + method_fee_minor - refunded_minor FROM orders_order) AS all_cash
        GROUP BY 1 HAVING sum(minor) <> 0""",
    "more went back one way than came by it": """
        SELECT order_id, way, sum(minor) FROM (
            SELECT order_id, 'bank' AS way, amount_minor AS minor FROM orders_bankline WHERE state = 'associated'
            UNION ALL SELECT order_id, 'gateway', cash_minor + fee_minor FROM orders_payment
                WHERE state = 'succeeded' AND method <> 'tt'
            UNION ALL SELECT id, 'gateway', -method_fee_minor FROM orders_order
            UNION ALL SELECT order_id, channel, -amount_minor FROM orders_return
                WHERE reference LIKE 'bank:%' OR reference LIKE 'payment:%'
            UNION ALL SELECT r.order_id, a.kind, -e.amount_minor FROM orders_refund r
                JOIN ledger_transfer t ON t.reference = 'refund:' || r.id
                JOIN ledger_entry e ON e.transfer_id = t.id JOIN ledger_account a ON a.id = e.account_id
                WHERE a.kind IN ('bank', 'gateway')) AS moved
        GROUP BY 1, 2 HAVING sum(minor) < 0""",
    "what waits to go back is not what is noted": """
        SELECT currency, sum(minor) FROM (
            SELECT currency, minor FROM balance WHERE kind = 'returns'
            UNION ALL SELECT currency, -amount_minor FROM orders_return WHERE returned_at IS NULL) AS waiting
        GROUP BY 1 HAVING sum(minor) <> 0""",
    "fees are not what orders show": """
        SELECT currency, sum(minor) FROM (
            SELECT currency, minor FROM balance WHERE kind = 'service_fee'
            UNION ALL SELECT currency, -fee_taken_minor FROM orders_order) AS fees
        GROUP BY 1 HAVING sum(minor) <> 0""",
    "what coupons cost the platform is not their uses less returns and recoveries": """
        SELECT 1 WHERE
            (SELECT COALESCE(sum(minor), 0) FROM balance WHERE kind = 'coupons')
            <> (SELECT COALESCE(sum(taken_minor), 0) FROM sellers_debt WHERE rule = 'REC-1')
               - (SELECT COALESCE(sum(used_minor), 0) FROM coupons_redemption WHERE returned_at IS NULL)""",
    "what the platform stands in for is not what sellers owe": """
        SELECT 1 WHERE (SELECT COALESCE(sum(minor), 0) FROM balance WHERE kind = 'advances')
            <> -(SELECT COALESCE(sum(open_minor), 0) FROM sellers_debt WHERE rule = 'PAY-4')""",
    "a seller owes and has a balance": """
        SELECT b.owner_id, b.minor FROM balance b WHERE b.kind = 'seller' AND b.minor > 0
            AND EXISTS (SELECT FROM sellers_debt d WHERE d.seller_id = b.owner_id AND d.open_minor > 0)""",
    "a seller's balance is not what was earned, paid in and out, and taken": """
        SELECT s.id FROM sellers_seller s LEFT JOIN balance b ON b.kind = 'seller' AND b.owner_id = s.id
        WHERE COALESCE(b.minor, 0)
            <> (SELECT COALESCE(sum(released_usd_minor), 0) FROM orders_order WHERE seller_id = s.id)
               - (SELECT COALESCE(sum(taken_minor) FILTER (WHERE rule = 'REC-1'), 0)
                      - COALESCE(sum(open_minor) FILTER (WHERE rule = 'PAY-4'), 0)
                  FROM sellers_debt WHERE seller_id = s.id)
               - (SELECT COALESCE(sum(e.amount_minor), 0) FROM ledger_entry e
                  JOIN ledger_account a ON a.id = e.account_id JOIN ledger_transfer t ON t.id = e.transfer_id
                  WHERE a.kind = 'outside' AND t.cause = 'seller' AND t.cause_id = s.id)""",
    "a coupon and its use do not agree": """
        SELECT c.id FROM coupons_coupon c LEFT JOIN coupons_redemption r ON r.coupon_id = c.id
        WHERE (c.state = 'redeemed') <> (r.id IS NOT NULL) OR r.used_minor > c.face_minor""",
    "a coupon is held by an order that is over": """
        SELECT c.id FROM coupons_coupon c JOIN orders_order o ON o.id = c.reserved_order_id
        WHERE o.closed_at IS NOT NULL""",
    "a use is not what its order shows": """
        SELECT o.id FROM orders_order o LEFT JOIN coupons_redemption r ON r.order_id = o.id
        WHERE (o.coupon_minor > 0) <> (r.id IS NOT NULL)
            OR (r.returned_at IS NOT NULL) <> (o.coupon_returned_minor > 0)""",
    "a recovery does not follow the use of a coupon that a seller bears": """
        SELECT r.id FROM coupons_redemption r JOIN coupons_coupon c ON c.id = r.coupon_id
        LEFT JOIN coupons_recovery v ON v.redemption_id = r.id LEFT JOIN sellers_debt d ON d.id = v.debt_id
        WHERE (c.bearer_id IS NOT NULL) <> (v.id IS NOT NULL)
            OR (v.id IS NOT NULL AND (d.seller_id <> c.bearer_id OR d.since < r.redeemed_at
                OR d.amount_minor <> r.used_minor OR (v.reversed_at IS NOT NULL) <> (r.returned_at IS NOT NULL)
                OR d.taken_minor + d.open_minor
                    <> CASE WHEN v.reversed_at IS NULL THEN r.used_minor ELSE 0 END))""",
    "a claim and its coupon do not agree": """
        SELECT m.id FROM claims_claim m LEFT JOIN coupons_coupon c ON c.from_order_id = m.order_id
        GROUP BY m.id HAVING count(c.id) <> CASE m.state WHEN 'approved' THEN 1 ELSE 0 END""",
    "an order was claimed twice": """
        SELECT order_id FROM claims_claim GROUP BY 1 HAVING count(*) > 1""",
}


_ALL = _BALANCES + " UNION ALL ".join(
    f"SELECT '{what.replace(chr(39), chr(39) * 2)}', f::text FROM ({sql}) AS f"
    for what, sql in FAULTS.items()
)


def faults() -> list[tuple[str, str]]:
    """Everything that is wrong: what, and where; empty when the house stands."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL)
        return cursor.fetchall()


def fingerprint() -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(FINGERPRINT)
        return tuple(cursor.fetchone())


def commit() -> None:
    """What the database checks when a transaction commits, checked now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
