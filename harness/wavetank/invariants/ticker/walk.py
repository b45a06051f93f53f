"""The walk of each ticker, sorted by the samples' own time.

About a day of each walk can still be added to, which is how long Firehose may take; what comes
later than that is not compared any more, and the finding says so.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from wavetank.clock import rfc3339
from wavetank.history import Event
from wavetank.invariants.ending import Ending, Flaws, conclude
from wavetank.invariants.ticker.sample import Sample, delivered_samples
from wavetank.invariants.ticker.table import PriceTable
from wavetank.verdicts import Finding
from wavetank.words import counted

WALK_REMEMBERED = 6_000
"""Samples of a ticker; 25 hours of them."""
CHANGE_MAX = Decimal("0.01") + Decimal("1e-9")
"""Of the price before; what is above 1 % is for handlers that reckon in floating point."""


class ContinuousWalk:
    """Sorted by time, no price of a ticker is more than 1 % from the one before it.

    The first one's predecessor is the price that the table held at the beginning. A jump is certain
    only when all was delivered: what is missing between two samples may be on its way.
    """

    key = "walk-continuity"
    name = "each ticker's walk is continuous"

    def __init__(self) -> None:
        self._ending = Ending()
        self._wrong = Flaws()
        self._table = PriceTable()
        self._walks: dict[str, _Walk] = {}
        self._late = Flaws()

    def observe(self, event: Event) -> None:
        self._ending.observe(event)
        self._table.observe(event)
        for sample in delivered_samples(event):
            walk = self._walks.setdefault(sample.ticker, _Walk())
            if not walk.add(sample):
                self._late.add("came too late to be compared", sample.text.strip())
            self._note(self._wrong, sample.ticker, walk.settle(self._base(sample.ticker)))

    def finding(self) -> Finding:
        absent = Flaws()
        for ticker, walk in self._walks.items():
            self._note(absent, ticker, walk.open_jumps(self._base(ticker)))
        samples = sum(walk.samples for walk in self._walks.values())
        return conclude(
            self.name,
            self._ending,
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


class _Walk:
    """One ticker's samples in the order of their own time: those that may still be added to."""

    def __init__(self) -> None:
        self._open: list[tuple[datetime, Decimal]] = []
        self._settled: tuple[datetime, Decimal] | None = None
        self.samples = 0

    def add(self, sample: Sample) -> bool:
        """Puts it in its place, unless it is a copy; False where its place is settled already."""
        if self._settled and sample.instant <= self._settled[0]:
            return False
        place = bisect_left(self._open, (sample.instant, Decimal(0)))
        if place == len(self._open) or self._open[place][0] != sample.instant:
            self._open.insert(place, (sample.instant, sample.price))
            self.samples += 1
        return True

    def settle(self, baseline: Decimal | None) -> list[_Jump]:
        """Once there are plenty, the jumps in the older half, which is then forgotten."""
        if len(self._open) < 2 * WALK_REMEMBERED:
            return []
        older = self._open[:WALK_REMEMBERED]
        jumps = list(self._jumps(older, baseline))
        self._settled = older[-1]
        del self._open[:WALK_REMEMBERED]
        return jumps

    def open_jumps(self, baseline: Decimal | None) -> Iterator[_Jump]:
        """The jumps in what is not settled."""
        return self._jumps(self._open, baseline)

    def _jumps(
        self, samples: list[tuple[datetime, Decimal]], baseline: Decimal | None
    ) -> Iterator[_Jump]:
        base = self._settled[1] if self._settled else baseline
        for instant, price in samples:
            if base is not None and abs(price - base) > base * CHANGE_MAX:
                yield instant, base, price
            base = price
