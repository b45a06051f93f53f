"""The random walk of each ticker, sorted by the samples' own time.

Samples can be added to about the last day of each walk, which is how long Firehose may take. Later
ones are not compared, and the finding says so.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.history import Event
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude
from wavetank.ticker.invariants.attempts import RecordAttempts, TickAttempt
from wavetank.ticker.invariants.delivered_samples import delivered_samples
from wavetank.ticker.invariants.table import ObservedPriceTable
from wavetank.ticker.records import Sample

WALK_REMEMBERED = 6_000
"""Samples of a ticker: 25 hours."""
CHANGE_MAX = Decimal("0.01") + Decimal("1e-9")
"""Relative to the price before; what exceeds 1 % allows for floating-point arithmetic."""


class ContinuousWalk:
    """Consecutive prices of a ticker differ by at most 1 %.

    The predecessor of the first is the price in the table at the beginning. A jump is certain only
    if the run was drained: a sample between two others may be in flight.

    The assignment's script makes all four samples of a tick from the one price in the table and
    writes back the last, so two consecutive samples may be 1.01/0.99 apart. With a `custom_handler`
    a price is therefore also compared with the one that its tick began with, the last of the
    attempt before, and has to be within 1 % of either. A general limit of 2 % would miss a lost
    tick, which changes the price just that far.
    """

    key = "walk-continuity"
    name = "each ticker's prices change by at most 1 % from sample to sample"

    def __init__(self, *, custom_handler: bool = False) -> None:
        self._violations = ProblemCounts()
        self._attempts = RecordAttempts() if custom_handler else None
        self._table = ObservedPriceTable()
        self._walks: dict[str, _Walk] = {}
        self._late = ProblemCounts()

    def observe(self, event: Event) -> None:
        self._table.observe(event)
        if self._attempts:
            self._attempts.observe(event)
        for sample in delivered_samples(event):
            walk = self._walks.setdefault(sample.ticker, _Walk())
            attempt = self._attempts.take(sample.text) if self._attempts else None
            if not walk.add(sample, attempt):
                self._late.add("too late to be compared", sample.text.strip())
            self._add_jumps(self._violations, sample.ticker, walk.settle(self._base(sample.ticker)))

    def finding(self, end: HistoryEnd) -> Finding:
        missing = ProblemCounts()
        for ticker, walk in self._walks.items():
            self._add_jumps(missing, ticker, walk.open_jumps(self._base(ticker)))
        samples = sum(walk.samples for walk in self._walks.values())
        return conclude(
            self.name,
            end,
            violations=self._violations,
            missing=missing,
            doubt=self._doubt(),
            passed=f"{pluralize(samples, 'sample')} of {pluralize(len(self._walks), 'ticker')}",
        )

    def _base(self, ticker: str) -> Decimal | None:
        return self._table.baseline.get(ticker)

    def _doubt(self) -> str:
        without = [ticker for ticker in self._walks if self._base(ticker) is None]
        if not self._walks:
            return "no record was delivered"
        if without:
            return f"the table's first price is not known of {', '.join(sorted(without))}"
        return str(self._late)

    @staticmethod
    def _add_jumps(counts: ProblemCounts, ticker: str, jumps: "Iterable[_Jump]") -> None:
        for instant, base, price in jumps:
            counts.add("jumps", f"{ticker} from {base} to {price} at {rfc3339(instant)}")


type _Jump = tuple[datetime, Decimal, Decimal]
"""When, from which price, to which."""

type _WalkSample = tuple[datetime, Decimal, TickAttempt | None]
"""Timestamp and price of a sample, and its attempt for a custom handler."""


@dataclass
class _WalkPosition:
    """The current price of a walk, the attempt that made it, and that attempt's first base."""

    price: Decimal | None
    attempt: TickAttempt | None = None
    base: Decimal | None = None

    def move(self, price: Decimal, attempt: TickAttempt | None) -> Decimal | None:
        """Go to the next price; returns the price before if this is a jump, else None."""
        before = self.price
        if attempt is None or attempt != self.attempt:
            self.base, self.attempt = before, attempt
        self.price = price
        bases = (self.base, before)
        return before if all(base and _is_far(price, base) for base in bases) else None


def _is_far(price: Decimal, base: Decimal) -> bool:
    return abs(price - base) > base * CHANGE_MAX


class _Walk:
    """The samples of one ticker in the order of their own time; the older half can be settled."""

    def __init__(self) -> None:
        self._open: list[_WalkSample] = []
        self._settled: tuple[datetime, _WalkPosition] | None = None
        self.samples = 0

    def add(self, sample: Sample, attempt: TickAttempt | None) -> bool:
        """Insert the sample, unless it is a copy; returns False if it is too old to be compared."""
        if self._settled and sample.instant <= self._settled[0]:
            return False
        if not self._open or self._open[-1][0] < sample.instant:  # the usual case
            index = len(self._open)
        else:
            index = bisect_left(self._open, sample.instant, key=_instant_of)
        if index == len(self._open) or self._open[index][0] != sample.instant:
            self._open.insert(index, (sample.instant, sample.price, attempt))
            self.samples += 1
        return True

    def settle(self, baseline: Decimal | None) -> list[_Jump]:
        """Once there are plenty, return the jumps in the older half, and forget that half."""
        if len(self._open) < 2 * WALK_REMEMBERED:
            return []
        older, position = self._open[:WALK_REMEMBERED], self._position(baseline)
        jumps = list(_jumps(older, position))
        self._settled = older[-1][0], position
        del self._open[:WALK_REMEMBERED]
        return jumps

    def open_jumps(self, baseline: Decimal | None) -> Iterator[_Jump]:
        """The jumps in what is not settled."""
        return _jumps(self._open, self._position(baseline))

    def _position(self, baseline: Decimal | None) -> _WalkPosition:
        return replace(self._settled[1]) if self._settled else _WalkPosition(baseline)


def _instant_of(sample: _WalkSample) -> datetime:
    return sample[0]


def _jumps(samples: Iterable[_WalkSample], position: _WalkPosition) -> Iterator[_Jump]:
    """The jumps between the samples; moves the position over them."""
    for instant, price, attempt in samples:
        base = position.move(price, attempt)
        if base is not None:
            yield instant, base, price
