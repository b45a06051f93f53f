"""What happens in a running pipeline, as it happens: ticks, objects, alerts."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from wavetank.clients import AwsClients
from wavetank.clock import Clock, rfc3339
from wavetank.naming import Names
from wavetank.probes import (
    DeliveredObject,
    Price,
    alerts,
    delivered_objects,
    last_tick,
    read_prices,
)

OVERLAP = timedelta(hours=1)


class Kind(StrEnum):
    """What can be seen to happen."""

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
    """Looks again and again, and tells what is new since the last look."""

    aws: AwsClients
    names: Names
    endpoint: str
    clock: Clock
    prices: list[Price] = field(default_factory=list)
    totals: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    _tick: datetime | None = None
    _keys: set[str] = field(default_factory=set)
    _newest: DeliveredObject | None = None
    _messages: int = 0
    _trouble: str = ""

    def look(self) -> list[Happening]:
        """What is new, in the order of a pipeline: ticks, objects, alerts."""
        happenings = [*self._new_tick(), *self._new_objects(), *self._new_alerts()]
        for happening in happenings:
            self.totals[happening.kind] += 1
        return happenings

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
            moved = before and self.prices and before != self.prices
            return [self._happening(Kind.TICK, f"prices moved  {shown}")] if moved else []
        if tick == self._tick:
            return []
        self._tick = tick
        return [self._happening(Kind.TICK, f"{rfc3339(tick)}  {shown}")]

    def _new_objects(self) -> list[Happening]:
        """Objects arrive in the order of their keys, but for those of one second."""
        after = ""
        if self._newest is not None:
            after = f"{self._newest.modified - OVERLAP:%Y/%m/%d/%H}"
        found = delivered_objects(self.aws, self.names.bucket, after)
        fresh = [entry for entry in found if entry.key not in self._keys]
        self._keys = {entry.key for entry in found}
        self._newest = found[-1] if found else self._newest
        return [
            self._happening(Kind.OBJECT, f"{entry.key} ({entry.size_bytes} bytes)")
            for entry in fresh
        ]

    def _new_alerts(self) -> list[Happening]:
        messages = alerts(self.endpoint)
        fresh, self._messages = messages[self._messages :], len(messages)
        return [
            self._happening(Kind.ALERT, f"to {message.address}: {_error_line(message.text)}")
            for message in fresh
        ]

    def _happening(self, kind: Kind, text: str) -> Happening:
        return Happening(kind, self.clock.now(), text)


def _error_line(text: str) -> str:
    """The line of the alert that says what went wrong, or its first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("Error:")]
    return (errors or lines or ["empty message"])[0].removeprefix("Error:").strip()
