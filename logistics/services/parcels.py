"""Parcels and what carriers report of them. The only writer of parcels."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel.rules import RuleViolation
from logistics.models import Parcel, TrackingEvent


def submit_parcel(*, order_id: int, carrier: str, number: str, proof_digest: str, at: datetime) -> Parcel:
    """Register a parcel of an order by its tracking number, or by the digest of its proof where it has none.

    Under the order's lock; a repeat returns the same parcel. Refused DSP-3 if the number is another order's.
    """
    if not number:
        parcel, _made = Parcel.objects.get_or_create(
            order_id=order_id, proof_digest=proof_digest, defaults={"carrier": carrier, "submitted_at": at}
        )
        return parcel
    parcel, _made = Parcel.objects.get_or_create(
        carrier=carrier, number=number, defaults={"order_id": order_id, "submitted_at": at}
    )
    if parcel.order_id != order_id:
        raise _in_use(_("This tracking number is already in use for another order."))
    return parcel


def add_number(*, parcel: Parcel, carrier: str, number: str) -> None:
    """Give a parcel the tracking number that it lacked, under the order's lock. Refused DSP-3 if it is in use."""
    parcel.carrier, parcel.number = carrier, number
    try:
        with transaction.atomic():
            parcel.save(update_fields=["carrier", "number"])
    except IntegrityError as error:
        raise _in_use(_("This tracking number is already in use for another parcel.")) from error


def _in_use(message: Any) -> RuleViolation:
    return RuleViolation("DSP-3", message, advice=_("Check the number on the waybill."), field="number")


def record_event(
    *,
    parcel: Parcel,
    kind: str,
    happened_at: datetime,
    received_at: datetime,
    counts_from: datetime,
    place: str = "",
) -> bool:
    """Keep what the carrier saw, under the order's lock; False if it was already known.

    The parcel keeps the earliest times, so any order of arrival gives the same row (DSP-3, DLV-3). Carriers use
    their numbers again: what lies before `counts_from`, the making of the order, is of another shipment.
    """
    _event, is_new = TrackingEvent.objects.get_or_create(
        parcel=parcel,
        kind=kind,
        happened_at=happened_at,
        defaults={"received_at": received_at, "place": place},
    )
    if not is_new:
        return False
    if happened_at < counts_from:
        return True
    if parcel.first_scan_at is None or happened_at < parcel.first_scan_at:
        parcel.first_scan_at = happened_at
    if kind == "delivered" and (parcel.delivered_at is None or happened_at < parcel.delivered_at):
        parcel.delivered_at = happened_at
    parcel.save(update_fields=["first_scan_at", "delivered_at"])
    return True
