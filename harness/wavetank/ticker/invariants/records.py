"""The delivered records one by one: all are readable, and copies are identical.

Copies are compared within the last day and a half of records: Firehose delivers what it holds
within 24 hours, and Lambda discards a request within six.
"""

from datetime import datetime

from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.history import Event, ObjectDelivered
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude
from wavetank.invariants.interval_set import RecentMapping
from wavetank.ticker.invariants.delivered_samples import delivered_samples
from wavetank.ticker.records import parse_sample

COPIES_REMEMBERED = 40_000
"""Records; 33 hours of them."""
SHOWN_CHARACTERS = 100


class ReadableRecords:
    """Every record in the bucket can be parsed."""

    key = "readable-records"
    name = "every delivered record can be parsed"

    def __init__(self) -> None:
        self._violations = ProblemCounts()
        self._records = 0

    def observe(self, event: Event) -> None:
        if isinstance(event, ObjectDelivered):
            self._records += len(event.records)
            if len(delivered_samples(event)) < len(event.records):
                self._count_unreadable(event)

    def _count_unreadable(self, event: ObjectDelivered) -> None:
        for text in event.records:
            if parse_sample(text) is None:
                self._violations.add("unreadable", f"{text[:SHOWN_CHARACTERS]!r} in {event.key}")

    def finding(self, end: HistoryEnd) -> Finding:
        return conclude(
            self.name,
            end,
            violations=self._violations,
            missing=ProblemCounts(),
            doubt="" if self._records else "no record was delivered",
            passed=f"{pluralize(self._records, 'record')} read",
        )


class IdenticalCopies:
    """Copies of a record are identical, so ticker and timestamp remove duplicates."""

    key = "identical-copies"
    name = "copies of a record are identical"

    def __init__(self) -> None:
        self._violations = ProblemCounts()
        self._seen = RecentMapping[tuple[str, datetime], str](COPIES_REMEMBERED)
        self._copies = 0
        self._records = 0

    def observe(self, event: Event) -> None:
        for sample in delivered_samples(event):
            self._records += 1
            key = (sample.ticker, sample.instant)
            known = self._seen.get(key)
            if known is None:
                self._seen.put(key, sample.text)
                continue
            self._copies += 1
            if known != sample.text:
                self._violations.add("differ", f"{known.strip()} and {sample.text.strip()}")

    def finding(self, end: HistoryEnd) -> Finding:
        return conclude(
            self.name,
            end,
            violations=self._violations,
            missing=ProblemCounts(),
            doubt="" if self._records else "no record was delivered",
            passed=f"{pluralize(self._records, 'record')}, of which {self._copies} are copies",
        )
