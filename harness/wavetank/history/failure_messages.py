"""What goes wrong in a run, each event of it in a sentence: one wording for reports and tests."""

from wavetank.core.text import counted
from wavetank.history.events import (
    OK,
    AttemptEnded,
    DestinationReached,
    Event,
    GivenUp,
    Outcome,
    RecordsLost,
    TickSuppressed,
)


def mishap(event: Event) -> str:
    """The event in a sentence without its end; empty where all went well."""
    match event:
        case TickSuppressed():
            return f"{event.rule} does not fire"
        case AttemptEnded() if event.outcome is not Outcome.SUCCESS:
            said = f": {event.error_type}: {event.message}" if event.error_type else ""
            return f"{event.function}, attempt {event.attempt}, ends by {event.outcome}{said}"
        case GivenUp():
            tried = counted(event.attempts, "attempt")
            return f"{event.function} is given up after {tried} ({event.condition})"
        case DestinationReached() if event.outcome != OK:
            return f"{event.destination} is not told: {event.outcome}"
        case RecordsLost():
            lost = counted(len(event.records), "record")
            return f"{event.stream} loses {lost}: {event.reason}"
    return ""
