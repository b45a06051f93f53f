"""What was not as usual, in words: the log that somebody would read who has a minute."""

from dataclasses import dataclass
from datetime import datetime

from wavetank.history import (
    AttemptEnded,
    CutOff,
    DestinationReached,
    Drained,
    Event,
    FaultBegan,
    FaultHealed,
    Fired,
    GivenUp,
    Invoked,
    MessageSent,
    Outcome,
    RecordsLost,
    RunEnded,
    SubscriptionChanged,
    Suppressed,
)
from wavetank.history.events import OK
from wavetank.report.marks import shortened
from wavetank.words import counted

REMARKS_MAX = 200


@dataclass(frozen=True)
class Remark:
    """Something that happened."""

    at: datetime
    text: str


class Remarks:
    """Keeps the first of them, and counts the others."""

    def __init__(self) -> None:
        self._kept: list[Remark] = []
        self.more = 0

    def observe(self, event: Event) -> None:
        """Takes in the next event."""
        text = _of_work(event) or _of_faults(event)
        if not text:
            return
        if len(self._kept) < REMARKS_MAX:
            self._kept.append(Remark(event.at, shortened(text)))
        else:
            self.more += 1

    def remarks(self) -> tuple[Remark, ...]:
        """The first ones."""
        return tuple(self._kept)


def _of_work(event: Event) -> str:
    match event:
        case Suppressed():
            text = f"{event.rule} does not fire"
        case Fired() if event.at > event.due:
            text = f"the event due at {event.due:%H:%M:%S} arrives"
        case Invoked():
            text = f"{event.function} is invoked by hand, for {event.due:%H:%M:%S}"
        case AttemptEnded() if event.outcome is not Outcome.SUCCESS:
            error = f": {event.error_type}: {event.message}" if event.error_type else ""
            text = f"{event.function}, attempt {event.attempt}, {event.outcome}{error}"
        case GivenUp():
            tried = counted(event.attempts, "attempt")
            text = f"{event.function}: given up after {tried}, {event.condition}"
        case DestinationReached() if event.outcome != OK:
            text = f"the failure could not be reported: {event.outcome}"
        case RecordsLost():
            text = f"{counted(len(event.records), 'record')} lost: {event.reason}"
        case MessageSent():
            text = f"e-mail to {event.address}: {event.subject}"
        case _:
            text = ""
    return text


def _of_faults(event: Event) -> str:
    match event:
        case FaultBegan():
            text = f"fault: {event.detail}"
        case FaultHealed():
            text = f"healed: {event.kind}"
        case SubscriptionChanged():
            text = f"{event.address} {'is confirmed' if event.confirmed else 'is not confirmed'}"
        case Drained(complete=False):
            text = f"not drained: {', '.join(event.left)}"
        case RunEnded():
            text = "the run ends"
        case CutOff():
            text = f"the history breaks off in line {event.line}"
        case _:
            text = ""
    return text
