"""What was not as usual, in words: the log that somebody would read who has a minute."""

from dataclasses import dataclass
from datetime import datetime

from wavetank.history import (
    Drained,
    Event,
    FaultBegan,
    FaultReverted,
    Invoked,
    MessageSent,
    RuleFired,
    RunEnded,
    SubscriptionChanged,
    TruncatedHistory,
    failure_message,
)
from wavetank.reporting.report.marks import shortened

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
        text = failure_message(event) or _of_work(event) or _of_faults(event)
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
        case RuleFired() if event.at > event.due:
            return f"the event due at {event.due:%H:%M:%S} arrives"
        case Invoked():
            return f"{event.function} is invoked by hand, for {event.due:%H:%M:%S}"
        case MessageSent():
            return f"e-mail to {event.address}: {event.subject}"
    return ""


def _of_faults(event: Event) -> str:
    match event:
        case FaultBegan():
            text = f"fault: {event.detail}"
        case FaultReverted():
            text = f"healed: {event.kind}"
        case SubscriptionChanged():
            text = f"{event.address} {'is confirmed' if event.confirmed else 'is not confirmed'}"
        case Drained(complete=False):
            text = f"not drained: {', '.join(event.left)}"
        case RunEnded():
            text = "the run ends"
        case TruncatedHistory():
            text = f"the history breaks off in line {event.line}"
        case _:
            text = ""
    return text
