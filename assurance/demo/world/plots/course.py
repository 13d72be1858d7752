"""How an order is made and, mostly, how it goes well."""

from assurance.demo import carrier
from assurance.demo.world.deal import Deal
from assurance.demo.world.stage import Story

# Before payment


def unpaid(d: Deal) -> Story:
    """Started and never paid: it closes after 60 days (ORD-3)."""
    yield d.at
    d.start()


def intent(d: Deal) -> Story:
    """Goods made to order: the supplier never answers, so it closes after 30 days (ORD-3)."""
    yield d.at
    d.start()


def intent_confirmed(d: Deal) -> Story:
    """Goods made to order, confirmed and paid, dispatched in time."""
    yield from intent(d)
    yield d.on(1)
    d.confirm("supplier")
    yield d.on(2)
    d.pay()
    yield d.due(-3)
    d.dispatch()
    yield d.arrival(2)
    d.receive()


def changed_by_supplier(d: Deal) -> Story:
    """Goods made to order: the supplier asks for a larger run and more time, and the buyer has not answered."""
    yield from intent(d)
    yield d.on(1)
    d.change(more=2, dispatch_days=20)


def changed_and_agreed(d: Deal) -> Story:
    """The same, confirmed and paid by the buyer."""
    yield from changed_by_supplier(d)
    yield d.on(1)
    d.confirm("buyer")
    yield d.later(2)
    d.pay()


def declined_terms(d: Deal) -> Story:
    yield from intent(d)
    yield d.on(1)
    d.decline("supplier", "terms", "The quantity is below what one print run takes.")


def declined_refusal(d: Deal) -> Story:
    yield from intent(d)
    yield d.on(2)
    d.decline("supplier", "refusal", "We are fully booked this season.")


def cancelled(d: Deal) -> Story:
    yield from unpaid(d)
    yield d.on(2)
    d.cancel("buyer")


def kept_as_draft(d: Deal) -> Story:
    yield d.at
    d.draft(send=False)


def sent_to_buyer(d: Deal) -> Story:
    """Drafted by the supplier; the buyer has not answered."""
    yield d.at
    d.draft(initial=True)


def declined_by_buyer(d: Deal) -> Story:
    yield from sent_to_buyer(d)
    yield d.on(3)
    d.decline("buyer", "terms", "Shipping costs more than we agreed by e-mail.")


def payment_failed(d: Deal) -> Story:
    yield from unpaid(d)
    yield d.later()
    d.begin_payment()
    d.settle("failed")


def payment_pending(d: Deal) -> Story:
    yield from unpaid(d)
    yield d.later()
    d.begin_payment(method="boleto" if d.buyer.country == "BR" else "e_checking")
    d.settle("pending")


# The good course


def paid(d: Deal) -> Story:
    """Started and paid within the hour; the supplier has yet to dispatch."""
    yield from unpaid(d)
    yield d.later()
    d.pay()


def paid_at_second_try(d: Deal) -> Story:
    yield from payment_failed(d)
    yield d.later(hours=2)
    d.method = "paypal"
    d.pay()


def completed_after_second_try(d: Deal) -> Story:
    yield from paid_at_second_try(d)
    yield d.due(-1)
    d.dispatch()
    yield d.arrival(1)
    d.receive()


def on_its_way(d: Deal) -> Story:
    """Dispatched two days before the deadline; nobody confirms, receipt is taken as given (ORD-8)."""
    yield from paid(d)
    yield d.due(-2)
    d.dispatch()


def completed(d: Deal) -> Story:
    yield from on_its_way(d)
    yield d.arrival(1)
    d.receive()


def scanned_late(d: Deal) -> Story:
    """The first scan comes after 48 hours: the submission counts (DSP-3)."""
    yield from paid(d)
    yield d.due(-1)
    d.dispatch(carrier.UNSCANNED)
    yield d.arrival(1)
    d.receive()


def being_verified(d: Deal) -> Story:
    """Submitted on the last evening and not scanned: unknown for 48 hours (DSP-3)."""
    yield from paid(d)
    yield d.due(0, hour=19)
    d.dispatch(carrier.SILENT)


def partly_sent(d: Deal) -> Story:
    """One parcel of two is on its way; the second one follows after ten days."""
    yield from paid(d)
    yield d.due(-2)
    d.dispatch(last=False)
    yield d.on(10)
    d.dispatch()


def extended(d: Deal) -> Story:
    """The buyer puts automatic receipt off (ORD-8)."""
    yield from on_its_way(d)
    yield d.on(9)
    d.extend("buyer")


def address_moved(d: Deal) -> Story:
    """The buyer changes the address after payment, which ends the delivery guarantee (DLV-6)."""
    yield from paid(d)
    yield d.later(hours=3)
    d.move_address("Warehouse B, Gate 4")
    yield d.due(-1)
    d.dispatch()
    yield d.arrival(2)
    d.receive()
