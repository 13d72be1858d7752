"""Submitting parcels, and what the carriers report of them (DSP-3, DLV-3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel import uploads
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.rules import RuleViolation
from assurance.kernel.uploads import Upload
from logistics import services as logistics
from logistics.models import Parcel
from logistics.queries.parcels import is_known
from orders.models import Order, Purpose
from orders.rules import lifecycle, terms
from orders.services import book, elapse, files
from orders.services.elapse import locked

CLOCK_SKEW = timedelta(minutes=5)


@transaction.atomic
def dispatch(
    *,
    order_id: int,
    carrier: str,
    number: str,
    last: bool,
    at: datetime,
    proof: Sequence[Upload] = (),
    actor: Actor = PLATFORM,
) -> Parcel:
    """Submit a parcel by its tracking number, or "" and proof; with `last`, the order is wholly submitted and

    awaits receipt. Refused STA-1, ORD-6 (easy dispatch without proof), DSP-3 (neither number nor proof, or a
    number in use). The same number, or the same proof without one, is the same parcel and changes nothing, unless
    it is now said to be the last.
    """
    order = locked(order_id, at)
    proof_digest = "" if number else uploads.digest(proof)
    known = _known(order_id, carrier, number, proof_digest)
    if known is not None and (order.submitted_at is not None or not last):
        return known
    lifecycle.check_allows(order.state, "dispatch")
    if last:
        terms.check_proof(order.export, has_proof=bool(proof) or _has_proof(order))
    terms.check_identified(number, has_proof=bool(proof))
    parcel = logistics.submit_parcel(
        order_id=order_id, carrier=carrier, number=number, proof_digest=proof_digest, at=at
    )
    if proof and (known is None or number):
        files.keep(order, Purpose.PROOF, parcel.pk, proof, at=at, actor=actor)
    order.any_parcel = True
    if last:
        order.submitted_at = at
        book.end_proposals(order, at, "lapsed")
    book.move(order, lifecycle.AWAITING_RECEIPT if last else lifecycle.PARTLY_DISPATCHED, at)
    book.record(
        order,
        "parcel_submitted",
        at=at,
        actor=actor,
        rules=("DSP-3",),
        carrier=carrier,
        number=number,
        last=last,
    )
    book.settle(order, at)
    if last:
        book.tell_buyer(order, "order_dispatched", at)
    return parcel


def _known(order_id: int, carrier: str, number: str, proof_digest: str) -> Parcel | None:
    """The parcel that is submitted again; none if it is new, or nothing says which it is."""
    mine = Parcel.objects.filter(order_id=order_id)
    if number:
        return mine.filter(carrier=carrier, number=number).first()
    return mine.filter(proof_digest=proof_digest).first() if proof_digest else None


@transaction.atomic
def add_number(
    *, order_id: int, parcel_id: int, carrier: str, number: str, at: datetime, actor: Actor = PLATFORM
) -> Parcel:
    """Give a parcel that was submitted with proof alone its tracking number: the carrier's scans count from then

    on, against the submission of the proof. Refused STA-1, DSP-3; Parcel.DoesNotExist for another order's.
    The same number again changes nothing.
    """
    order = locked(order_id, at)
    parcel = Parcel.objects.get(pk=parcel_id, order_id=order_id)
    if (parcel.carrier, parcel.number) == (carrier, number):
        return parcel
    lifecycle.check_allows(order.state, "number")
    terms.check_unnumbered(parcel.number)
    logistics.add_number(parcel=parcel, carrier=carrier, number=number)
    book.record(
        order, "parcel_numbered", at=at, actor=actor, rules=("DSP-3",), carrier=carrier, number=number
    )
    book.tell_buyer(order, "parcel_numbered", at, carrier=carrier, parcel=number)
    return parcel


def _has_proof(order: Order) -> bool:
    """Whether one was sent with an earlier parcel; asked only where it matters."""
    return order.export != terms.EASY or order.attachments.filter(purpose=Purpose.PROOF).exists()


@transaction.atomic
def track(
    *, carrier: str, number: str, kind: str, happened_at: datetime, at: datetime, place: str = ""
) -> bool:
    """Take in what a carrier saw; `at` is when the message arrives. False if it was already known.

    Refused DSP-3 for an unknown parcel and for an event from the future.
    """
    parcel = Parcel.objects.filter(carrier=carrier, number=number).first() if number else None
    if parcel is None:
        raise RuleViolation("DSP-3", _("No parcel has this tracking number."), conflict=False, field="number")
    if happened_at > at + CLOCK_SKEW:
        raise RuleViolation("DSP-3", _("The event is in the future."), conflict=False, field="happened_at")
    if is_known(parcel, kind, happened_at):
        return False
    order = locked(parcel.order_id, at)
    parcel.refresh_from_db()
    is_new = logistics.record_event(
        parcel=parcel,
        kind=kind,
        happened_at=happened_at,
        received_at=at,
        counts_from=order.created_at,
        place=place,
    )
    if is_new:
        book.settle(order, at)
        elapse.catch_up(order, at)  # the event may show that receipt has been due
    return is_new
