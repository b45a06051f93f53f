"""What a ledger holds: texts, in the order in which they are compared, and no instant of a run's.

An instant here is one that the story tells: the minute of a tick, the time in a record.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wavetank.core.text import counted

SUCCEEDED = "succeeded"


@dataclass(frozen=True, order=True)
class RequestOutcome:
    """How a request ended: of each attempt that it succeeded, or the type of its error."""

    attempts: tuple[str, ...]

    def __str__(self) -> str:
        if not self.attempts:
            return "never tried"
        *failed, last = self.attempts
        errors = list(dict.fromkeys(failed if last == SUCCEEDED else self.attempts))
        told = f" ({', then '.join(errors)})" if errors else ""
        word = SUCCEEDED if last == SUCCEEDED else "failed"
        return f"{word} after {counted(len(self.attempts), 'attempt')}{told}"


@dataclass(frozen=True, order=True)
class TickIdentity:
    """A tick by the instant of its event, and whether somebody waited for the answer.

    A rule's own tick and one that is handed over by hand are one to Lambda, and here.
    """

    due: str
    waits: bool = False

    def __str__(self) -> str:
        return f"{self.due}, waited for" if self.waits else self.due


@dataclass(frozen=True, order=True)
class RecordIdentity:
    """A sample; of a text that is none, the instant is empty, and the text is in the ticker."""

    instant: str
    ticker: str

    def __str__(self) -> str:
        return f"{self.ticker} {self.instant}".strip()


@dataclass(frozen=True, order=True)
class AlertIdentity:
    """Who was told of which tick; empty where the text has no failure's record."""

    due: str
    address: str

    def __str__(self) -> str:
        return f"to {self.address} about {self.due or 'no tick'}"


@dataclass(frozen=True, order=True)
class ItemName:
    """A table's item."""

    table: str
    ticker: str

    def __str__(self) -> str:
        return f"{self.table} {self.ticker}"


@dataclass(frozen=True, kw_only=True)
class OutcomeSummary:
    """What came of a story.

    ticks    how the requests for each tick ended, in the order in which they were asked for
    others   how those ended that nobody asked for by name, by function: a destination's above all
    records  the texts in the bucket, each as often as it is there, with the white space after it
    alerts   subject and text, without what is that run's alone
    items    the tables' items at the end, as JSON
    """

    ticks: Mapping[TickIdentity, tuple[RequestOutcome, ...]]
    others: Mapping[str, tuple[RequestOutcome, ...]]
    records: Mapping[RecordIdentity, tuple[str, ...]]
    alerts: Mapping[AlertIdentity, tuple[str, ...]]
    items: Mapping[ItemName, str]
