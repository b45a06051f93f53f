"""The price table at both ends of the run, and whether it agrees with what was delivered."""

from decimal import Decimal

from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.history import Event, ObjectDelivered, TableSnapshot
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude
from wavetank.ticker.invariants.delivered_samples import delivered_samples
from wavetank.ticker.records import Sample, parse_price


class ObservedPriceTable:
    """The first table with prices, as it was observed first and last in a run.

    `final` is None until it is observed again after the last delivery.
    """

    def __init__(self) -> None:
        self._name: str | None = None
        self.baseline: dict[str, Decimal] = {}
        self.final: dict[str, Decimal] | None = None

    def observe(self, event: Event) -> None:
        """Observe the next event."""
        match event:
            case TableSnapshot() if self._name is None:
                self.baseline = _prices(event)
                self._name = event.table if self.baseline else None
            case TableSnapshot(table=self._name):
                self.final = _prices(event)
            case ObjectDelivered():
                self.final = None


class TableAgrees:
    """The table ends on the last delivered sample of each ticker, by the sample's own time."""

    key = "table-agreement"
    name = "the table ends on the last delivered samples"

    def __init__(self) -> None:
        self._table = ObservedPriceTable()
        self._last: dict[str, Sample] = {}

    def observe(self, event: Event) -> None:
        self._table.observe(event)
        for sample in delivered_samples(event):
            known = self._last.get(sample.ticker)
            if known is None or sample.instant >= known.instant:
                self._last[sample.ticker] = sample

    def finding(self, end: HistoryEnd) -> Finding:
        final = self._table.final
        return conclude(
            self.name,
            end,
            violations=ProblemCounts(),
            missing=ProblemCounts() if final is None else self._differences(final),
            doubt="" if final else "the table was not seen after the last delivery",
            passed=f"{pluralize(len(final or ()), 'price')} in the table as in S3",
        )

    def _differences(self, final: dict[str, Decimal]) -> ProblemCounts:
        """What is not in S3 may be in flight, so this decides only if the run was drained."""
        delivered = {ticker: sample.price for ticker, sample in self._last.items()}
        expected = self._table.baseline | delivered
        differences = ProblemCounts()
        for ticker in sorted(expected.keys() | final.keys()):
            current, last = final.get(ticker), expected.get(ticker)
            if current != last:
                where = "delivered last" if ticker in delivered else "at the beginning"
                differences.add("differ", f"{ticker} is {current} in the table, {last} {where}")
        return differences


def _prices(event: TableSnapshot) -> dict[str, Decimal]:
    found = {item.get("TickerName"): parse_price(item.get("Price", "")) for item in event.items}
    return {ticker: price for ticker, price in found.items() if ticker and price is not None}
