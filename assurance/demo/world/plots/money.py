"""Refunds, T/T and payment in parts, and spending the coupon on a second order."""

from assurance.demo.world import pictures
from assurance.demo.world.deal import Deal
from assurance.demo.world.plots.course import completed, on_its_way, paid, sent_to_buyer, unpaid
from assurance.demo.world.stage import Story
from assurance.kernel.money import Money

# Refunds


def refunded_before_dispatch(d: Deal) -> Story:
    """Both agree before the deadline: the guarantees end undecided (RFD-3)."""
    yield from paid(d)
    yield d.later(hours=8)
    d.apply_refund(None, "Ordered twice by mistake.")
    yield d.later(hours=14)
    d.answer_refund(agree=True, words="Not packed yet, no problem.")


def refunded_in_part(d: Deal) -> Story:
    yield from completed(d)
    yield d.on(2)
    d.apply_refund(15, "Six pieces arrived chipped.")
    yield d.on(1)
    d.answer_refund(agree=True, words="Sorry for that; the packing is changed.")


def refund_asked(d: Deal) -> Story:
    """An application that the supplier has not answered; by itself it comes before ops on day 7 (RFD-2)."""
    yield from on_its_way(d)
    yield d.due(0)
    d.apply_refund(30, "The photo of the packed goods shows another glaze than I ordered.", pictures.glazes())


def refund_refused(d: Deal) -> Story:
    yield from refund_asked(d)
    yield d.on(1)
    d.answer_refund(agree=False, words="The glaze varies, as the product page says.")


def refund_escalated(d: Deal) -> Story:
    yield from refund_refused(d)
    yield d.later(hours=2)
    d.counter_refund(20, "As a courtesy: a fifth.")
    yield d.later(hours=1)
    d.decline_offer("A fifth is not what the glaze is worth.")
    yield d.on(3)
    d.escalate_refund()


def refund_ruled(d: Deal) -> Story:
    yield from refund_escalated(d)
    yield d.on(2)
    d.rule_refund(50, "The page mentions variation, its pictures do not show it: half.")


# T/T and payment in parts


def drafted_in_parts(d: Deal) -> Story:
    """Drafted with 30% initial payment; dispatch days count from full payment, so the guarantee is pending."""
    yield from sent_to_buyer(d)
    yield d.later(hours=6)
    d.confirm("buyer")
    yield d.later()
    d.pay()


def drafted_and_paid(d: Deal) -> Story:
    yield from drafted_in_parts(d)
    yield d.on(2)
    d.pay()
    yield d.later(hours=3)
    d.write("buyer", "Please put our label on the inner boxes as well.")
    yield d.later(hours=2)
    d.write("supplier", "We will; the artwork you sent last time is used.")
    yield d.on(1)
    d.show_production("making", "The first half is fired.", pictures.bench())
    yield d.due(-1)
    d.write("supplier", "Packed as you asked; the carrier comes today.", pictures.cartons())
    d.dispatch()
    yield d.arrival(1)
    d.receive()
    yield d.on(1)
    d.review((5, 5, 4), "Even glaze, packed well. One box was scuffed.")
    yield d.on(1)
    d.reply("Thank you; the next boxes get a second layer.")


def wired(d: Deal) -> Story:
    """T/T for everything: the money has arrived and waits for the seller to associate it (PAY-2)."""
    yield from unpaid(d)
    yield d.later()
    d.begin_payment(method="tt")
    yield d.on(2)
    d.wire(d.order.total)


def transfer_asked(d: Deal) -> Story:
    """T/T is chosen, and the money is on its way: a statement may bring it (PAY-2)."""
    yield from unpaid(d)
    yield d.later()
    d.begin_payment(method="tt")


def transfer_too_late(d: Deal) -> Story:
    """Cancelled while the money was on its way: the statement brings it for a closed order (ORD-3)."""
    yield from transfer_asked(d)
    yield d.later(hours=3)
    d.cancel("buyer")


def wired_and_sent(d: Deal) -> Story:
    yield from wired(d)
    yield d.later(hours=5)
    d.associate()
    yield d.due(-1)
    d.dispatch()
    yield d.arrival(2)
    d.receive()


def wired_too_much(d: Deal) -> Story:
    """T/T for more than the contract: what is beyond it is marked for return (PAY-2)."""
    yield from unpaid(d)
    yield d.later()
    d.begin_payment(method="tt")
    yield d.on(2)
    d.wire(d.order.total + Money(40, "USD"))
    yield d.later(hours=2)
    d.associate()
    yield d.due(-1)
    d.dispatch()


def wired_short(d: Deal) -> Story:
    """The initial payment arrives short: the seller is to confirm it or to ask for the rest (PAY-2)."""
    yield from sent_to_buyer(d)
    yield d.later(hours=4)
    d.confirm("buyer")
    yield d.later()
    d.begin_payment(method="tt")
    yield d.on(2)
    d.wire(d.order.initial - Money(25, "USD"))
    yield d.later(hours=3)
    d.associate()


def wired_short_rest_asked(d: Deal) -> Story:
    yield from wired_short(d)
    yield d.later(hours=2)
    d.ask_for_rest()


def wired_short_accepted(d: Deal) -> Story:
    yield from wired_short(d)
    yield d.later(hours=2)
    d.accept_short()


def wired_too_late(d: Deal) -> Story:
    """Money for an order that was cancelled meanwhile: marked for return (ORD-3)."""
    yield from unpaid(d)
    yield d.later()
    d.begin_payment(method="tt")
    yield d.on(3)
    d.cancel("buyer")
    yield d.on(1)
    d.wire(d.order.total)


# Spending a coupon: a second order, with another seller


def reserved_on(second: Deal, first: Deal) -> Story:
    """The coupon of the first order is chosen for the second one, which is not paid yet (CPN-4)."""
    second.at = first.at
    yield second.on(1)
    second.start()
    yield second.later()
    second.begin_payment(first.coupon)


def spent_on(second: Deal, first: Deal) -> Story:
    """Spent: the second seller is paid in two amounts, the first one's recovery is due (PAY-3, REC-1)."""
    yield from reserved_on(second, first)
    second.settle()


def spent_just_now(second: Deal, first: Deal) -> Story:
    """Spent minutes ago, when the first seller had just withdrawn the balance: the recovery stays owed (REC-2)."""
    second.at = second.stage.lately(6)
    yield second.at
    second.start()
    second.pay(first.coupon)


def spent_and_sent(second: Deal, first: Deal) -> Story:
    yield from spent_on(second, first)
    yield second.due(-1)
    second.dispatch()
    yield second.arrival(1)
    second.receive()


def spent_and_refunded(second: Deal, first: Deal) -> Story:
    """The second order is refunded in full: the coupon's part returns, the recovery is reversed (CPN-6, REC-3)."""
    yield from spent_on(second, first)
    yield second.later(hours=20)
    second.apply_refund(None, "The customer cancelled.")
    yield second.later(hours=10)
    second.answer_refund(agree=True)
