"""Playing a scenario against the real services, in a transaction that is rolled back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from moneyed import Money

from assurance.kernel import clock
from assurance.kernel.models import ExchangeRate, PolicyVersion
from assurance.kernel.rules import RuleViolation
from assurance.kernel.units import ZONE
from assurance.ledger.queries import faults
from assurance.scenarios import expect, verbs
from assurance.scenarios.checker import Checker
from assurance.scenarios.reader import Lined, read
from assurance.scenarios.world import NotMade, World, build
from assurance.schedule import run_all


@dataclass
class Difference(Exception):
    """A step that did not go as the scenario says."""

    line: int
    what: str
    wanted: str
    found: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}: expected {self.wanted}, found {self.found}"


@dataclass
class Player:
    """Plays one file. `policy` holds other figures to play it under (POL-1), `tell` is told of each step."""

    path: Path
    policy: dict[str, Any] = field(default_factory=dict)
    tell: Callable[[str], None] | None = None

    def play(self) -> None:
        """FormatError for a file that is not understood, Difference at the first step that differs."""
        top = read(self.path)
        Checker(self.path, top).check()
        with transaction.atomic():
            _hide_rates()
            self._set_policy()
            steps = top.get("steps") or []
            if steps:
                world = self._world(top, steps[0]["at"])
                for step in steps:
                    self._played(world, step)
            self._books(top.line)
            transaction.set_rollback(True)

    def _world(self, top: Lined, first_step: datetime) -> World:
        try:
            return build(top.get("world") or Lined(top.line), first_step)
        except Exception as error:
            line = top.lines.get("world", top.line)
            raise Difference(line, "world", "a world that can be", _error(error)) from error

    def _set_policy(self) -> None:
        """Put the other figures in force instead of every version there is; versions cannot be changed."""
        if not self.policy:
            return
        for starts_at in PolicyVersion.objects.values_list("starts_at", flat=True).order_by("starts_at"):
            PolicyVersion.objects.create(
                starts_at=starts_at + timedelta(microseconds=1), figures=self.policy, note="play"
            )

    def _played(self, world: World, step: Lined) -> None:
        """A step in which something fails that nobody foresaw differs too; the other files are still played."""
        try:
            self._step(world, step)
        except Difference:
            raise
        except Exception as error:
            raise Difference(step.line, "the step", "that it can be played", _error(error)) from error

    def _step(self, world: World, step: Lined) -> None:
        at: datetime = step["at"]
        verb = next((key for key in step if key in verbs.DO), None)
        if self.tell:
            self.tell(f"line {step.line}, {said(at)}: {verb or 'nothing'}")
        with clock.frozen(at):
            if "jobs" not in step:
                run_all(at)
            if verb is not None:
                self._act(world, step, verb, at)
            self._settle_constraints(step)
            wanted = step.get("expect") or Lined(step.line)
            for key, values in wanted.items():
                if key == "jobs_change_nothing":
                    self._jobs_change_nothing(wanted, at)
                else:
                    self._compare(world, wanted, key, values, at)

    def _act(self, world: World, step: Lined, verb: str, at: datetime) -> None:
        line = step.lines[verb]
        refused = step.get("refused")
        try:
            with transaction.atomic():
                verbs.DO[verb](world, step[verb], at)
        except RuleViolation as violation:
            if violation.rule_id != refused:
                raise Difference(line, verb, _outcome(refused), str(violation)) from violation
            return
        except NotMade as error:
            raise Difference(line, verb, f"{error} to have been made before", "that it was not") from error
        except (DatabaseError, ValueError) as error:
            raise Difference(line, verb, _outcome(refused), _error(error)) from error
        if refused:
            raise Difference(line, verb, _outcome(refused), "that it was done")

    def _compare(self, world: World, holder: Lined, key: str, values: Lined, at: datetime) -> None:
        kind, _, name = key.partition(" ")
        try:
            found = expect.READ[kind](world, name, at)
        except NotMade as error:
            raise Difference(holder.lines[key], key, "that it exists", "nothing of that name yet") from error
        for word, wanted in values.items():
            if not expect.same(found[word], wanted):
                line = values.lines[word]
                raise Difference(line, f"{key} {word}", said(wanted), said(found[word]))

    def _jobs_change_nothing(self, holder: Lined, at: datetime) -> None:
        before = _digest()
        run_all(at)
        run_all(at)
        changed = sorted(table for table, digest in _digest().items() if before[table] != digest)
        if changed:
            line = holder.lines["jobs_change_nothing"]
            raise Difference(
                line, "jobs_change_nothing", "no row to differ", f"changes in {', '.join(changed)}"
            )

    def _settle_constraints(self, step: Lined) -> None:
        """What the database checks at commit, checked after each step."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except DatabaseError as error:
            raise Difference(step.line, "the step", "to keep the books", _error(error)) from error

    def _books(self, line: int) -> None:
        wrong = faults()
        if wrong:
            raise Difference(line, "the books (MON-3)", "to balance", "; ".join(wrong))


def _hide_rates() -> None:
    """A play's rates are those that it gives (MON-2): the kept ones stand behind an empty table of this transaction."""
    table = connection.ops.quote_name(ExchangeRate._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP")


def _error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _outcome(refused: str | None) -> str:
    return f"refusal {refused}" if refused else "that it is allowed"


def said(value: Any) -> str:
    """A value as a scenario writes it."""
    if isinstance(value, tuple):
        return f"({', '.join(map(said, value))})"
    if isinstance(value, datetime):
        return f"{value.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Money):
        return f"{value.amount:f}"
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _digest() -> dict[str, str]:
    """A fingerprint of every table."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(model._meta.db_table for model in apps.get_models()):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {name} t")  # noqa: S608
            found[table] = cursor.fetchone()[0]
    return found
