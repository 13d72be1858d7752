"""The words of the acceptance language, and checking a file against them before it is played."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from assurance.kernel.rulebook import TITLES
from assurance.scenarios.reader import FormatError, Lined, nearest

# What a field holds. A lower-case kind names a set of things defined elsewhere in the file.
TEXT, NUMBER, MONEY, DAY, TIME, FLAG = "text", "number", "money", "day", "time", "flag"
MAP, LIST = "map", "list"


@dataclass(frozen=True)
class Field:
    """`names` is a kind of thing that must be defined in the file, `defines` one that this field defines."""

    holds: str = TEXT
    required: bool = False
    one_of: tuple[str, ...] = ()
    names: str = ""
    defines: str = ""


def _text(required: bool = False, **more: Any) -> Field:
    return Field(TEXT, required, **more)


def _named(kind: str, required: bool = True) -> Field:
    return Field(TEXT, required, names=kind)


def _one_of(*words: str, required: bool = False) -> Field:
    return Field(TEXT, required, one_of=words)


ORDER = {"order": _named("order")}
SIDE = _one_of("buyer", "supplier", required=True)

WORLD: dict[str, dict[str, Field]] = {
    "sellers": {"company": _text(), "upgraded": Field(DAY), "qualified": Field(DAY)},
    "buyers": {"country": _text()},
    "lines": {
        "mode": _one_of("express", "air", "post", "land", "sea", required=True),
        "platform": Field(FLAG),
        "handling": Field(NUMBER),
        "transit": Field(MAP, required=True),
        "guaranteed": Field(LIST),
    },
    "products": {
        "seller": _named("seller"),
        "price": Field(MONEY, required=True),
        "rts": Field(FLAG),
        "dispatch_days": Field(NUMBER),
        "lines": Field(LIST, names="line"),
        "small_quick": Field(FLAG),
        "count": Field(NUMBER),
    },
}

VERBS: dict[str, dict[str, Field]] = {
    "join": {"seller": _named("seller")},
    "leave": {"seller": _named("seller")},
    "activate": {"seller": _named("seller")},
    "order": {
        "id": _text(True, defines="order"),
        "by": _one_of("buyer", "seller"),
        "seller": _named("seller", False),
        "buyer": _named("buyer"),
        "items": Field(MAP, required=True, names="product"),
        "line": _named("line", False),
        "shipping": Field(MONEY),
        "destination": _text(),
        "export": _one_of("self", "market", "agency", "easy"),
        "dispatch": Field(MAP),
        "initial": Field(MONEY),
        "discount": Field(MONEY),
        "currency": _text(),
        "rate": Field(MONEY),
    },
    "confirm": {**ORDER, "by": SIDE},
    "decline": {**ORDER, "reason": _one_of("terms", "refusal", required=True)},
    "cancel": {**ORDER, "by": SIDE},
    "pay": {
        **ORDER,
        "method": _one_of(
            "visa",
            "mastercard",
            "paypal",
            "apple_pay",
            "google_pay",
            "e_checking",
            "boleto",
            "pay_later",
            "tt",
        ),
        "amount": Field(MONEY),
        "coupon": _named("coupon", False),
    },
    "associate": ORDER,
    "accept_short": ORDER,
    "dispatch": {**ORDER, "parcel": _text(True, defines="parcel"), "last": Field(FLAG)},
    "track": {
        "parcel": _named("parcel"),
        "event": _one_of("picked_up", "in_transit", "customs", "delivered", required=True),
        "happened": Field(TIME),
    },
    "receive": ORDER,
    "extend": {**ORDER, "by": SIDE},
    "propose": {**ORDER, "day": Field(DAY, required=True)},
    "accept": ORDER,
    "refuse": ORDER,
    "address": ORDER,
    "claim": {
        "id": _text(True, defines="claim"),
        **ORDER,
        "guarantee": _one_of("dispatch", "delivery", required=True),
        "by": _named("buyer", False),
    },
    "review": {
        "claim": _named("claim"),
        "decision": _one_of("approve", "reject", required=True),
        "coupon": _text(defines="coupon"),
    },
    "exempt": {**ORDER, "bearer": _one_of("none", "platform")},
    "refund": {**ORDER, "amount": Field("amount", required=True)},
    "dispute": {"id": _text(True, defines="dispute"), **ORDER, "amount": Field("amount", required=True)},
    "answer": {"dispute": _named("dispute"), "agree": Field(FLAG, required=True)},
    "escalate": {"dispute": _named("dispute")},
    "rule": {"dispute": _named("dispute"), "amount": Field("amount", required=True)},
    "credit": {"seller": _named("seller"), "amount": Field(MONEY, required=True)},
    "withdraw": {"seller": _named("seller"), "amount": Field(MONEY, required=True)},
}

NOT_YET = {"terminate", "reapply", "violation"}

EXPECT: dict[str, tuple[str, ...]] = {
    "order": (
        "state covered overdue overdue_since dispatch_due promise dispatched_at delivered_at "
        "dispatch_guarantee delivery_guarantee entrance entrance_closes total fee closed_because"
    ).split(),  # type: ignore[dict-item]
    "claim": ("state", "bearer", "amount", "recommendation"),
    "coupon": ("state", "face", "used", "last_day", "bearer"),
    "recovery": ("state", "seller", "amount", "taken", "open"),
    "settlement": ("buyer", "platform", "fee", "refunded"),
    "seller": ("qualification", "lit", "upgraded", "locked_until", "balance", "debt"),
    "dispute": ("state",),
}
EXPECT_NOT_YET = {"seller": ("points", "on_time_rate", "star_open")}
_EXPECTED_NAME = {"recovery": "coupon", "settlement": "order"}

_TYPES: dict[str, tuple[type, ...]] = {
    TEXT: (str, int),
    NUMBER: (int,),
    MONEY: (Decimal, int),
    DAY: (date,),
    TIME: (datetime,),
    FLAG: (bool,),
    MAP: (dict,),
    LIST: (list,),
}


class Checker:
    """Checks one file: every key, verb and name, with the line of the first that is wrong."""

    def __init__(self, path: Path, top: Lined) -> None:
        self.path = path
        self.top = top
        self.names: dict[str, set[str]] = {}

    def check(self) -> None:
        """FormatError at the first word that the language does not have."""
        self._keys(self.top, ("scenario", "rules", "world", "steps"), self.top)
        for id_ in self.top.get("rules", []):
            if id_ not in TITLES:
                self._wrong(self.top, "rules", f"no rule “{id_}”{nearest(str(id_), TITLES)}")
        world = self._map(self.top, "world")
        self._keys(world, WORLD, world)
        for part in WORLD:
            self.names[part.removesuffix("s")] = set(world.get(part) or {})
        self._collect()
        for part, fields in WORLD.items():
            for name, given in (world.get(part) or {}).items():
                self._fields(given if given is not None else Lined(world.line), fields, f"{part} {name}")
        self._steps()

    def _collect(self) -> None:
        for kind in ("order", "parcel", "claim", "coupon", "dispute"):
            self.names[kind] = set()
        for step in self.top.get("steps") or []:
            for verb, fields in VERBS.items():
                given = step.get(verb) if isinstance(step, dict) else None
                if isinstance(given, dict):
                    for key, field in fields.items():
                        if field.defines and key in given:
                            self.names[field.defines].add(str(given[key]))

    def _steps(self) -> None:
        before: datetime | None = None
        for step in self.top.get("steps") or []:
            if not isinstance(step, Lined):
                raise FormatError(self.path, self.top.lines.get("steps", 1), "a step is a mapping")
            verbs = [key for key in step if key not in ("at", "jobs", "refused", "expect")]
            for verb in verbs:
                if verb in NOT_YET:
                    self._wrong(step, verb, f"the verb “{verb}” is not yet supported")
                if verb not in VERBS:
                    self._wrong(step, verb, f"no verb “{verb}”{nearest(verb, [*VERBS, 'expect', 'jobs'])}")
            if len(verbs) > 1:
                self._wrong(step, verbs[1], "a step has at most one verb")
            at = step.get("at")
            if not isinstance(at, datetime):
                self._wrong(step, "at", "every step needs `at:`, a local time")
            if before is not None and at < before:
                self._wrong(step, "at", "steps stand in time order")
            before = at
            if step.get("jobs", "off") != "off":
                self._wrong(step, "jobs", "the only word here is “off”")
            if "refused" in step and (step["refused"] not in TITLES or not verbs):
                self._wrong(
                    step, "refused", f"needs a verb and a rule{nearest(str(step['refused']), TITLES)}"
                )
            for verb in verbs:
                self._fields(self._map(step, verb), VERBS[verb], verb)
            self._expect(step)

    def _expect(self, step: Lined) -> None:
        if "expect" not in step:
            return
        for key, wanted in self._map(step, "expect").items():
            if key == "jobs_change_nothing":
                continue
            kind, _, name = key.partition(" ")
            if kind not in EXPECT:
                self._wrong(step["expect"], key, f"no kind “{kind}”{nearest(kind, EXPECT)}")
            known = self.names.get(_EXPECTED_NAME.get(kind, kind), set())
            if name not in known:
                self._wrong(step["expect"], key, f"no {kind} “{name}”{nearest(name, known)}")
            for field in wanted or {}:
                if field in EXPECT_NOT_YET.get(kind, ()):
                    self._wrong(wanted, field, f"“{field}” of a {kind} is not yet supported")
            self._keys(wanted, EXPECT[kind], wanted)

    def _fields(self, given: Any, fields: dict[str, Field], what: str) -> None:
        if not isinstance(given, Lined):
            raise FormatError(self.path, self.top.line, f"{what} takes a mapping")
        self._keys(given, fields, given)
        for key, field in fields.items():
            if key not in given:
                if field.required or (field.names and field.required):
                    raise FormatError(self.path, given.line, f"{what} needs “{key}”")
                continue
            self._value(given, key, field)

    def _value(self, given: Lined, key: str, field: Field) -> None:
        value = given[key]
        if field.holds == "amount":
            if value != "full" and not isinstance(value, (Decimal, int)):
                self._wrong(given, key, "“full” or an amount")
            return
        right = isinstance(value, _TYPES[field.holds]) and not (
            isinstance(value, bool) and field.holds != FLAG
        )
        if field.holds == DAY:
            right = isinstance(value, date) and not isinstance(value, datetime)
        if not right:
            self._wrong(given, key, f"“{key}” holds a {field.holds}")
        if field.one_of and value not in field.one_of:
            self._wrong(given, key, f"no “{value}” here{nearest(str(value), field.one_of)}")
        if field.names:
            for name in value if isinstance(value, (dict, list)) else [value]:
                if str(name) not in self.names[field.names]:
                    hint = nearest(str(name), self.names[field.names])
                    self._wrong(given, key, f"no {field.names} “{name}”{hint}")

    def _map(self, holder: Lined, key: str) -> Lined:
        value = holder.get(key)
        if not isinstance(value, Lined):
            self._wrong(holder, key, f"“{key}” takes a mapping")
        return value  # type: ignore[return-value]

    def _keys(self, given: Lined, known: Iterable[str], at: Lined) -> None:
        for key in given:
            if key not in known:
                self._wrong(at, key, f"no “{key}” here{nearest(key, known)}")

    def _wrong(self, holder: Lined, key: str, message: str) -> None:
        raise FormatError(self.path, holder.lines.get(key, holder.line), message)
