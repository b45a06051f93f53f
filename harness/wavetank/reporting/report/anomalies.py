"""Anomalies of a run in words: a log for a reader who has a minute."""

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

ANOMALIES_MAX = 200


@dataclass(frozen=True)
class Anomaly:
    """An unusual event of a run, in words; `number` is that of its line in history.jsonl."""

    at: datetime
    text: str
    number: int


class Anomalies:
    """Collects the first anomalies of a run, and counts the others.

    It gets every event but the first one, which is the run's beginning.
    """

    def __init__(self) -> None:
        self._first: list[Anomaly] = []
        self._number = 1
        self.more = 0

    def observe(self, event: Event) -> None:
        """Processes the next event."""
        self._number += 1
        text = failure_message(event) or _of_work(event) or _of_faults(event)
        if not text:
            return
        if len(self._first) < ANOMALIES_MAX:
            self._first.append(Anomaly(event.at, shortened(text), self._number))
        else:
            self.more += 1

    def anomalies(self) -> tuple[Anomaly, ...]:
        """The first anomalies."""
        return tuple(self._first)


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
            text = f"reverted: {event.kind}"
        case SubscriptionChanged():
            text = f"{event.address} {'is confirmed' if event.confirmed else 'is not confirmed'}"
        case Drained(complete=False):
            text = f"not drained: {', '.join(event.remaining)}"
        case RunEnded():
            text = "the run ends"
        case TruncatedHistory():
            text = f"the history is truncated in line {event.line}"
        case _:
            text = ""
    return text
