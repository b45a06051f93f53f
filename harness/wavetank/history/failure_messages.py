"""The failures in a run, each in one sentence: for reports, test failures and the live view."""

from wavetank.core.resource_name import resource_name
from wavetank.core.text import pluralize
from wavetank.history.events import (
    OK,
    UNANSWERED,
    ApiCalled,
    AttemptEnded,
    DestinationReached,
    Event,
    EventSettled,
    EventUndelivered,
    Outcome,
    RecordsLost,
    RequestDiscarded,
    Settlement,
    TickSuppressed,
    WorkloadSent,
)

LOST = {
    Settlement.DEAD_LETTERED: "to the dead-letter queue, received too often",
    Settlement.DISCARDED: "discarded, retried too often or too old",
    Settlement.EXPIRED: "expired, at the end of the retention period",
    Settlement.STOPPED: "a recursive loop, which Lambda stops",
}
"""What to say of events that their function will not process any more."""


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
        case EventSettled() if event.settlement in LOST:
            lost = pluralize(len(event.ids), "event")
            return f"{lost} of {resource_name(event.source)}: {LOST[event.settlement]}"
        case EventUndelivered():
            return f"{event.target} refuses an event: {event.reason}"
    return ""
