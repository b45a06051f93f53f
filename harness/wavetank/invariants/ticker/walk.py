"""The walk of each ticker, sorted by the samples' own time.

About a day of each walk can still be added to, which is how long Firehose may take; what comes
later than that is not compared any more, and the finding says so.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding
from wavetank.core.text import counted
from wavetank.core.ticker_records import Sample
from wavetank.history import Event
from wavetank.invariants.completeness import Flaws, HistoryEnd, conclude
from wavetank.invariants.ticker.attempts import Attempts, TickAttempt
from wavetank.invariants.ticker.delivered_samples import delivered_samples
from wavetank.invariants.ticker.table import ObservedPriceTable

WALK_REMEMBERED = 6_000
"""Samples of a ticker; 25 hours of them."""
CHANGE_MAX = Decimal("0.01") + Decimal("1e-9")
"""Of the price before; what is above 1 % is for handlers that reckon in floating point."""


class ContinuousWalk:
    """Sorted by time, no price of a ticker is more than 1 % from the one before it.

    The first one's predecessor is the price that the table held at the beginning. A jump is certain
    only when all was delivered: what is missing between two samples may be on its way.

    The assignment's script makes all four samples of a tick from the one price in the table and
    writes back the last, so two that follow one another may be 1.01/0.99 apart. With an
    `own_handler` a price is therefore also held against the one that its tick began with, the last
    of the attempt before; it has to be within 1 % of either. A general 2 % would have let a lost
    tick pass, which moves the price just that far.
    """

    key = "walk-continuity"
    name = "each ticker's walk is continuous"

    def __init__(self, *, own_handler: bool = False) -> None:
        self._wrong = Flaws()
        self._attempts = Attempts() if own_handler else None
        self._table = ObservedPriceTable()
        self._walks: dict[str, _Walk] = {}
        self._late = Flaws()

    def observe(self, event: Event) -> None:
        self._table.observe(event)
        if self._attempts:
            self._attempts.observe(event)
        for sample in delivered_samples(event):
            walk = self._walks.setdefault(sample.ticker, _Walk())
            attempt = self._attempts.take(sample.text) if self._attempts else None
            if not walk.add(sample, attempt):
                self._late.add("came too late to be compared", sample.text.strip())
            self._note(self._wrong, sample.ticker, walk.settle(self._base(sample.ticker)))

    def finding(self, ending: HistoryEnd) -> Finding:
        absent = Flaws()
        for ticker, walk in self._walks.items():
            self._note(absent, ticker, walk.open_jumps(self._base(ticker)))
        samples = sum(walk.samples for walk in self._walks.values())
        return conclude(
            self.name,
            ending,
            wrong=self._wrong,
            absent=absent,
            doubt=self._doubt(),
            holds=f"{counted(samples, 'sample')} of {counted(len(self._walks), 'ticker')}",
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
    def _note(flaws: Flaws, ticker: str, jumps: "Iterable[_Jump]") -> None:
        for instant, base, price in jumps:
            flaws.add("jumps", f"{ticker} from {base} to {price} at {rfc3339(instant)}")


type _Jump = tuple[datetime, Decimal, Decimal]
"""When, from which price, to which."""

type _Placed = tuple[datetime, Decimal, TickAttempt | None]
"""A sample in its walk, and whose it is where that matters."""


@dataclass
class _Stand:
    """Where a walk stands: at which price, in whose tick, and what that began with."""

    price: Decimal | None
    attempt: TickAttempt | None = None
    base: Decimal | None = None

    def move(self, price: Decimal, attempt: TickAttempt | None) -> Decimal | None:
        """Goes on to the next price; the one that it jumped from, None where it did not."""
        before = self.price
        if attempt is None or attempt != self.attempt:
            self.base, self.attempt = before, attempt
        self.price = price
        bases = (self.base, before)
        return before if all(base and _is_far(price, base) for base in bases) else None


def _is_far(price: Decimal, base: Decimal) -> bool:
    return abs(price - base) > base * CHANGE_MAX


class _Walk:
    """One ticker's samples in the order of their own time: those that may still be added to."""

    def __init__(self) -> None:
        self._open: list[_Placed] = []
        self._settled: tuple[datetime, _Stand] | None = None
        self.samples = 0

    def add(self, sample: Sample, attempt: TickAttempt | None) -> bool:
        """Puts it in its place, unless it is a copy; False where its place is settled already."""
        if self._settled and sample.instant <= self._settled[0]:
            return False
        if not self._open or self._open[-1][0] < sample.instant:  # as almost every one
            place = len(self._open)
        else:
            place = bisect_left(self._open, sample.instant, key=_instant_of)
        if place == len(self._open) or self._open[place][0] != sample.instant:
            self._open.insert(place, (sample.instant, sample.price, attempt))
            self.samples += 1
        return True

    def settle(self, baseline: Decimal | None) -> list[_Jump]:
        """Once there are plenty, the jumps in the older half, which is then forgotten."""
        if len(self._open) < 2 * WALK_REMEMBERED:
            return []
        older, stand = self._open[:WALK_REMEMBERED], self._stand(baseline)
        jumps = list(_jumps(older, stand))
        self._settled = older[-1][0], stand
        del self._open[:WALK_REMEMBERED]
        return jumps

    def open_jumps(self, baseline: Decimal | None) -> Iterator[_Jump]:
        """The jumps in what is not settled."""
        return _jumps(self._open, self._stand(baseline))

    def _stand(self, baseline: Decimal | None) -> _Stand:
        return replace(self._settled[1]) if self._settled else _Stand(baseline)


def _instant_of(placed: _Placed) -> datetime:
    return placed[0]


def _jumps(samples: Iterable[_Placed], stand: _Stand) -> Iterator[_Jump]:
    """Moves the stand over the samples."""
    for instant, price, attempt in samples:
        base = stand.move(price, attempt)
        if base is not None:
            yield instant, base, price
