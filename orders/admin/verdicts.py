"""What becomes of a statement's line, in words for finance (PAY-2)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assurance.ops.sheets import Badge
from orders.rules.bank import matching

VERDICTS: dict[str, Badge] = {
    matching.EXACT: Badge(_("fits its order"), "good", "check"),
    matching.AMOUNT: Badge(_("left to the seller"), "soon", "link"),
    matching.CLOSED: Badge(_("goes back"), "off", "none"),
    matching.NOT_AGREED: Badge(_("order not agreed"), "soon", "flag"),
    **{code: Badge(_("unclear"), "soon", "flag") for code in matching.UNCLEAR},
    matching.CURRENCY: Badge(_("foreign currency"), "soon", "flag"),
    matching.KNOWN: Badge(_("already known"), "off", "check"),
    matching.DEBIT: Badge(_("ignored"), "off", "none"),
    matching.TAKEN_BACK: Badge(_("taken back by the bank"), "late", "warning"),
}

REASONS: dict[str, Promise] = {
    matching.EXACT: _(
        "Its reference names the order, and the amount is just what is due: it is associated at once."
    ),
    matching.AMOUNT: _("Its reference names the order, but the amount differs: the seller associates it."),
    matching.CLOSED: _("Its reference names an order that is closed: the money is marked for return."),
    matching.NOT_AGREED: _(
        "Its reference names an order to which buyer and seller had not both agreed: it waits, and the seller "
        "associates it once they have. If the order closes, it goes back."
    ),
    matching.NO_REFERENCE: _("The payer’s remarks contain no reference."),
    matching.BROKEN: _("The payer’s remarks contain a reference whose check digits do not match: mistyped."),
    matching.NUMBER: _("The payer gave an order’s number, which has no check digits, and no reference."),
    matching.UNKNOWN: _("The reference is well formed, but no order has it."),
    matching.SEVERAL: _("The payer’s remarks contain the references of several orders."),
    matching.CURRENCY: _("The order that the reference names is in another currency."),
    matching.REPEAT: _("The same amount came for this order before: it may be the same payment once more."),
    matching.KNOWN: _("This line was taken in before, with this statement or another one: nothing changes."),
    matching.DEBIT: _("Money that left the account."),
    matching.TAKEN_BACK: _("The bank took an earlier credit back: look whether it counted for an order."),
}
