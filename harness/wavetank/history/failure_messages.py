"""The failures in a run, each in one sentence: shared by reports and test failures."""

from wavetank.core.text import pluralize
from wavetank.history.events import (
    OK,
    UNANSWERED,
    ApiCalled,
    AttemptEnded,
    DestinationReached,
    Event,
    Outcome,
    RecordsLost,
    RequestDiscarded,
    TickSuppressed,
    WorkloadSent,
)


def failure_message(event: Event) -> str:  # noqa: PLR0911 - one for each kind of event
    """The event as a sentence without a full stop; empty if it is not a failure."""
    match event:
        case TickSuppressed():
            return f"{event.rule} does not fire"
        case AttemptEnded() if event.outcome is not Outcome.SUCCESS:
            said = f": {event.error_type}: {event.message}" if event.error_type else ""
            return f"{event.function}, attempt {event.attempt}, ends by {event.outcome}{said}"
        case ApiCalled() if event.outcome == UNANSWERED:
            return f"{event.service} {event.operation} has no answer"
        case RequestDiscarded():
            tried = pluralize(event.attempts, "attempt")
            return f"{event.function} is given up after {tried} ({event.condition})"
        case DestinationReached() if event.outcome != OK:
            return f"{event.destination} is not reached: {event.outcome}"
        case WorkloadSent() if event.outcome != OK:
            return f"{event.kind} {event.number} to {event.target} is refused: {event.outcome}"
        case RecordsLost():
            lost = pluralize(len(event.records), "record")
            return f"{event.stream} loses {lost}: {event.reason}"
    return ""
