"""The interface by which code below the command line reports progress and results."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from wavetank.core.findings import Finding


class Activity:
    """A long operation that is shown while it runs: its current step, and its progress."""

    def __init__(self, show: Callable[[str | None, float | None], None]) -> None:
        self._show = show

    def update(self, text: str | None = None, done: float | None = None) -> None:
        """Show another step or more progress; an argument that is None changes nothing."""
        self._show(text, done)


class Reporter(Protocol):
    """Receives lines for users, events for programs, and the progress of long operations."""

    def say(self, text: str) -> None:
        """Show a line that is part of the result."""
        ...

    def note(self, text: str) -> None:
        """Show a line about progress, which is not part of the result."""
        ...

    def emit(self, event: str, **fields: Any) -> None:
        """Emit an event with its fields for programs."""
        ...

    def findings(self, findings: Sequence[Finding]) -> None:
        """Show requirements with their verdicts and evidence."""
        ...

    def waiting(self, text: str) -> AbstractContextManager[Activity]:
        """Show the text while the body runs."""
        ...

    def counting(
        self, text: str, total: float | None, form: Callable[[float], str] = ...
    ) -> AbstractContextManager[Activity]:
        """Show a count up to `total` while the body runs; `form` formats a count."""
        ...
