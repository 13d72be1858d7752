"""Missed days, claims on them, other days agreed, and force majeure."""

from datetime import timedelta

from assurance.demo import carrier
from assurance.demo.world.deal import Deal
from assurance.demo.world.plots.course import paid
from assurance.demo.world.stage import Story
from assurance.kernel.days import start_of

# Late dispatch


def never_sent(d: Deal) -> Story:
    """Paid, due, and not dispatched: overdue, the entrance is open (DSP-4); on the third day the buyer asks."""
    yield from paid(d)
    yield d.due(3)
    d.write("buyer", "It was to leave three days ago. When will it?")


def sent_late(d: Deal) -> Story:
    """Dispatched three days late; the buyer does not claim."""
    yield from paid(d)
    yield d.due(3)
    d.dispatch()
    yield d.arrival(1)
    d.receive()


def late_claimed(d: Deal) -> Story:
    """Dispatched late; the claim waits for its review."""
    yield from paid(d)
    yield d.due(2)
    d.dispatch()
    yield d.on(1)
    d.file_claim("dispatch", "Our shop opening depended on these goods.")


def late_approved(d: Deal) -> Story:
    """The whole way to the coupon, borne by the seller (DLV-7)."""
    yield from late_claimed(d)
    yield d.on(2)
    d.approve("Dispatched after the deadline; the carrier’s first scan confirms it.")


def late_rejected(d: Deal) -> Story:
    """A claim that ops turn down although the day was missed; it stays used up (CLM-1)."""
    yield from late_claimed(d)
    yield d.on(1)
    d.reject("The buyer asked in writing to hold the goods back until the address was settled.")


# Late delivery


def delivered_late(d: Deal) -> Story:
    """Dispatched in time, nine days over the line's longest time: the entrance for delivery opens (DLV-4)."""
    yield from paid(d)
    yield d.due(0)
    d.dispatch(carrier.SLOW)


def delivered_late_claimed(d: Deal) -> Story:
    yield from paid(d)
    yield d.due(0)
    d.dispatch(carrier.SLOW)
    yield d.promised(2)
    d.file_claim("delivery", "The parcel has not arrived.")


def delivered_late_approved(d: Deal) -> Story:
    """The platform bears it: the seller dispatched in time (DLV-7)."""
    yield from delivered_late_claimed(d)
    yield d.on(3)
    d.approve("Dispatched in time, delivered after the promised day: the carrier was late.")


def both_late_approved(d: Deal) -> Story:
    """Dispatched late and delivered late: the delivery claim is the seller's to bear (DLV-7)."""
    yield from paid(d)
    yield d.due(4)
    d.dispatch(carrier.SLOW)
    yield d.promised(1)
    d.file_claim("delivery")
    yield d.on(2)
    d.approve("Delivered after the promised day; dispatch was late already.")


def told_late_rejected(d: Deal) -> Story:
    """The delivery was in time but is told only after the claim: recommended for rejection (DLV-5)."""
    yield from paid(d)
    yield d.due(-1)
    d.dispatch(carrier.SILENT)
    yield d.promised(1)
    d.file_claim("delivery", "Tracking shows nothing.")
    yield d.on(1)
    d.tell_delivered(start_of(d.promise) + timedelta(hours=14))
    yield d.on(1)
    d.reject("The carrier’s record shows delivery on the promised day.")


def lost(d: Deal) -> Story:
    """Picked up and never delivered; refunded in full at last."""
    yield from paid(d)
    yield d.due(-1)
    d.dispatch(carrier.LOST)
    yield d.on(13)
    d.apply_refund(None, "The parcel is lost; the carrier has opened a search.")
    yield d.on(2)
    d.answer_refund(agree=True, words="We agree and claim it from the carrier.")


# Another day, force majeure


def date_proposed(d: Deal) -> Story:
    """A new dispatch day is proposed and not answered yet (DSP-6)."""
    yield from paid(d)
    yield d.later(hours=20)
    d.propose(7, "The enamelling furnace is being relined; the batch is fired next week.")
    yield d.later(hours=1)
    d.write("supplier", "We are sorry for the wait. Your pieces are the first into the new furnace.")


def date_accepted(d: Deal) -> Story:
    yield from date_proposed(d)
    yield d.later(hours=9)
    d.accept()
    yield d.due(-1)
    d.dispatch()
    yield d.arrival(2)
    d.receive()


def date_refused(d: Deal) -> Story:
    yield from date_proposed(d)
    yield d.later(hours=5)
    d.refuse()
    yield d.due(0)
    d.dispatch()
    yield d.arrival(1)
    d.receive()


def date_lapsed(d: Deal) -> Story:
    """Proposed and left unanswered: the day comes, the proposal lapses, the goods leave late (DSP-6)."""
    yield from paid(d)
    yield d.due(-1)
    d.propose(1, "The forwarder has moved the pick-up by a day.")
    yield d.due(2)
    d.dispatch()
    yield d.arrival(1)
    d.receive()


def exempted(d: Deal) -> Story:
    """Force majeure: nothing is due any more (DSP-7)."""
    yield from paid(d)
    yield d.later(hours=30)
    d.exempt("Typhoon: Ningbo port closed by the harbour authority.")
    yield d.due(5)
    d.dispatch()
    yield d.arrival(1)
    d.receive()


def exempted_platform(d: Deal) -> Story:
    """Force majeure, and the platform bears what is due to the buyer (DSP-7)."""
    yield from paid(d)
    yield d.due(1, hour=8)
    d.exempt("Flooding at the consolidation warehouse of the platform’s line.", platform_bears=True)
    yield d.on(2)
    d.dispatch()
    yield d.on(1)
    d.file_claim("dispatch")
    yield d.on(2)
    d.approve("Late because of the flooding; by the exemption the platform bears it.")
