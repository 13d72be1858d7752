"""Telling a person on the next page why something was refused."""

from django.contrib import messages
from django.http import HttpRequest

from assurance.kernel.rules import RuleViolation


def refused(request: HttpRequest, violation: RuleViolation) -> None:
    """Reason, advice and rule id, as a message that the next page shows (`components/messages.html`)."""
    text = f"{violation.message} {violation.advice}".strip()
    messages.error(request, text, extra_tags=violation.rule_id)
