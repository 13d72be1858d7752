"""The policy's figures (POL-1) as a value that rules take. Versions live in `PolicyVersion`."""

from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Policy:
    """One version of the figures. Days are calendar days, amounts USD unless the name says otherwise."""

    compensation_percent: Decimal = Decimal(10)
    compensation_cap: Decimal = Decimal(100)
    coupon_days: int = 90
    upgrade_leave_days: int = 30
    upgrade_rejoin_days: int = 30
    entrance_days: int = 30
    review_days: int = 3
    refund_days: int = 30
    refund_answer_days: int = 3
    refund_escalate_days: int = 4
    refund_auto_days: int = 7
    scan_hours: int = 48
    promise_limit_days: int = 45
    unanswered_days: int = 30
    unpaid_days: int = 60
    unpaid_discount_days: int = 7
    amendment_days: int = 90
    easy_limit: Decimal = Decimal(10000)
    easy_campaign_limit: Decimal = Decimal(5000)
    easy_campaign_orders: int = 5
    extension_days: int = 15
    receipt_days: dict[str, int] = field(
        default_factory=lambda: {"express": 15, "air": 15, "post": 60, "land": 30, "sea": 45}
    )
    method_fee_percent: dict[str, Decimal] = field(
        default_factory=lambda: {
            "visa": Decimal("3.00"),
            "mastercard": Decimal("3.00"),
            "paypal": Decimal("3.40"),
            "apple_pay": Decimal("3.00"),
            "google_pay": Decimal("3.00"),
            "e_checking": Decimal("0.80"),
            "boleto": Decimal("2.50"),
            "pay_later": Decimal("1.50"),
            "tt": Decimal("0.00"),
        }
    )
    quiet_days: int = 180
    temporary_days: int = 15
    activate_lock_days: int = 30
    reapply_days: int = 90
    rate_days: int = 90
    star_rts_products: int = 100
    star_rts_days: int = 7
    star_small_quick: int = 50

    @classmethod
    def from_figures(cls, figures: dict[str, Any], base: "Policy | None" = None) -> "Policy":
        """Figures as stored or read from a file, over a base. ValueError names an unknown figure."""
        known = {f.name: f for f in fields(cls)}
        unknown = sorted(set(figures) - set(known))
        if unknown:
            raise ValueError(f"no such figure: {', '.join(unknown)}")
        base = base or cls()
        return replace(base, **{name: _like(getattr(base, name), value) for name, value in figures.items()})

    def as_figures(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in asdict(self).items()}


def _like(example: Any, value: Any) -> Any:
    if isinstance(example, Decimal):
        return Decimal(str(value))
    if isinstance(example, dict):
        inner = next(iter(example.values()))
        return {**example, **{key: _like(inner, item) for key, item in value.items()}}
    if isinstance(value, bool) or int(value) != value:
        raise ValueError(f"not a whole number: {value}")
    return int(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, Decimal) else value
