"""The streaming function's AWS, in memory: what the table and the delivery stream come to hold.

Used where a test needs thousands of runs; the same rules hold against LocalStack in the embedded
tier. `fail_at` names the calls that fail, each before or after it takes effect.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from streaming.tick import PricesMovedError
from streaming.walk import TICK, Index, Sample

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SEED = "test-stream"
LATE_MAX = timedelta(minutes=65)
FIRST = (("Index_1", 100), ("Index_2", 90), ("Index_3", 80), ("Index_4", 70), ("Index_5", 60))


class CallFailedError(Exception):
    """A call that failed on purpose, or the process that died at it."""


def first_indices() -> list[Index]:
    """The five indices as they are seeded."""
    return [Index(ticker, Decimal(price), None) for ticker, price in FIRST]


@dataclass
class MemoryAws:
    """The table and the stream, shared by every invocation."""

    table: dict[str, Index] = field(default_factory=lambda: {i.ticker: i for i in first_indices()})
    delivered: list[Sample] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    before_call: Callable[[str], None] = lambda _: None
    after_call: Callable[[str], None] = lambda _: None

    def read_prices(self) -> list[Index]:
        self._begin("read")
        found = list(self.table.values())
        self.after_call("read")
        return found

    def deliver(self, samples: list[Sample]) -> None:
        self._begin("deliver")
        self.delivered.extend(samples)
        self.after_call("deliver")

    def keep_prices(self, indices: Sequence[Index]) -> None:
        self._begin("keep")
        for index in indices:
            held = self.table[index.ticker].tick
            assert index.tick is not None
            if held is not None and held >= index.tick:
                raise PricesMovedError(index.ticker)
        self.table.update({index.ticker: index for index in indices})
        self.after_call("keep")

    def _begin(self, call: str) -> None:
        self.calls.append(call)
        self.before_call(call)


def broken_guarantees(aws: MemoryAws, expected_ticks: Sequence[datetime]) -> list[str]:
    """What the delivered samples break of the guarantee; empty where it holds."""
    broken = []
    prices: dict[tuple[str, datetime], Decimal] = {}
    for sample in aws.delivered:
        key = (sample.ticker, sample.instant)
        if prices.setdefault(key, sample.price) != sample.price:
            broken.append(f"copies differ: {key}")
    for tick in expected_ticks:
        broken += [f"missing: {t} {tick}" for t, _ in FIRST if (t, tick) not in prices]
    for ticker, first_price in FIRST:
        walk = sorted((at, price) for (name, at), price in prices.items() if name == ticker)
        base = Decimal(first_price)
        for at, price in walk:
            if abs(price - base) > base / 100:
                broken.append(f"jump: {ticker} {at} from {base} to {price}")
            base = price
        if walk and aws.table[ticker].price != base:
            broken.append(f"table differs from the last sample: {ticker}")
    return broken


def minutes(count: int, start: datetime = NOON) -> list[datetime]:
    """That many ticks in a row."""
    return [start + n * TICK for n in range(count)]
