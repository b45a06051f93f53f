"""Runs of the assignment's script: stamped with the time of its work, each tick from one price."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from tests.pipeline import FIRST, NOON
from tests.sample_histories import MINUTE, began
from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    Drained,
    Event,
    ObjectDelivered,
    Outcome,
    RecordsAccepted,
    RuleFired,
    RunEnded,
    TableSnapshot,
    Trigger,
)

OFFSETS = (0, 15, 30, 45)


@dataclass
class ScriptedHistory:
    """So many ticks at a second of the minute; some succeed only when they are tried again.

    `retried` are the ticks whose first attempt fails before it does anything; `lost` those whose
    records the stream loses. `spread` are the offsets, in seconds, of a tick's samples.
    """

    ticks: int = 3
    second: float = 0.0
    retried: frozenset[int] = frozenset()
    lost: frozenset[int] = frozenset()
    spread: tuple[float, ...] = OFFSETS
    volatility: float = 0.01
    _prices: dict[str, float] = field(default_factory=lambda: {t: float(p) for t, p in FIRST})
    _random: Random = field(default_factory=lambda: Random(1))  # noqa: S311 - a simulation

    def events(self) -> list[Event]:
        """From the beginning to the end, drained."""
        end = NOON + (self.ticks + 3) * MINUTE
        return [
            began(self.ticks),
            self._table(NOON),
            *(event for number in range(1, self.ticks + 1) for event in self._tick(number)),
            self._table(end),
            Drained(end, complete=True),
            RunEnded(end),
        ]

    def _tick(self, number: int) -> Iterator[Event]:
        request = f"request-{number}"
        at = NOON + number * MINUTE + timedelta(seconds=self.second)
        yield RuleFired(at, "tick", "streaming", request, at)
        attempts = (1, 2) if number in self.retried else (1,)
        for attempt in attempts:
            yield AttemptBegan(
                at, request, "streaming", attempt, cold=False, trigger=Trigger.SCHEDULE
            )
            if attempt < len(attempts):
                yield AttemptEnded(at, request, "streaming", attempt, Outcome.ERROR, "E", "e")
                at += MINUTE
        records = self._records(at)
        yield RecordsAccepted(at, request, "stream", records)
        yield AttemptEnded(at, request, "streaming", len(attempts), Outcome.SUCCESS)
        if number not in self.lost:
            yield ObjectDelivered(at, "stream", "bucket", f"object-{number}", records)

    def _records(self, now: datetime) -> tuple[str, ...]:
        """As the script makes them; the last of each ticker goes to the table."""
        base, made = dict(self._prices), []
        for offset in self.spread:
            for ticker, price in base.items():
                self._prices[ticker] = self._changed(price)
                now += timedelta(microseconds=7)  # each stamp is a reading of the clock
                stamp = (now + timedelta(seconds=offset)).replace(tzinfo=None)
                made.append(
                    f"{{ticker : {ticker}, timestamp : {stamp}, price : {self._prices[ticker]}}}"
                )
        return tuple(made)

    def _changed(self, price: float) -> float:
        return price + price * self._random.uniform(-self.volatility, self.volatility)

    def _table(self, at: datetime) -> TableSnapshot:
        return TableSnapshot(at, "prices", tuple(_item(t, p) for t, p in self._prices.items()))


def _item(ticker: str, price: float) -> Mapping[str, str]:
    return {"TickerName": ticker, "Price": str(Decimal(str(price)))}
