"""The walk of each ticker, as it was delivered: a stretch of time with its least and its greatest.

Samples are put where their own time is, whenever they came.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from wavetank.core.ticker_records import Sample, parse_sample
from wavetank.reporting.report.marks import Bins, Mark, MarkKind, in_order

TICKERS_MAX = 12
"""The brief has five; whoever has more sees the first."""


@dataclass(frozen=True)
class Stretch:
    """The prices from `first_at` on that fall in one bin; `last` is the latest of them."""

    first_at: datetime
    last_at: datetime
    low: Decimal
    high: Decimal
    last: Decimal


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One ticker's prices. `marks` has where records were delivered again or lost."""

    ticker: str
    first: Decimal | None
    stretches: tuple[Stretch, ...]
    samples: int
    again: int
    lost: int
    marks: tuple[Mark, ...]

    @property
    def low(self) -> Decimal:
        """The least of all."""
        return min(stretch.low for stretch in self.stretches)

    @property
    def high(self) -> Decimal:
        """The greatest of all."""
        return max(stretch.high for stretch in self.stretches)


class Prices:
    """Takes in delivered and lost records, those that are none of the ticker's too."""

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
        """A record that the stream had accepted will never be in an object."""
        sample = parse_sample(text)
        walk = self._walk(sample) if sample else None
        if sample and walk:
            walk.note(MarkKind.LOST, sample.instant)

    def walks(self) -> tuple[Walk, ...]:
        """By the ticker's name."""
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
    """A walk as far as it was delivered."""

    def __init__(self, ticker: str, bins: Bins) -> None:
        self._ticker = ticker
        self._bins = bins
        self._stretches: dict[int, Stretch] = {}
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
        held = self._stretches.get(number)
        self._stretches[number] = _with(held, sample) if held else _alone(sample)

    def note(self, kind: MarkKind, at: datetime) -> None:
        key = (kind, self._bins.number(at))
        held = self._marks.get(key, Mark(kind, at, at, 0))
        first, last = min(held.first, at), max(held.last, at)
        self._marks[key] = Mark(kind, first, last, held.count + 1)

    def walk(self) -> Walk:
        marks = in_order(self._marks.values())
        return Walk(
            ticker=self._ticker,
            first=self._first[1] if self._first else None,
            stretches=tuple(self._stretches[number] for number in sorted(self._stretches)),
            samples=self._samples,
            again=sum(mark.count for mark in marks if mark.kind is MarkKind.COPIES),
            lost=sum(mark.count for mark in marks if mark.kind is MarkKind.LOST),
            marks=marks,
        )


def _alone(sample: Sample) -> Stretch:
    return Stretch(sample.instant, sample.instant, sample.price, sample.price, sample.price)


def _with(held: Stretch, sample: Sample) -> Stretch:
    return Stretch(
        min(held.first_at, sample.instant),
        max(held.last_at, sample.instant),
        min(held.low, sample.price),
        max(held.high, sample.price),
        sample.price if sample.instant >= held.last_at else held.last,
    )
