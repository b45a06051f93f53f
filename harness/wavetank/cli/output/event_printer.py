"""Events of a run printed as they happen: faults, failures and alerts, not every event."""

from typing import TYPE_CHECKING

from wavetank.cli.output.console_output import Output
from wavetank.cli.output.text_wrap import ELLIPSIS
from wavetank.core.text import pluralize
from wavetank.history import (
    AttemptEnded,
    Event,
    FaultBegan,
    FaultReverted,
    MessageSent,
    ObjectDelivered,
    RecordsAccepted,
    RequestDiscarded,
    RuleFired,
    RunBegan,
    TickSuppressed,
    WorkloadSent,
    failure_message,
)

if TYPE_CHECKING:
    from datetime import datetime

ERROR_CHARACTERS = 100


class EventPrinter:
    """Prints the first event of most kinds, and every fault, failure and alert of a run."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._begin: datetime | None = None
        self._expected = 0
        self._objects = 0
        self._shown: set[str] = set()

    def show(self, event: Event) -> None:
        """Prints a line for the event, if it is worth one."""
        match event:
            case RunBegan():
                self._begin = event.at
                rules = ", ".join(f"{rule.name} {rule.expression}" for rule in event.rules)
                self._output.say(f"deployed: {rules}; {pluralize(len(event.code), 'function')}")
            case RecordsAccepted():
                self._accept(event)
            case ObjectDelivered():
                self._deliver(event)
            case FaultBegan() | FaultReverted():
                self._shown.clear()
                began = isinstance(event, FaultBegan)
                text = f"fault: {event.detail}" if began else f"reverted: {event.kind}"
                self._say(event, text)
            case _:
                self._show_failure(event)

    def _show_failure(self, event: Event) -> None:
        match event:
            case RuleFired() if event.at != event.due:
                self._say(event, f"the event due at {event.due:%H:%M:%S} arrives")
            case MessageSent():
                kind = "e-mail" if "@" in event.address else "message"
                self._once(event, event.address, f"{kind} to {event.address}: {event.subject}")
            case TickSuppressed():
                self._say(event, failure_message(event))
            case _ if text := failure_message(event):
                self._once(event, _kind_of_failure(event, text), _cut(text))

    def _accept(self, event: RecordsAccepted) -> None:
        count = len(event.records)
        if count != self._expected:
            self._say(event, f"a tick delivers {pluralize(count, 'record')}")
        self._expected = self._expected or count

    def _deliver(self, event: ObjectDelivered) -> None:
        self._objects += 1
        if self._objects == 1:
            self._say(event, f"the first object in S3: {event.key}")

    def _once(self, event: Event, kind: str, text: str) -> None:
        """Prints only the first event of a kind since a fault began or was reverted."""
        if kind not in self._shown:
            self._shown.add(kind)
            self._say(event, text)

    def _say(self, event: Event, text: str) -> None:
        assert self._begin is not None  # the first event of a run
        passed = int((event.at - self._begin).total_seconds())
        time = f"{passed // 3600:02}:{passed // 60 % 60:02}:{passed % 60:02}  "
        self._output.say(time + text, len(time), shorten=True)


def _kind_of_failure(event: Event, text: str) -> str:
    """What failures have in common of which the first one is shown."""
    match event:
        case AttemptEnded() | RequestDiscarded():
            return type(event).__name__
        case WorkloadSent():
            return f"{event.kind} {event.target} {event.outcome}"
    return text


def _cut(text: str) -> str:
    return text if len(text) <= ERROR_CHARACTERS else f"{text[: ERROR_CHARACTERS - 1]}{ELLIPSIS}"
