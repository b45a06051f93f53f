"""A ledger from a history, in virtual time or in wall time: what happened, not when."""

import json
from collections import defaultdict
from collections.abc import Iterable

from wavetank.core.clock import rfc3339
from wavetank.core.ticker_records import parse_sample, split_body
from wavetank.history import (
    AttemptEnded,
    Event,
    Invoked,
    MessageSent,
    ObjectDelivered,
    Outcome,
    RuleFired,
    TableSnapshot,
)
from wavetank.history.alert_text import notice
from wavetank.history.outcome_entries import (
    SUCCEEDED,
    AlertIdentity,
    ItemName,
    OutcomeSummary,
    RecordIdentity,
    RequestOutcome,
    TickIdentity,
)


class SummaryBuilder:
    """Takes in a history's events; a request may end before or after it is known what it is."""

    def __init__(self) -> None:
        self._asked: dict[str, TickIdentity] = {}
        self._attempts: defaultdict[str, list[str]] = defaultdict(list)
        self._functions: dict[str, str] = {}
        self._records: defaultdict[RecordIdentity, list[str]] = defaultdict(list)
        self._alerts: defaultdict[AlertIdentity, list[str]] = defaultdict(list)
        self._tables: dict[str, TableSnapshot] = {}

    def observe(self, event: Event) -> None:
        """Takes in the next event."""
        match event:
            case RuleFired():
                self._asked[event.request] = TickIdentity(rfc3339(event.due))
            case Invoked():
                self._asked[event.request] = TickIdentity(rfc3339(event.due), event.waits)
            case AttemptEnded() if event.outcome is not Outcome.THROTTLED:
                self._functions[event.request] = event.function
                succeeded = event.outcome is Outcome.SUCCESS
                told = SUCCEEDED if succeeded else event.error_type or event.outcome.value
                self._attempts[event.request].append(told)
            case ObjectDelivered():
                self._deliver(event)
            case MessageSent():
                self._tell(event)
            case TableSnapshot():
                self._tables[event.table] = event

    def ledger(self) -> OutcomeSummary:
        """What came of it so far."""
        ticks: defaultdict[TickIdentity, list[RequestOutcome]] = defaultdict(list)
        for request, tick in self._asked.items():
            ticks[tick].append(self._ending(request))
        others: defaultdict[str, list[RequestOutcome]] = defaultdict(list)
        for request, function in self._functions.items():
            if request not in self._asked:
                others[function].append(self._ending(request))
        return OutcomeSummary(
            ticks={tick: tuple(endings) for tick, endings in ticks.items()},
            others={function: tuple(sorted(endings)) for function, endings in others.items()},
            records={key: tuple(sorted(texts)) for key, texts in self._records.items()},
            alerts={key: tuple(sorted(texts)) for key, texts in self._alerts.items()},
            items=dict(item for seen in self._tables.values() for item in _items(seen)),
        )

    def _ending(self, request: str) -> RequestOutcome:
        return RequestOutcome(tuple(self._attempts.get(request, ())))

    def _tell(self, event: MessageSent) -> None:
        told = notice(event.text)
        key = AlertIdentity(told.due, event.address)
        self._alerts[key].append(f"{event.subject}\n{told.text}")

    def _deliver(self, event: ObjectDelivered) -> None:
        for text in split_body("".join(event.records)):
            self._records[_record_key(text.strip())].append(text)


def summary_of(events: Iterable[Event]) -> OutcomeSummary:
    """What came of the story that is told by these events."""
    keeper = SummaryBuilder()
    for event in events:
        keeper.observe(event)
    return keeper.ledger()


def _record_key(text: str) -> RecordIdentity:
    sample = parse_sample(text)
    return (
        RecordIdentity(rfc3339(sample.instant), sample.ticker)
        if sample
        else RecordIdentity("", text)
    )


def _items(seen: TableSnapshot) -> Iterable[tuple[ItemName, str]]:
    for number, item in enumerate(seen.items, 1):
        ticker = item.get("TickerName", f"item {number}")
        yield ItemName(seen.table, ticker), json.dumps(dict(item), sort_keys=True)
