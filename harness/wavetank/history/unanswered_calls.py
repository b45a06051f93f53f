"""The calls of functions that had no answer: neither of an emulator, nor of the test."""

from collections import Counter

from wavetank.core.text import pluralize
from wavetank.history.events import UNANSWERED, ApiCalled, Event


class UnansweredCalls:
    """Counts the calls of each operation that had no answer."""

    def __init__(self) -> None:
        self._counts = Counter[str]()

    def observe(self, event: Event) -> None:
        """Observe the next event."""
        if isinstance(event, ApiCalled) and event.outcome == UNANSWERED:
            self._counts[f"{event.service} {event.operation}"] += 1

    def lines(self) -> tuple[str, ...]:
        """A sentence for each operation, in the order of their first calls."""
        return tuple(
            f"{name} has no answer ({pluralize(count, 'call')})"
            for name, count in self._counts.items()
        )
