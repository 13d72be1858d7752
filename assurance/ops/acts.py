"""Acts of ops: a service called with a reason, for one object or for many, each in its own transaction.

A form carries a key made when it was shown. The first request with it does the work and writes down what
came of it; a double click, a reload or a retried POST is shown that again and changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db import OperationalError
from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assurance.kernel.events import Actor
from assurance.kernel.models import IdempotencyKey
from assurance.kernel.rules import RuleViolation
from assurance.ui.fields import ProseField

AT_MOST = 100
DONE = 200


class ReasonForm(forms.Form):
    """Every act of ops asks why; the reason stands in the record and, where it concerns them, before both sides."""

    reason = ProseField(
        label=_("Reason"),
        max_length=500,
        rows=4,
        help_text=_("Kept on record. The parties concerned can read it."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, things: Sequence[Any], **kwargs: Any) -> None:
        """`things` are the objects it is about; a form may fit itself to them."""
        super().__init__(*args, **kwargs)
        self.things = things

    def arguments(self) -> dict[str, Any]:
        """What the service takes besides the object, the time and who acts."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


@dataclass(frozen=True)
class Act:
    """One thing that ops can do to an object.

    `run` is a service and `target` the name of its id; without one the act makes something new and returns it.
    `offered` says whether a page shows the button (the service decides for itself). `label` stands on the
    button, `asks` heads the form, `done` tells the outcome.
    """

    name: str
    label: Any
    asks: Any
    done: Any
    permission: str
    run: Callable[..., object]
    target: str = ""
    form: type[ReasonForm] = ReasonForm
    explains: Any = ""
    many: bool = False
    look: str = "primary"
    offered: Callable[[Any, datetime], bool] = lambda thing, at: True


@dataclass(frozen=True)
class Outcome:
    """What came of an act for one object."""

    pk: int
    label: str
    done: bool
    rule: str = ""
    message: str = ""
    advice: str = ""
    field: str = ""

    @property
    def rule_id(self) -> str:
        """As a refusal names it, for the part that shows one."""
        return self.rule


@dataclass(frozen=True)
class Report:
    """What one sending of a form came to. `finished` is false while it runs, or if it was broken off."""

    outcomes: list[Outcome] = field(default_factory=list)
    finished: bool = False

    @property
    def done(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.done]

    @property
    def refused(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if not outcome.done]


def carry_out(
    act: Act,
    things: Sequence[Model],
    form: ReasonForm,
    *,
    named: Callable[[Any], Any],
    actor: Actor,
    at: datetime,
) -> Report:
    """Do a valid form's act to each object, or tell what the same form came to before.

    `named` says what an object is called. A single refused object leaves no trace, so that the form can be
    mended and sent again.
    """
    mine, is_new = IdempotencyKey.objects.get_or_create(
        user_id=actor.user_id or 0,
        key=_key(form.cleaned_data["key"]),
        defaults={"fingerprint": act.name, "created_at": at, "body": []},
    )
    if not is_new:
        return _read(mine)
    outcomes: list[Outcome] = []
    targets: list[Model | None] = [*things] or [None]
    for thing in targets:
        try:
            outcomes.append(_one(act, thing, form, named, actor, at))
        except Exception:
            # An error of ours: what came before is told when the form is sent again; of nothing, no trace.
            if not outcomes:
                mine.delete()
            raise
        mine.body = [vars(outcome) for outcome in outcomes]
        mine.save(update_fields=["body"])
    mine.status = DONE
    mine.save(update_fields=["status"])
    report = Report(outcomes, finished=True)
    if len(things) <= 1 and report.refused:
        mine.delete()
    return report


def reported(actor: Actor, key: Any) -> Report | None:
    """What a form that this person sent came to; none for a key that was never used."""
    mine = IdempotencyKey.objects.filter(user_id=actor.user_id or 0, key=_key(key)).first()
    return _read(mine) if mine else None


def _one(
    act: Act, thing: Model | None, form: ReasonForm, named: Callable[[Any], Any], actor: Actor, at: datetime
) -> Outcome:
    pk, label = (thing.pk, str(named(thing))) if thing is not None else (0, str(act.asks))
    target = {act.target: pk} if act.target else {}
    try:
        made = act.run(**target, **form.arguments(), at=at, actor=actor)
    except RuleViolation as no:
        return Outcome(pk, label, False, no.rule_id, no.message, no.advice, no.field or "")
    except OperationalError:  # a deadlock, say: this one was rolled back, the others are not concerned
        busy = gettext("The database was busy; nothing was changed. Try again.")
        return Outcome(pk, label, False, message=busy)
    if thing is None and isinstance(made, Model):
        return Outcome(made.pk, str(named(made)), True)
    return Outcome(pk, label, True)


def _read(mine: IdempotencyKey) -> Report:
    return Report([Outcome(**outcome) for outcome in mine.body or []], finished=mine.status == DONE)


def _key(key: Any) -> str:
    return f"ops:{key}"
