"""The register of decisions: which function decides which rule, and how a refusal is told.

A decision is a function marked `@rule("CPN-1")`, pure wherever it decides on facts. The mark puts it into
`docs/rules.md`, lets `scenario --trace` print what was decided, and makes an unknown rule id fail at import.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from assurance.kernel.rulebook import TITLES
from assurance.kernel.wording import said

P = ParamSpec("P")
R = TypeVar("R")

REGISTER: dict[str, list[str]] = {}
_trace: ContextVar[Callable[[tuple[str, ...], str, Any], None] | None] = ContextVar("trace", default=None)


def rule(*ids: str, traced: bool = True) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark the function that decides these rules; arithmetic that all the others use is not traced."""
    unknown = [id_ for id_ in ids if id_ not in TITLES]
    if unknown:
        raise ValueError(f"not in the rulebook: {', '.join(unknown)}")

    def mark(decide: Callable[P, R]) -> Callable[P, R]:
        name = f"{decide.__module__}.{decide.__qualname__}"
        for id_ in ids:
            REGISTER.setdefault(id_, []).append(name)
        if not traced:
            return decide

        @wraps(decide)
        def decided(*args: P.args, **kwargs: P.kwargs) -> R:
            tell = _trace.get()
            if tell is None:
                return decide(*args, **kwargs)
            try:
                result = decide(*args, **kwargs)
            except RuleViolation as violation:
                tell(ids, name, violation)
                raise
            tell(ids, name, result)
            return result

        return decided

    return mark


@contextmanager
def traced(tell: Callable[[tuple[str, ...], str, Any], None]) -> Iterator[None]:
    """Report every decision taken inside: rule ids, deciding function, outcome."""
    token = _trace.set(tell)
    try:
        yield
    finally:
        _trace.reset(token)


class RuleViolation(Exception):
    """A verb was refused. Page, API and admin show the same sentence and the same rule id.

    `message` says why, `advice` what can be done; both are lazy translations with named
    placeholders that `params` fills. `conflict` tells the API 409 (the state forbids it) from
    422 (the values do).
    """

    def __init__(
        self,
        rule_id: str,
        message: Any,
        *,
        advice: Any = "",
        conflict: bool = True,
        field: str | None = None,
        **params: Any,
    ) -> None:
        if rule_id not in TITLES:
            raise ValueError(f"not in the rulebook: {rule_id}")
        self.rule_id = rule_id
        self._message = message
        self._advice = advice
        self.conflict = conflict
        self.field = field
        self.params = params
        super().__init__(rule_id)

    @property
    def message(self) -> str:
        """Why, in the reader's language."""
        return self._told(self._message)

    @property
    def advice(self) -> str:
        """What can be done, in the reader's language; may be empty."""
        return self._told(self._advice)

    def _told(self, sentence: Any) -> str:
        values = {name: said(value) for name, value in self.params.items()}
        return str(sentence) % values if values else str(sentence)

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.message}"
