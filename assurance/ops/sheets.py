"""What a page of the admin shows, as values: panels of facts, tables and timelines.

An app's `admin.py` says what there is to see; one template shows it. A value may be text, an amount, an
instant, a day, yes or no, or one of the small things below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Link:
    """A way to another page of the admin; without an address only the text is shown."""

    text: Any
    url: str


@dataclass(frozen=True)
class Badge:
    """A state: `tone` is empty, good, soon, late, accent or off."""

    text: Any
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Rule:
    """The id of a rule."""

    id: str


@dataclass(frozen=True)
class Due:
    """A deadline, stored as the instant 00:00 of the day after.

    How far off it is, is told as of `measured` (when what was due came about), else as of now.
    """

    at: datetime | None
    met: bool = False
    measured: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """How far a job is; `text` says it in words."""

    done: int
    total: int
    text: Any


@dataclass(frozen=True)
class Fact:
    """A label and its value; `rule` names the rule that decides it, `note` says how."""

    label: Any
    value: Any
    rule: str = ""
    note: Any = ""


@dataclass(frozen=True)
class Table:
    """Rows of values under their heads; columns named in `numbers` are aligned to the end."""

    head: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    numbers: frozenset[int] = frozenset()
    empty: Any = ""


@dataclass(frozen=True)
class Moment:
    """A line of a timeline: what happened when, who did it, by which rules."""

    at: datetime
    title: Any
    more: Any = ""
    icon: str = "check"
    tone: str = ""
    who: Any = ""
    rules: Sequence[str] = ()


@dataclass(frozen=True)
class Panel:
    """One sheet of a page. `side` puts it into the narrower column.

    `again` is the address that tells the sheet anew while a job goes on; that page answers with the panel alone.
    """

    title: Any
    facts: Sequence[Fact] = ()
    table: Table | None = None
    log: Sequence[Moment] = ()
    note: Any = ""
    side: bool = False
    again: str = ""
