"""What each notice says, in the language that is active: for the inbox and for e-mail alike.

A kind may go to both sides of an order; `data["side"]` says whose eyes read it, and each side has words
of its own, because a late order asks one thing of the supplier and offers another to the buyer.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import day_of, plus
from assurance.kernel.money import USD, Money
from assurance.kernel.wording import day_text, instant_text, money_text
from assurance.notices.models import Notice
from assurance.ui.wording import last_moment

BUYER, SELLER = "buyer", "seller"


@dataclass(frozen=True)
class Words:
    """A notice to one side; lazy translations with named placeholders."""

    title: Any
    body: Any


_ORDER_CLOSED = {
    "unanswered": _("It was closed because it was not answered in time. Nothing has been charged."),
    "unpaid": _("It was closed because it was not paid in time. Nothing has been charged."),
    "declined": _("It was declined. Nothing has been charged."),
    "cancelled": _("It was cancelled before payment. Nothing has been charged."),
    "refunded": _("It was refunded in full."),
}
_GUARANTEES = {"dispatch": _("late dispatch"), "delivery": _("late delivery")}

_EXPORTS = {
    "export_finished": Words(
        _("Your export of orders is ready"),
        _("%(format)s, number of orders: %(orders)s. It is kept for 7 days from your request."),
    ),
    "export_failed": Words(
        _("Your export of orders failed"),
        _("Something went wrong on our side, three times. Request it again, or narrow the list first."),
    ),
}

_TO_BUYER = {
    **_EXPORTS,
    "order_to_confirm": Words(
        _("Order %(number)s waits for you to confirm it"),
        _("The supplier drafted it for you. Read its terms, then confirm and pay, or decline."),
    ),
    "contract_changed": Words(
        _("The supplier changed order %(number)s"),
        _("Look at what has changed, then confirm and pay, or decline."),
    ),
    "order_confirmed": Words(
        _("The supplier confirmed order %(number)s"),
        _("You can pay it now; the supplier prepares it after that."),
    ),
    "order_closed": Words(_("Order %(number)s is closed"), _("%(because)s")),
    "payment_failed": Words(
        _("The payment for order %(number)s failed"),
        _("Nothing was charged, and a coupon chosen for it is free again. Try another payment method."),
    ),
    "short_accepted": Words(
        _("Order %(number)s: the initial payment is accepted"),
        _("The supplier accepts the amount received; the rest is added to the balance."),
    ),
    "rest_asked": Words(
        _("Order %(number)s: the rest of the initial payment is asked for"),
        _("The supplier starts once the initial payment is complete."),
    ),
    "order_dispatched": Words(
        _("Order %(number)s is on its way"),
        _("All parcels are handed over. Follow them on the order’s page."),
    ),
    "parcel_numbered": Words(
        _("Order %(number)s can be tracked"),
        _("The supplier gave a parcel its tracking number: %(carrier)s %(parcel)s."),
    ),
    "dispatch_overdue": Words(
        _("Order %(number)s is overdue"),
        _("It was due to be dispatched by %(until)s. You can make a claim now, also after it is dispatched."),
    ),
    "delivery_late": Words(
        _("Order %(number)s did not arrive by the promised day"),
        _("It was due to arrive by %(until)s. You can make a claim now; the order’s page says until when."),
    ),
    "order_received_automatically": Words(
        _("Order %(number)s: receipt confirmed automatically"),
        _(
            "The time for receipt is over. If something is wrong, apply for a refund; the order’s page says until when."
        ),
    ),
    "receipt_extended": Words(
        _("Order %(number)s: receipt time extended"),
        _("The supplier postponed automatic receipt by 15 days."),
    ),
    "date_proposed": Words(
        _("Order %(number)s: another dispatch day is proposed"),
        _("The supplier asks to dispatch by %(day)s. Nothing changes unless you accept."),
    ),
    "order_exempted": Words(
        _("Order %(number)s is exempted"),
        _("Force majeure holds up this order. Its page says what that means for you."),
    ),
    "claim_approved": Words(
        _("Your claim on order %(number)s is approved"), _("A coupon has been added to your coupons.")
    ),
    "claim_rejected": Words(
        _("Your claim on order %(number)s is rejected"), _("The reason is on the order’s page.")
    ),
    "refund_refused": Words(
        _("Order %(number)s: the supplier refused the refund"),
        _("You can escalate it to the platform from day 4; on day 7 this happens automatically."),
    ),
    "production_shown": Words(
        _("Order %(number)s: see the production progress"),
        _("The supplier added to its production updates."),
    ),
    "review_replied": Words(
        _("Order %(number)s: the supplier replied to your review"), _("The reply is shown below it.")
    ),
    "message_received": Words(
        _("Order %(number)s: the supplier wrote to you"), _("Read and answer it in the order’s messages.")
    ),
    "refund_countered": Words(
        _("Order %(number)s: the supplier offers %(amount)s"),
        _("Accept it and it is paid at once, or decline. Your application for a refund stands meanwhile."),
    ),
    "refund_evidence": Words(
        _("Order %(number)s: the supplier added to the refund"),
        _("The supplier’s comment or files are on the refund’s page."),
    ),
    "refund_ruled": Words(
        _("Order %(number)s: the platform decided on the refund"), _("The reason is on the order’s page.")
    ),
    "refunded": Words(
        _("%(amount)s refunded for order %(number)s"), _("The money goes back the way it was paid.")
    ),
    "money_returned": Words(
        _("%(amount)s is on its way back to you"),
        _("It did not count toward order %(number)s and was returned the way it came."),
    ),
    "coupon_issued": Words(
        _("A coupon of %(face)s is yours"), _("Use it once on an order with any supplier; no minimum.")
    ),
    "coupon_expiring": Words(
        _("Your coupon of %(face)s ends soon"), _("It can be used through %(last_day)s, with any supplier.")
    ),
}

_TO_SELLER = {
    **_EXPORTS,
    "order_started": Words(
        _("New order %(number)s"), _("A buyer started it. Its page says what comes next and by when.")
    ),
    "order_confirmed": Words(
        _("The buyer confirmed order %(number)s"), _("Waiting for the buyer’s payment.")
    ),
    "order_closed": Words(_("Order %(number)s is closed"), _("%(because)s")),
    "order_paid": Words(
        _("%(amount)s paid on order %(number)s"),
        _("The money is held until receipt. The dispatch deadline is on the order’s page."),
    ),
    "funds_early": Words(
        _("%(amount)s arrived for order %(number)s"),
        _(
            "The order is not agreed yet. The money waits on the bank statement; "
            "associate it once both sides have agreed."
        ),
    ),
    "funds_waiting": Words(
        _("%(amount)s arrived for order %(number)s"),
        _("It is on the bank statement. Associate it, and it counts toward the order."),
    ),
    "dispatch_near": Words(
        _("Dispatch order %(number)s by tomorrow"),
        _("It is due by the end of %(due)s and nothing is submitted yet."),
    ),
    "dispatch_overdue": Words(
        _("Order %(number)s is overdue"),
        _("It was due to be dispatched by %(until)s. The buyer can make a claim now; dispatch it soon."),
    ),
    "delivery_late": Words(
        _("Order %(number)s did not arrive by the promised day"),
        _("It was due to arrive by %(until)s. The buyer can make a claim now."),
    ),
    "order_received": Words(
        _("The buyer received order %(number)s"),
        _("Its money is released to your balance less the service fee."),
    ),
    "receipt_extended": Words(
        _("Order %(number)s: receipt time extended"), _("The buyer postponed automatic receipt by 15 days.")
    ),
    "address_changed": Words(
        _("Order %(number)s: the buyer changed the address"),
        _("Send what has not left yet to the new address."),
    ),
    "date_accepted": Words(
        _("Order %(number)s: the buyer accepted the new dispatch day"),
        _("It is now due by the end of %(day)s."),
    ),
    "date_refused": Words(
        _("Order %(number)s: the buyer refused the new dispatch day"), _("The agreed day stands.")
    ),
    "date_lapsed": Words(
        _("Order %(number)s: the buyer did not answer to the new dispatch day"),
        _("You proposed %(day)s; the agreed day stands."),
    ),
    "order_exempted": Words(
        _("Order %(number)s is exempted"),
        _("Force majeure holds up this order. It gives no points and leaves your rate alone."),
    ),
    "money_released": Words(
        _("%(amount)s released to your balance"),
        _("For order %(number)s, less the service fee. Open debts are taken first."),
    ),
    "claim_filed": Words(
        _("Claim on order %(number)s"),
        _("The buyer claims for %(guarantee)s. The platform reviews it within 3 days."),
    ),
    "claim_approved": Words(
        _("The claim on order %(number)s is approved"),
        _("The buyer got a coupon. The order’s page says who bears it; you pay nothing before it is used."),
    ),
    "claim_rejected": Words(
        _("The claim on order %(number)s is rejected"), _("Nothing is recovered from you for it.")
    ),
    "refund_applied": Words(
        _("Order %(number)s: the buyer applies for a refund"),
        _("Answer within 3 days. The order’s money is not released meanwhile."),
    ),
    "order_reviewed": Words(
        _("Order %(number)s: the buyer wrote a review"),
        _("It is shown on the product’s page. You can reply to it once."),
    ),
    "message_received": Words(
        _("Order %(number)s: the buyer wrote to you"), _("Read and answer it in the order’s messages.")
    ),
    "refund_declined": Words(
        _("Order %(number)s: the buyer declined your offer"),
        _("The application stands. You can offer another amount or agree until it goes to the platform."),
    ),
    "refund_withdrawn": Words(
        _("Order %(number)s: the application for a refund is withdrawn"), _("The order goes on as before.")
    ),
    "refund_evidence": Words(
        _("Order %(number)s: the buyer added to the refund"),
        _("The buyer’s comment or files are on the order’s page."),
    ),
    "refund_escalated": Words(
        _("Order %(number)s: the refund has been escalated to the platform"),
        _("The platform decides; you will be told."),
    ),
    "refunded": Words(
        _("%(amount)s refunded for order %(number)s"),
        _("It was paid from the money held, else from your balance; what that lacks is a debt."),
    ),
    "recovery_taken": Words(
        _("%(amount)s recovered from your balance"),
        _("A buyer used the coupon that was issued for your late order."),
    ),
    "recovery_owed": Words(
        _("Recovery of %(amount)s, %(open)s of it still open"),
        _("A buyer used the coupon for your late order. The rest is taken from your next credits."),
    ),
    "qualification_opened": Words(
        _("Trade Assurance is open for your shop"),
        _("Buyers can order from you now. Next: offer products and join the upgrade service."),
    ),
    "recovery_reversed": Words(
        _("A recovery is reversed"),
        _("The order paid with the coupon was refunded in full: what was taken is back on your balance."),
    ),
}

_TABLES = {BUYER: _TO_BUYER, SELLER: _TO_SELLER}
KINDS = frozenset(_TO_BUYER) | frozenset(_TO_SELLER)


def words(notice: Notice) -> tuple[str, str, str]:
    """Title, body and the address of the page it is about. KeyError for a kind that has no words."""
    side = side_of(notice)
    said = _TABLES[side][notice.kind]
    values = _values(notice)
    return str(said.title) % values, str(said.body) % values, _page(notice, side)


def side_of(notice: Notice) -> str:
    """Whose notice it is: named by the notice where both sides get its kind, else by the kind."""
    side = notice.data.get("side", "")
    if side in _TABLES:
        return str(side)
    return BUYER if notice.kind in _TO_BUYER else SELLER


def _values(notice: Notice) -> dict[str, str]:
    data = notice.data
    values = {
        "number": data.get("number", ""),
        "carrier": data.get("carrier", ""),
        "parcel": data.get("parcel", ""),
        "format": data.get("format", ""),
        "orders": f"{data.get('orders', 0):,}",
        "until": instant_text(last_moment(notice.happened_at)),
        "due": day_text(plus(day_of(notice.happened_at), 1)),
        "because": str(_ORDER_CLOSED.get(data.get("because", ""), "")),
        "guarantee": str(_GUARANTEES.get(data.get("guarantee", ""), "")),
    }
    for name in ("amount", "open", "face"):
        if name in data:
            values[name] = money_text(Money(data[name], data.get("currency", USD)))
    for name in ("day", "last_day"):
        if name in data:
            values[name] = day_text(date.fromisoformat(data[name]))
    return values


def _page(notice: Notice, side: str) -> str:
    if notice.about == "seller":
        return reverse("ma:home")
    if notice.about == "coupon":
        return reverse("coupons:list") if side == BUYER else reverse("ma:funds")
    if notice.kind == "export_finished":
        return reverse("orders:export_file", args=[notice.data["key"]])
    if notice.kind == "export_failed":
        return reverse("orders:exports" if side == BUYER else "ma:exports")
    if notice.kind == "production_shown":
        return reverse("orders:production", args=[notice.data["number"]])
    if notice.kind == "message_received":
        return reverse("orders:messages" if side == BUYER else "ma:messages", args=[notice.data["number"]])
    return reverse("orders:detail" if side == BUYER else "ma:order", args=[notice.data["number"]])
