"""The lanes of ticks, of each function's attempts, and of alerts."""

from datetime import datetime

from wavetank.history import (
    AttemptEnded,
    DestinationReached,
    Event,
    Invoked,
    MessageSent,
    Outcome,
    RequestDiscarded,
    RuleFired,
    TickSuppressed,
)
from wavetank.history.events import OK
from wavetank.invariants.interval_set import RecentMapping
from wavetank.reporting.report.marks import Bins, Lane, LaneBuilder, MarkKind

FIRINGS_REMEMBERED = 10_000
FUNCTIONS_MAX = 8
"""Functions of one pipeline; the attempts of further ones share the last lane."""


class Ticks:
    """Collects the timeline lane of ticks, fired by rules or invoked manually."""

    def __init__(self, bins: Bins) -> None:
        self._lane = LaneBuilder("Ticks", bins)
        self._seen = RecentMapping[tuple[str, str, datetime], bool](FIRINGS_REMEMBERED)

    def observe(self, event: Event) -> None:
        """Processes the next event."""
        match event:
            case RuleFired():
                self._fire(event)
            case TickSuppressed():
                self._lane.add(MarkKind.SUPPRESSED, event.at, f"by {event.fault}")
            case Invoked():
                self._lane.add(MarkKind.BY_HAND, event.at, f"for {event.due:%H:%M:%S}")

    def lanes(self) -> list[Lane]:
        """One lane, even if it is empty."""
        return [self._lane.lane()]

    def _fire(self, event: RuleFired) -> None:
        key = (event.rule, event.target, event.due)
        due = f"due {event.due:%H:%M:%S}"
        if self._seen.get(key):
            self._lane.add(MarkKind.AGAIN, event.at, due)
        elif event.at > event.due:
            self._lane.add(MarkKind.LATE, event.at, due)
        else:
            self._lane.add(MarkKind.ON_TIME, event.at)
        self._seen.put(key, value=True)


class AttemptLanes:
    """Collects the timeline lanes of attempts, one lane for each function."""

    def __init__(self, bins: Bins) -> None:
        self._bins = bins
        self._functions: dict[str, LaneBuilder] = {}

    def observe(self, event: Event) -> None:
        """Processes the next event."""
        match event:
            case AttemptEnded():
                self._lane(event.function).add(_ending(event), event.at, _note(event))
            case RequestDiscarded():
                note = f"after {event.attempts}, {event.condition}"
                self._lane(event.function).add(MarkKind.GIVEN_UP, event.at, note)

    def lanes(self) -> list[Lane]:
        """In the order in which the functions first appeared."""
        return [builder.lane() for builder in self._functions.values()]

    def _lane(self, function: str) -> LaneBuilder:
        if function not in self._functions and len(self._functions) == FUNCTIONS_MAX:
            return next(reversed(self._functions.values()))
        return self._functions.setdefault(
            function, LaneBuilder(f"Attempts of {function}", self._bins)
        )


class Alerts:
    """Collects the timeline lane of alerts: reported failures, and the e-mails about them."""

    def __init__(self, bins: Bins) -> None:
        self._lane = LaneBuilder("Alerts", bins)

    def observe(self, event: Event) -> None:
        """Processes the next event."""
        match event:
            case DestinationReached(outcome=outcome) if outcome == OK:
                self._lane.add(MarkKind.REPORTED, event.at)
            case DestinationReached():
                self._lane.add(MarkKind.UNREPORTED, event.at, event.outcome)
            case MessageSent():
                self._lane.add(MarkKind.MAIL, event.at, f"to {event.address}: {event.subject}")

    def lanes(self) -> list[Lane]:
        """One lane, even if it is empty."""
        return [self._lane.lane()]


def _ending(event: AttemptEnded) -> MarkKind:
    if event.outcome is Outcome.SUCCESS:
        return MarkKind.SUCCEEDED if event.attempt == 1 else MarkKind.RETRIED
    return MarkKind.THROTTLED if event.outcome is Outcome.THROTTLED else MarkKind.FAILED


def _note(event: AttemptEnded) -> str:
    """Empty for an attempt that succeeded at once, as most do."""
    if event.outcome is Outcome.SUCCESS and event.attempt == 1:
        return ""
    error = f", {event.error_type}: {event.message}" if event.error_type else ""
    return f"attempt {event.attempt}, {event.outcome}{error}"
