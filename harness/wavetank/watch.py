"""What happens in a running pipeline, as it happens: ticks, objects, alerts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from wavetank.clients import AwsClients
from wavetank.clock import Clock, rfc3339
from wavetank.naming import Names
from wavetank.probes import (
    DeliveredObject,
    Message,
    Price,
    alerts,
    delivered_objects,
    last_tick,
    read_prices,
)
from wavetank.sandbox import SandboxControls
from wavetank.words import counted

OVERLAP = timedelta(hours=1)
NOT_SAID = "not said"
"""What an alert has in place of what Lambda's record does not tell."""


class Kind(StrEnum):
    """What can be seen to happen."""

    HELD = "held"
    TICK = "tick"
    OBJECT = "object"
    ALERT = "alert"
    RESTART = "restart"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Happening:
    """One thing that happened, when it was noticed, in words."""

    kind: Kind
    noticed: datetime
    text: str


@dataclass
class Watcher:
    """Looks again and again, and tells what is new since the last look.

    What is there at the first look is told in one line and counts for nothing: a sandbox that takes
    up what the last one held has months of it.
    """

    aws: AwsClients
    names: Names
    endpoint: str
    clock: Clock
    prices: list[Price] = field(default_factory=list)
    totals: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    ticked: datetime | None = None
    """When the last tick was noticed."""
    rule_on: bool = True
    records: int = 0
    """That were delivered since the first look."""
    buffered: int = 0
    """Records that the delivery stream holds."""
    given_up: set[str] = field(default_factory=set)
    """The requests whose failure was told by e-mail."""
    _looked: bool = False
    _delivered: int = 0
    _tick: datetime | None = None
    _keys: set[str] = field(default_factory=set)
    _newest: DeliveredObject | None = None
    _messages: int = 0
    _trouble: str = ""

    def look(self) -> list[Happening]:
        """What is new, in the order of a pipeline: ticks, objects, alerts."""
        objects, messages = self._new_objects(), self._new_messages()
        self._look_at_stream()
        rule = self.aws.events.describe_rule(Name=self.names.rule)
        self.rule_on = rule["State"] == "ENABLED"
        if not self._looked:
            self._looked, self.records = True, 0
            return [*self._before(objects, messages), *self._new_tick()]
        happenings = [
            *self._new_tick(),
            *(self._happening(Kind.OBJECT, _object_line(entry)) for entry in objects),
            *(self._happening(Kind.ALERT, _alert_line(message)) for message in messages),
        ]
        self.given_up |= {_request(message.text) for message in messages}
        for happening in happenings:
            self.totals[happening.kind] += 1
        return happenings

    def _before(
        self, objects: list[DeliveredObject], messages: list[Message]
    ) -> Iterator[Happening]:
        if objects or messages:
            there = f"{counted(len(objects), 'object')} and {counted(len(messages), 'e-mail')}"
            yield self._happening(Kind.HELD, f"{there} from before")

    def _look_at_stream(self) -> None:
        """Its counts begin again with each LocalStack."""
        state = SandboxControls(self.endpoint).streams().get(self.names.delivery_stream, {})
        before, self._delivered = self._delivered, state.get("records_delivered", 0)
        self.buffered = state.get("records_held", 0)
        self.records += self._delivered - (before if self._delivered >= before else 0)

    def notice(self, trouble: str) -> list[Happening]:
        """Something that cannot be looked at, such as a deleted table: news only once."""
        if trouble == self._trouble:
            return []
        self._trouble = trouble
        return [self._happening(Kind.TROUBLE, trouble)]

    def _new_tick(self) -> list[Happening]:
        """A tick by its name; where the function leaves none in the table, by the prices moving."""
        before, self.prices = self.prices, read_prices(self.aws, self.names.table)
        shown = "  ".join(f"{price.price:.2f}" for price in self.prices)
        tick = last_tick(self.prices)
        if tick is None:
            if not (before and self.prices and before != self.prices):
                return []
            self.ticked = self.clock.now()
            return [self._happening(Kind.TICK, f"prices moved  {shown}")]
        if tick == self._tick:
            return []
        self._tick, self.ticked = tick, self.clock.now()
        return [self._happening(Kind.TICK, f"{rfc3339(tick)}  {shown}")]

    def _new_objects(self) -> list[DeliveredObject]:
        """Objects arrive in the order of their keys, but for those of one second."""
        after = ""
        if self._newest is not None:
            after = f"{self._newest.modified - OVERLAP:%Y/%m/%d/%H}"
        found = delivered_objects(self.aws, self.names.bucket, after)
        fresh = [entry for entry in found if entry.key not in self._keys]
        self._keys = {entry.key for entry in found}
        self._newest = found[-1] if found else self._newest
        return fresh

    def _new_messages(self) -> list[Message]:
        messages = alerts(self.endpoint)
        fresh, self._messages = messages[self._messages :], len(messages)
        return fresh

    def _happening(self, kind: Kind, text: str) -> Happening:
        return Happening(kind, self.clock.now(), text)


def _object_line(entry: DeliveredObject) -> str:
    return f"{entry.key} ({entry.size_bytes} bytes)"


def _alert_line(message: Message) -> str:
    return f"to {message.address}: {_error_line(message.text)}"


def _request(text: str) -> str:
    """The request that the alert is about; the whole text where it names none."""
    named = (line for line in text.splitlines() if line.startswith("Request:"))
    return next(named, text)


def _error_line(text: str) -> str:
    """The line of the alert that says what went wrong, or why it was given up, or its first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for name in ("Error:", "Reason:"):
        for line in lines:
            if line.startswith(name) and not line.endswith(NOT_SAID):
                return line.removeprefix(name).strip()
    return (lines or ["empty message"])[0]
