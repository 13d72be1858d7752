"""From the bytes of an upload to the parts of a statement, or a sentence that says what is wrong with them."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from assurance.kernel.money import Money
from orders.rules.bank import camt, swift
from orders.rules.bank.lines import MOST_LINES, Part, UnreadableError, too_many

MT940, CAMT053 = "mt940", "camt053"
MOST_BYTES = 5 * 1024 * 1024


def read(data: bytes, accounts: Sequence[str]) -> tuple[str, list[Part]]:
    """The format and the parts of a file. UnreadableError unless all of it can be trusted.

    `accounts` are the platform's own, as packed letters and digits. Whatever the bytes are, nothing else is
    raised: a file comes from outside.
    """
    if len(data) > MOST_BYTES:
        raise too_large()
    if not data.strip():
        raise UnreadableError(_("The file is empty."))
    is_xml = data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") or data.startswith(
        (b"\xff\xfe", b"\xfe\xff")
    )
    parts = camt.read(data) if is_xml else swift.read(data)
    if sum(len(part.lines) for part in parts) > MOST_LINES:
        raise too_many()
    for part in parts:
        _check_account(part, accounts)
        _check_balance(part)
    return (CAMT053 if is_xml else MT940), parts


def too_large() -> UnreadableError:
    """Also for whoever knows the size before the bytes are read."""
    return UnreadableError(
        _("The file is larger than %(most)s MB. Statements are far smaller; is it the right file?"),
        most=MOST_BYTES // 1024 // 1024,
    )


def _check_account(part: Part, accounts: Sequence[str]) -> None:
    if not any(account in part.account for account in accounts):
        raise UnreadableError(
            _("Account %(account)s is none of the platform’s own."), account=part.account[:40] or "?"
        )


def _check_balance(part: Part) -> None:
    """A cut or changed file does not lead from its opening to its closing balance. An account has one currency."""
    moved: Money = part.opening * 0
    for place, line in enumerate(part.lines, 1):
        if line.amount.currency != moved.currency:
            raise UnreadableError(
                _(
                    "Line %(line)s of statement %(number)s is not in %(currency)s, the currency of its account."
                ),
                line=place,
                number=part.number or "?",
                currency=moved.currency.code,
            )
        moved += line.amount if line.is_credit else -line.amount
    if part.opening + moved != part.closing:
        raise UnreadableError(
            _(
                "Statement %(number)s does not add up: its lines do not lead from the opening to the closing "
                "balance. The file is cut off or was changed; fetch it from the bank again."
            ),
            number=part.number or "?",
        )
