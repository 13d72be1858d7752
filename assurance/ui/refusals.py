"""Telling a person why something was refused: on the next page, or beside the field that it is about."""

from collections.abc import Mapping

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest

from assurance.kernel.rules import RuleViolation


def refused(request: HttpRequest, violation: RuleViolation) -> None:
    """Reason, advice and rule id, as a message that the next page shows (`components/messages.html`)."""
    messages.error(request, told(violation), extra_tags=violation.rule_id)


def blame(form: BaseForm, violation: RuleViolation, names: Mapping[str, str] | None = None) -> None:
    """Say a refusal beside the field that it is about; `<c-form-errors>` says one that is about none.

    `names` are those fields that the form calls otherwise than the rule.
    """
    name = violation.field or ""
    field = (names or {}).get(name, name)
    if field in form.fields:
        form.add_error(field, told(violation))


def told(violation: RuleViolation) -> str:
    """Why, and what can be done."""
    return f"{violation.message} {violation.advice}".strip()
