"""Reading a scenario file into plain values that remember their lines.

YAML's own guesses are kept out: money becomes Decimal, never a float; `no` and `off` stay words.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from assurance.kernel.units import ZONE


class FormatError(Exception):
    """A file that does not follow the format: where, and what was expected."""

    def __init__(self, path: Path | str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")


class Lined(dict[str, Any]):
    """A mapping that knows the line of each of its keys."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class LinedList(list[Any]):
    """A list that knows the line of each of its members."""

    def __init__(self, members: Iterable[Any] = (), lines: Iterable[int] = ()) -> None:
        super().__init__(members)
        self.lines = list(lines)


class _Loader(yaml.SafeLoader):
    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        """A day or a time in quotes, as programs write it, is one all the same."""
        tag = super().resolve(kind, value, implicit)
        if kind is not yaml.ScalarNode or implicit != (False, True):
            return tag
        plain = super().resolve(kind, value, (True, False))
        return plain if plain in ("!day", "!time") else tag


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null)?$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?\d+$"), list("-0123456789"))
_Loader.add_implicit_resolver("!money", re.compile(r"^-?\d+\.\d+$"), list("-0123456789"))
_Loader.add_implicit_resolver("!day", re.compile(r"^\d{4}-\d\d-\d\d$"), list("0123456789"))
_Loader.add_implicit_resolver("!time", re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?$"), list("0123456789"))


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Lined:
    found = Lined(node.start_mark.line + 1)
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node, deep=True))
        if key in found:
            raise yaml.constructor.ConstructorError(None, None, f"“{key}” stands twice", key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
        found.lines[key] = key_node.start_mark.line + 1
    return found


def _list(loader: _Loader, node: yaml.SequenceNode) -> LinedList:
    members = [loader.construct_object(member, deep=True) for member in node.value]
    return LinedList(members, (member.start_mark.line + 1 for member in node.value))


def _day(loader: _Loader, node: yaml.ScalarNode) -> date:
    try:
        return date.fromisoformat(node.value)
    except ValueError as error:
        raise _no_value(node, f"there is no day {node.value}") from error


def _time(loader: _Loader, node: yaml.ScalarNode) -> datetime:
    try:
        return instant(node.value)
    except OverflowError as error:  # the first or last hours of the calendar, which are no time in UTC
        raise _no_value(node, f"there is no time {node.value}") from error
    except ValueError as error:
        raise _no_value(node, str(error)) from error


def _no_value(node: yaml.ScalarNode, problem: str) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:seq", _list)
_Loader.add_constructor("!money", lambda loader, node: Decimal(node.value))
_Loader.add_constructor("!day", _day)
_Loader.add_constructor("!time", _time)


def instant(text: str) -> datetime:
    """A local platform time as a UTC instant; ValueError if it does not exist or occurs twice."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"there is no time {text}") from error
    first, second = local.replace(tzinfo=ZONE, fold=0), local.replace(tzinfo=ZONE, fold=1)
    if first.utcoffset() != second.utcoffset():
        back = first.astimezone(UTC).astimezone(ZONE).replace(tzinfo=None)
        raise ValueError(f"{text} {'occurs twice' if back == local else 'does not exist'} in {ZONE}")
    return first.astimezone(UTC)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def nearest(word: str, known: Any) -> str:
    """The known word that is most like an unknown one; nothing where none is known."""
    words = {str(k).lower(): str(k) for k in known}
    found = get_close_matches(word.lower(), words, n=1, cutoff=0.0)
    return f"; the nearest known word is “{words[found[0]]}”" if found else ""


def read(path: Path) -> Lined:
    """The file's top mapping; FormatError if it is no YAML mapping."""
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FormatError(path, line, error.problem or "not YAML") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FormatError(path, 1, str(error)) from error
    if not isinstance(loaded, Lined):
        raise FormatError(path, 1, "a scenario is a mapping")
    return loaded
