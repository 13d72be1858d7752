"""Jobs over coupons' deadlines (CPN-2). Safe to run late, twice and beside themselves."""

from datetime import datetime

from assurance.kernel import deadlines
from coupons import services


def expire_coupons(at: datetime, batch: int = 500) -> int:
    """Mark coupons void whose last day is over."""
    return deadlines.one_by_one(services.VOID, at, batch, lambda pk: services.expire(coupon_id=pk, at=at))


def warn_of_expiry(at: datetime, batch: int = 500) -> int:
    """Tell owners of coupons that soon end."""
    return deadlines.one_by_one(
        services.EXPIRING, at, batch, lambda pk: services.warn_expiring(coupon_id=pk, at=at)
    )
