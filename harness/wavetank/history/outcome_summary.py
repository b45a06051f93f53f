"""The outcome summary of a history, in virtual or wall time: outcomes without instants."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator

from wavetank.core.clock import rfc3339
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
from wavetank.history.alert_text import normalize_alert
from wavetank.history.outcome_entries import (
    SUCCEEDED,
    AlertIdentity,
    DataReader,
    ItemName,
    OutcomeSummary,
    RecordIdentity,
    RequestOutcome,
    TickIdentity,
)


class SummaryBuilder:
    """Builds an outcome summary from events; a request's tick may come after its attempts."""

    def __init__(self, data: DataReader) -> None:
        self._data = data
        self._ticks: dict[str, TickIdentity] = {}
        self._attempts: defaultdict[str, list[str]] = defaultdict(list)
        self._functions: dict[str, str] = {}
        self._records: defaultdict[RecordIdentity, list[str]] = defaultdict(list)
        self._alerts: defaultdict[AlertIdentity, list[str]] = defaultdict(list)
        self._tables: dict[str, TableSnapshot] = {}

    def observe(self, event: Event) -> None:
        """Observe the next event."""
        match event:
            case RuleFired():
                self._ticks[event.request] = TickIdentity(rfc3339(event.due))
            case Invoked():
                self._ticks[event.request] = TickIdentity(rfc3339(event.due), event.synchronous)
            case AttemptEnded() if event.outcome is not Outcome.THROTTLED:
                self._functions[event.request] = event.function
                succeeded = event.outcome is Outcome.SUCCESS
                result = SUCCEEDED if succeeded else event.error_type or event.outcome.value
                self._attempts[event.request].append(result)
            case ObjectDelivered():
                self._deliver(event)
            case MessageSent():
                self._add_alert(event)
            case TableSnapshot():
                self._tables[event.table] = event

    def summary(self) -> OutcomeSummary:
        """The summary of the events so far."""
        ticks: defaultdict[TickIdentity, list[RequestOutcome]] = defaultdict(list)
        for request, tick in self._ticks.items():
            ticks[tick].append(self._outcome(request))
        others: defaultdict[str, list[RequestOutcome]] = defaultdict(list)
        for request, function in self._functions.items():
            if request not in self._ticks:
                others[function].append(self._outcome(request))
        return OutcomeSummary(
            ticks={tick: tuple(outcomes) for tick, outcomes in ticks.items()},
            others={function: tuple(sorted(outcomes)) for function, outcomes in others.items()},
            records={key: tuple(sorted(texts)) for key, texts in self._records.items()},
            alerts={key: tuple(sorted(texts)) for key, texts in self._alerts.items()},
            items=dict(item for found in self._tables.values() for item in self._items(found)),
        )

    def _outcome(self, request: str) -> RequestOutcome:
        return RequestOutcome(tuple(self._attempts.get(request, ())))

    def _add_alert(self, event: MessageSent) -> None:
        alert = normalize_alert(event.text)
        key = AlertIdentity(alert.due, event.address)
        self._alerts[key].append(f"{event.subject}\n{alert.text}")

    def _deliver(self, event: ObjectDelivered) -> None:
        for text in self._data.split("".join(event.records)):
            self._records[self._data.record(text.strip())].append(text)

    def _items(self, snapshot: TableSnapshot) -> Iterator[tuple[ItemName, str]]:
        for number, item in enumerate(snapshot.items, 1):
            key = self._data.item(item) or f"item {number}"
            yield ItemName(snapshot.table, key), json.dumps(dict(item), sort_keys=True)


def summary_of(events: Iterable[Event], data: DataReader) -> OutcomeSummary:
    """The outcome summary of these events; `data` reads the pipeline's records and items."""
    builder = SummaryBuilder(data)
    for event in events:
        builder.observe(event)
    return builder.summary()
