"""Which functions failed in a run, how often, and the first error of each."""

from collections import Counter

from wavetank.core.text import pluralize
from wavetank.history.events import AttemptEnded, Event, Outcome

CHARACTERS_MAX = 300
UNFAILED = frozenset({Outcome.SUCCESS, Outcome.THROTTLED})
"""A throttled attempt never reached the function."""


class AttemptErrors:
    """Counts the failed attempts of each function; memory is used for functions only."""

    def __init__(self) -> None:
        self._counts = Counter[str]()
        self._first: dict[str, str] = {}
        self._differing: set[str] = set()

    def observe(self, event: Event) -> None:
        """Observe the next event."""
        if not isinstance(event, AttemptEnded) or event.outcome in UNFAILED:
            return
        self._counts[event.function] += 1
        error = _error(event)
        if self._first.setdefault(event.function, error) != error:
            self._differing.add(event.function)

    def lines(self) -> tuple[str, ...]:
        """A sentence for each function that failed, without a full stop."""
        return tuple(
            f"{pluralize(count, 'attempt')} of {function} failed"
            f"{', the first' if function in self._differing else ''}: {self._first[function]}"
            for function, count in self._counts.items()
        )


def _error(event: AttemptEnded) -> str:
    parts = [part for part in (event.error_type, event.message) if part] or [event.outcome]
    line = " ".join(": ".join(parts).split())
    return line if len(line) <= CHARACTERS_MAX else f"{line[:CHARACTERS_MAX]}..."
