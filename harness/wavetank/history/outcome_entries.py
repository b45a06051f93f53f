"""The entries of an outcome summary: comparable texts, without any instant of one run.

An instant here is one that the scenario defines: the minute of a tick, the time in a record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from wavetank.core.text import pluralize

SUCCEEDED = "succeeded"


@dataclass(frozen=True, order=True)
class RequestOutcome:
    """How a request ended: success, or the type of error, for each attempt."""

    attempts: tuple[str, ...]

    def __str__(self) -> str:
        if not self.attempts:
            return "never tried"
        *failed, last = self.attempts
        errors = list(dict.fromkeys(failed if last == SUCCEEDED else self.attempts))
        shown = f" ({', then '.join(errors)})" if errors else ""
        word = SUCCEEDED if last == SUCCEEDED else "failed"
        return f"{word} after {pluralize(len(self.attempts), 'attempt')}{shown}"


@dataclass(frozen=True, order=True)
class TickIdentity:
    """Identifies a tick by the instant of its event, and whether it was synchronous.

    A rule's own tick and a manual asynchronous one are the same to Lambda, and here.
    """

    due: str
    synchronous: bool = False

    def __str__(self) -> str:
        return f"{self.due}, synchronous" if self.synchronous else self.due


@dataclass(frozen=True, order=True)
class RecordIdentity:
    """Identifies a record by its subject and instant, both from the pipeline's data.

    Of an unreadable record, `instant` is empty, and `subject` is its text.
    """

    instant: str
    subject: str

    def __str__(self) -> str:
        return f"{self.subject} {self.instant}".strip()


@dataclass(frozen=True, order=True)
class AlertIdentity:
    """Identifies an alert by its address and its tick; `due` is empty if it names no tick."""

    due: str
    address: str

    def __str__(self) -> str:
        return f"to {self.address} about {self.due or 'no tick'}"


@dataclass(frozen=True, order=True)
class ItemName:
    """Identifies an item by its table and key."""

    table: str
    key: str

    def __str__(self) -> str:
        return f"{self.table} {self.key}"


class DataReader(Protocol):
    """Interface that splits and identifies a pipeline's records and items for a summary."""

    def split(self, body: str) -> list[str]:
        """The records of an object's body; their concatenation is the body."""
        ...

    def record(self, text: str) -> RecordIdentity:
        """What identifies the record among those of a run."""
        ...

    def item(self, item: Mapping[str, str]) -> str | None:
        """What identifies the item in its table; None if it has no such attribute."""
        ...


@dataclass(frozen=True, kw_only=True)
class OutcomeSummary:
    """The outcome of a run without instants, so that runs on two engines are comparable.

    ticks    how the requests for each tick ended, in the order of their invocations
    others   how the other requests ended, by function: above all those of a destination
    records  the texts in the bucket, with the white space after each and with duplicates
    alerts   subject and text, normalized
    items    the tables' items at the end, as JSON
    """

    ticks: Mapping[TickIdentity, tuple[RequestOutcome, ...]]
    others: Mapping[str, tuple[RequestOutcome, ...]]
    records: Mapping[RecordIdentity, tuple[str, ...]]
    alerts: Mapping[AlertIdentity, tuple[str, ...]]
    items: Mapping[ItemName, str]
