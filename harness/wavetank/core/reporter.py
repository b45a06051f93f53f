"""What code below the command line uses to report progress and results; the command line has it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from wavetank.core.findings import Finding


class Activity:
    """A long operation that is shown while it runs: its current step, and how much is done."""

    def __init__(self, show: Callable[[str | None, float | None], None]) -> None:
        self._show = show

    def update(self, text: str | None = None, done: float | None = None) -> None:
        """Shows another step or more that is done; an argument that is None changes nothing."""
        self._show(text, done)


class Reporter(Protocol):
    """Takes lines for people, events for programs, and the progress of long operations."""

    def say(self, text: str) -> None:
        """Shows a line that is part of the result."""
        ...

    def note(self, text: str) -> None:
        """Shows a line about progress, which is no result."""
        ...

    def emit(self, event: str, **fields: Any) -> None:
        """Gives programs an event with its fields."""
        ...

    def findings(self, findings: Sequence[Finding]) -> None:
        """Shows requirements with their verdicts and evidence."""
        ...

    def waiting(self, text: str) -> AbstractContextManager[Activity]:
        """Shows the text for as long as the body runs."""
        ...

    def counting(
        self, text: str, total: float | None, form: Callable[[float], str] = ...
    ) -> AbstractContextManager[Activity]:
        """Shows a count up to `total` for as long as the body runs; `form` formats a count."""
        ...
