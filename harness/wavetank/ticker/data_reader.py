"""Keys of ticker records and items in an outcome summary: ticker and instant."""

from collections.abc import Iterable, Mapping

from wavetank.core.clock import rfc3339
from wavetank.history import Event
from wavetank.history.outcome_entries import OutcomeSummary, RecordIdentity
from wavetank.history.outcome_summary import summary_of
from wavetank.ticker.records import parse_sample, split_body


class TickerData:
    """Identifies ticker records by sample and items by ticker, others by their text."""

    def split(self, body: str) -> list[str]:
        """The records of an object's body, each with the white space after it."""
        return split_body(body)

    def record(self, text: str) -> RecordIdentity:
        """The sample's ticker and instant; an unreadable record is named by its text."""
        sample = parse_sample(text)
        if sample is None:
            return RecordIdentity("", text)
        return RecordIdentity(rfc3339(sample.instant), sample.ticker)

    def item(self, item: Mapping[str, str]) -> str | None:
        """The item's ticker; None if it has none."""
        return item.get("TickerName")


def ticker_summary(events: Iterable[Event]) -> OutcomeSummary:
    """The outcome summary of a run of the ticker pipeline."""
    return summary_of(events, TickerData())
