"""The price walk of each ticker as it was delivered: an interval with lowest and highest price.

Samples are placed by their own time, whenever they were delivered.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from wavetank.reporting.report.marks import Bins, Mark, MarkKind, in_order
from wavetank.ticker.records import Sample, parse_sample

TICKERS_MAX = 12
"""The assignment has five; of more, the first are shown."""


@dataclass(frozen=True)
class PriceBin:
    """Prices of a ticker in one interval, from `first_at` on; `last` is the latest of them."""

    first_at: datetime
    last_at: datetime
    low: Decimal
    high: Decimal
    last: Decimal


@dataclass(frozen=True, kw_only=True)
class Walk:
    """The prices of one ticker in a report.

    `marks` has where records were delivered again or lost.
    """

    ticker: str
    first: Decimal | None
    bins: tuple[PriceBin, ...]
    samples: int
    again: int
    lost: int
    marks: tuple[Mark, ...]

    @property
    def low(self) -> Decimal:
        """The lowest price."""
        return min(price_bin.low for price_bin in self.bins)

    @property
    def high(self) -> Decimal:
        """The highest price."""
        return max(price_bin.high for price_bin in self.bins)


class Prices:
    """Collects the price walks of a run from its delivered and lost records."""

    def __init__(self, bins: Bins) -> None:
        self._bins = bins
        self._walks: dict[str, _WalkBuilder] = {}
        self._others: set[str] = set()

    def deliver(self, text: str, *, again: bool) -> None:
        """A record is in an object, for the first time or again."""
        sample = parse_sample(text)
        walk = self._walk(sample) if sample else None
        if sample and walk:
            walk.deliver(sample, again=again)

    def lose(self, text: str) -> None:
        """A record that the stream had accepted will never be delivered."""
        sample = parse_sample(text)
        walk = self._walk(sample) if sample else None
        if sample and walk:
            walk.note(MarkKind.LOST, sample.instant)

    def walks(self) -> tuple[Walk, ...]:
        """In the order of the tickers' names."""
        return tuple(self._walks[ticker].walk() for ticker in sorted(self._walks))

    @property
    def is_cut(self) -> bool:
        """Whether there were more tickers than are shown."""
        return bool(self._others)

    def _walk(self, sample: Sample) -> "_WalkBuilder | None":
        ticker = sample.ticker
        if ticker not in self._walks:
            if len(self._walks) >= TICKERS_MAX:
                self._others = {ticker}
                return None
            self._walks[ticker] = _WalkBuilder(ticker, self._bins)
        return self._walks[ticker]


class _WalkBuilder:
    """A walk, as far as it was delivered."""

    def __init__(self, ticker: str, bins: Bins) -> None:
        self._ticker = ticker
        self._bins = bins
        self._price_bins: dict[int, PriceBin] = {}
        self._first: tuple[datetime, Decimal] | None = None
        self._marks: dict[tuple[MarkKind, int], Mark] = {}
        self._samples = 0

    def deliver(self, sample: Sample, *, again: bool) -> None:
        if again:
            self.note(MarkKind.COPIES, sample.instant)
            return
        self._samples += 1
        if self._first is None or sample.instant < self._first[0]:
            self._first = (sample.instant, sample.price)
        number = self._bins.number(sample.instant)
        existing = self._price_bins.get(number)
        self._price_bins[number] = _with(existing, sample) if existing else _alone(sample)

    def note(self, kind: MarkKind, at: datetime) -> None:
        key = (kind, self._bins.number(at))
        existing = self._marks.get(key, Mark(kind, at, at, 0))
        first, last = min(existing.first, at), max(existing.last, at)
        self._marks[key] = Mark(kind, first, last, existing.count + 1)

    def walk(self) -> Walk:
        marks = in_order(self._marks.values())
        return Walk(
            ticker=self._ticker,
            first=self._first[1] if self._first else None,
            bins=tuple(self._price_bins[number] for number in sorted(self._price_bins)),
            samples=self._samples,
            again=sum(mark.count for mark in marks if mark.kind is MarkKind.COPIES),
            lost=sum(mark.count for mark in marks if mark.kind is MarkKind.LOST),
            marks=marks,
        )


def _alone(sample: Sample) -> PriceBin:
    return PriceBin(sample.instant, sample.instant, sample.price, sample.price, sample.price)


def _with(existing: PriceBin, sample: Sample) -> PriceBin:
    return PriceBin(
        min(existing.first_at, sample.instant),
        max(existing.last_at, sample.instant),
        min(existing.low, sample.price),
        max(existing.high, sample.price),
        sample.price if sample.instant >= existing.last_at else existing.last,
    )
