"""The virtual reference of an order: its number behind `RF` and two check digits (ISO 11649).

It never changes, needs no table, and a mistyped digit or two swapped ones make it no reference at all.
"""

import re
from dataclasses import dataclass

from assurance.kernel.rules import rule

DIGITS = 17

_QUOTED = re.compile(rf"(?=RF(\d{{2}})(\d{{{DIGITS}}}))")
_ATTEMPT = re.compile(r"RF\d{8,}")
_NUMBER = re.compile(rf"(?<!\d)\d{{{DIGITS}}}(?!\d)")


@dataclass(frozen=True)
class Quoted:
    """What a payer's words name: orders by a valid reference, orders by their bare number, a broken one."""

    orders: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    is_broken: bool = False


@rule("PAY-2", traced=False)
def reference_of(number: str) -> str:
    """The reference that the buyer of an order quotes, as a bank takes it: RF and 19 digits."""
    return f"RF{_check_digits(number)}{number}"


def in_groups(reference: str) -> str:
    """For the eye: groups of four."""
    return " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))


@rule("PAY-2")
def quoted(text: str) -> Quoted:
    """The orders that a payer's words name. Banks break lines and drop spaces anywhere, so they are left out."""
    packed = re.sub(r"[^0-9A-Z]", "", text.upper())
    valid = [number for check, number in _QUOTED.findall(packed) if check == _check_digits(number)]
    if valid:
        return Quoted(orders=tuple(dict.fromkeys(valid)))
    bare = _NUMBER.findall(re.sub(r"(?<=\d)[ \n](?=\d)", "", text))
    return Quoted(numbers=tuple(dict.fromkeys(bare)), is_broken=bool(_ATTEMPT.search(packed)))


def _check_digits(number: str) -> str:
    """98 less the remainder by 97 of the number, then RF as 27 15, then 00."""
    return f"{98 - int(f'{number}271500') % 97:02}"
