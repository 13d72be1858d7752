"""Checking a file against the language before it is played: nothing is skipped in silence."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from assurance.kernel.money import USD
from assurance.kernel.rulebook import TITLES
from assurance.scenarios import grammar
from assurance.scenarios.grammar import Field, Fields
from assurance.scenarios.reader import FormatError, Lined, LinedList, nearest

_STEP_WORDS = ("at", "jobs", "refused", "expect")
_NO_CHANGE = "jobs_change_nothing"


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_money(value: Any) -> bool:
    return isinstance(value, Decimal) or _is_number(value)


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_country(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 2 and value.isascii() and value.isupper()


def _is_transit(value: Any) -> bool:
    return isinstance(value, Lined) and all(
        _is_country(country)
        and isinstance(days, list)
        and len(days) == 2
        and all(map(_is_number, days))
        and 0 <= days[0] <= days[1]
        for country, days in value.items()
    )


# What a field holds: how to say it, and how to know it.
_HOLDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    grammar.TEXT: ("a word", lambda value: isinstance(value, str) or _is_number(value)),
    grammar.NUMBER: ("a whole number from 0", lambda value: _is_number(value) and value >= 0),
    grammar.COUNT: ("a whole number from 1", lambda value: _is_number(value) and value > 0),
    grammar.MONEY: ("an amount of money", _is_money),
    grammar.AMOUNT: ("“full” or an amount", lambda value: value == "full" or _is_money(value)),
    grammar.RATE: ("dollars for one unit, above 0", lambda value: _is_money(value) and value > 0),
    grammar.DAY: ("a day, as 2021-03-20", _is_day),
    grammar.TIME: ("a time, as 2021-03-20 23:59:59", lambda value: isinstance(value, datetime)),
    grammar.FLAG: ("true or false", lambda value: isinstance(value, bool)),
    grammar.COUNTRY: ("a country, as US", _is_country),
    grammar.COUNTRIES: (
        "a list of countries, as [US]",
        lambda value: isinstance(value, list) and all(map(_is_country, value)),
    ),
    grammar.NAMES: ("a list of names", lambda value: isinstance(value, list)),
    grammar.QUANTITIES: (
        "quantities by product, as {case: 2}",
        lambda value: (
            isinstance(value, Lined) and bool(value) and all(_is_number(n) and n > 0 for n in value.values())
        ),
    ),
    grammar.TRANSIT: ("days by country, as {US: [5, 7]}", _is_transit),
    grammar.TERMS: (
        "{days: N, after: initial or full} or {day: DAY}",
        lambda value: isinstance(value, Lined),
    ),
}


class Checker:
    """Checks one file: every key, verb, name and value, with the line of the first that is wrong."""

    def __init__(self, path: Path, top: Lined) -> None:
        self.path = path
        self.top = top
        self.names: dict[str, set[str]] = {}

    def check(self) -> None:
        """FormatError at the first word that the language does not have."""
        self._keys(self.top, grammar.TOP)
        if not isinstance(self.top.get("scenario", ""), str):
            self._wrong(self.top, "scenario", "“scenario” is one sentence")
        self._rules()
        world = self._part(self.top, "world")
        self._keys(world, grammar.WORLD)
        things = {part: self._part(world, part) for part in grammar.WORLD}
        self.names = {part.removesuffix("s"): set(found) for part, found in things.items()}
        steps = self._list(self.top, "steps")
        self._collect(steps)
        for part, found in things.items():
            for name in found:
                self._fields(self._part(found, name), grammar.WORLD[part], f"{part} {name}")
        for line in things["lines"].values():
            self._guaranteed(line)
        before: datetime | None = None
        for step, at_line in zip(steps, steps.lines, strict=True):
            if not isinstance(step, Lined):
                raise FormatError(self.path, at_line, "a step is a mapping")
            before = self._step(step, before)

    def _rules(self) -> None:
        for id_ in self._list(self.top, "rules"):
            if str(id_) not in TITLES:
                self._wrong(self.top, "rules", f"no rule “{id_}”{nearest(str(id_), TITLES)}")

    def _guaranteed(self, line: Lined) -> None:
        """Delivery can only be guaranteed where the line goes."""
        for country in line.get("guaranteed", ()):
            if country not in line["transit"]:
                known = nearest(country, line["transit"])
                self._wrong(line, "guaranteed", f"no country “{country}” in “transit”{known}")

    def _collect(self, steps: LinedList) -> None:
        """The names that steps define, wherever in the file; the id of a refused verb may be used again."""
        for kind in ("order", "parcel", "claim", "coupon", "dispute"):
            self.names[kind] = set()
        made: set[tuple[str, str]] = set()
        for step in filter(lambda one: isinstance(one, Lined), steps):
            for verb in step.keys() & grammar.VERBS.keys():
                given = step[verb] if isinstance(step[verb], Lined) else Lined(step.line)
                for key, field in grammar.VERBS[verb].items():
                    if not field.defines or key not in given:
                        continue
                    kind, name = field.defines, str(given[key])
                    self.names[kind].add(name)
                    if "refused" in step or kind == "parcel":  # a parcel submitted again is the same one
                        continue
                    if (kind, name) in made:
                        self._wrong(given, key, f"there is already “{name}”")
                    made.add((kind, name))

    def _step(self, step: Lined, before: datetime | None) -> datetime:
        verbs = [key for key in step if key not in _STEP_WORDS]
        for verb in verbs:
            if verb in grammar.VERBS_NOT_YET:
                self._wrong(step, verb, f"the verb “{verb}” is not yet supported")
            if verb not in grammar.VERBS:
                self._wrong(step, verb, f"no verb “{verb}”{nearest(verb, [*grammar.VERBS, *_STEP_WORDS])}")
        if len(verbs) > 1:
            self._wrong(step, verbs[1], "a step has at most one verb")
        at = step.get("at")
        if not isinstance(at, datetime):
            self._wrong(step, "at", "every step needs `at:`, a local time as 2021-03-20 23:59:59")
        elif before is not None and at < before:
            self._wrong(step, "at", "steps stand in time order")
        if step.get("jobs", "off") != "off":
            self._wrong(step, "jobs", "the only word here is “off”")
        if "refused" in step and (str(step["refused"]) not in TITLES or not verbs):
            self._wrong(step, "refused", f"needs a verb and a rule{nearest(str(step['refused']), TITLES)}")
        for verb in verbs:
            self._fields(self._map(step, verb), grammar.VERBS[verb], verb)
        if "order" in verbs and step["order"].get("currency", USD) == USD:
            self._dollars(step["order"])
        if "expect" in step:
            self._expect(self._map(step, "expect"))
        return at  # type: ignore[return-value]

    def _dollars(self, order: Lined) -> None:
        if order.get("rate", 1) != 1:
            self._wrong(order, "rate", "a rate needs a “currency” other than USD")

    def _expect(self, expected: Lined) -> None:
        for key in expected:
            if key == _NO_CHANGE:
                if expected[key] is not True:
                    self._wrong(expected, key, "the only word here is “true”")
                continue
            kind, _, name = key.partition(" ")
            if kind not in grammar.EXPECT:
                self._wrong(expected, key, f"no kind “{kind}”{nearest(kind, [*grammar.EXPECT, _NO_CHANGE])}")
            known = self.names[grammar.NAMED_AS.get(kind, kind)]
            if name not in known:
                self._wrong(expected, key, f"no {kind} “{name}”{nearest(name, known)}")
            wanted = self._map(expected, key)
            for field in wanted:
                if field in grammar.EXPECT_NOT_YET.get(kind, ()):
                    self._wrong(wanted, field, f"“{field}” of a {kind} is not yet supported")
            self._keys(wanted, grammar.EXPECT[kind])
            for field in wanted:
                if wanted[field] != grammar.NONE:
                    self._value(wanted, field, grammar.EXPECT[kind][field])

    def _fields(self, given: Lined, fields: Fields, what: str) -> None:
        self._keys(given, fields)
        for key, field in fields.items():
            if key in given:
                self._value(given, key, field)
            elif field.required:
                raise FormatError(self.path, given.line, f"{what} needs “{key}”")

    def _value(self, given: Lined, key: str, field: Field) -> None:
        said, fits = _HOLDS[field.holds]
        if not fits(given[key]):
            self._wrong(given, key, f"“{key}” holds {said}")
        if field.holds == grammar.TEXT:
            given[key] = str(given[key])
        if field.holds == grammar.NAMES:
            given[key] = [str(name) for name in given[key]]
        if field.holds == grammar.TERMS:
            terms = given[key]
            self._fields(terms, grammar.TERMS_DAY if "day" in terms else grammar.TERMS_DAYS, key)
        value = given[key]
        if field.names:
            allowed = [*self.names[field.names], *field.one_of]
            for name in value if isinstance(value, (dict, list)) else [value]:
                if name not in allowed:
                    self._wrong(given, key, f"no {field.names} “{name}”{nearest(name, allowed)}")
        elif field.one_of and value not in field.one_of:
            self._wrong(given, key, f"no “{value}” here{nearest(value, field.one_of)}")

    def _part(self, holder: Lined, key: str) -> Lined:
        """A mapping that may be left out or empty."""
        return Lined(holder.line) if holder.get(key) is None else self._map(holder, key)

    def _list(self, holder: Lined, key: str) -> LinedList:
        """A list that may be left out or empty."""
        value = holder.get(key)
        if value is not None and not isinstance(value, LinedList):
            self._wrong(holder, key, f"“{key}” takes a list")
        return value or LinedList()

    def _map(self, holder: Lined, key: str) -> Lined:
        value = holder.get(key)
        if not isinstance(value, Lined):
            self._wrong(holder, key, f"“{key}” takes a mapping")
        return value  # type: ignore[return-value]

    def _keys(self, given: Lined, known: Iterable[str]) -> None:
        for key in given:
            if key not in known:
                self._wrong(given, key, f"no “{key}” here{nearest(key, known)}")

    def _wrong(self, holder: Lined, key: str, message: str) -> None:
        raise FormatError(self.path, holder.lines.get(key, holder.line), message)
