"""The random walk of one index: the same tick from the same price gives the same samples, for ever.

Prices are exact decimals of ten significant digits. Each sample differs from the one before it by
a change drawn uniformly from -1 % to +1 %, rounded towards the earlier price so that it is never
more. The random source is seeded from what is drawn for, so that a retry, a duplicate, or a later
invocation that makes good a missed minute, arrives at the very same prices.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

TICK = timedelta(minutes=1)
SAMPLE_OFFSETS = tuple(timedelta(seconds=seconds) for seconds in (0, 15, 30, 45))
CHANGE_STEPS = 1_000_000
CHANGE_STEP = Decimal("1e-8")
SIGNIFICANT_DIGITS = 10


@dataclass(frozen=True)
class Index:
    """What the table holds of one index: its last delivered price, and the tick it was made in.

    Before the first tick, `tick` is the one before it, or None where the table does not say.
    """

    ticker: str
    price: Decimal
    tick: datetime | None


@dataclass(frozen=True)
class Sample:
    """One price of one index at one instant (UTC)."""

    ticker: str
    instant: datetime
    price: Decimal


def tick_of(instant: datetime) -> datetime:
    """The minute that an event belongs to: two events of one minute are one tick."""
    return instant.astimezone(UTC).replace(second=0, microsecond=0)


def samples(index: Index, until: datetime, seed: str) -> Iterator[Sample]:
    """Every sample after the index's last tick, up to and including the tick `until`.

    Only `until` itself for an index that has none; nothing where it is already made. `seed` tells
    pipelines apart, so that two that run side by side do not show the same prices.
    """
    price = index.price
    tick = until if index.tick is None else index.tick + TICK
    while tick <= until:
        source = random.Random(f"{seed}/{index.ticker}/{tick.isoformat()}")  # noqa: S311 - a simulation, which must repeat itself
        for offset in SAMPLE_OFFSETS:
            price = _changed(price, source)
            yield Sample(index.ticker, tick + offset, price)
        tick += TICK


def _changed(price: Decimal, source: random.Random) -> Decimal:
    steps = int(source.random() * (2 * CHANGE_STEPS + 1)) - CHANGE_STEPS
    quantum = Decimal((0, (1,), price.adjusted() - SIGNIFICANT_DIGITS + 1))
    change = (price * steps * CHANGE_STEP).quantize(quantum, rounding=ROUND_DOWN)
    return price + change
