"""What the demo adds to every page: the bar of the time machine."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from assurance.demo import changes
from assurance.demo.sign_ins import SIGN_INS

# The session's key for what was recorded before the last move.
MARK = "demo_mark"


class Bar:
    """What the bar shows; everything is read when the template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def sign_ins(self) -> list[Any]:
        return list(SIGN_INS.values())

    @property
    def is_order(self) -> bool:
        """Whether the page is about one order: its next deadline is where the last button goes."""
        match = self._request.resolver_match
        return match is not None and "number" in match.kwargs

    @property
    def changes(self) -> changes.Changes | None:
        """What the last move brought about, told once: as soon as it is complete, it is forgotten."""
        session = getattr(self._request, "session", {})
        if MARK not in session:
            return None
        user = self._request.user
        found = changes.since(
            changes.Mark.from_session(session[MARK]), user if user.is_authenticated else None
        )
        if found.state != "waiting":
            del session[MARK]
        return found


def demo(request: HttpRequest) -> dict[str, Any]:
    """`demo` for templates; nothing outside the demo."""
    return {"demo": Bar(request)} if settings.DEMO else {}
