"""Histories of the ticker pipeline in which every invariant holds.

Tests of a broken invariant remove events from them, or add some.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from streaming.record import as_ndjson
from streaming.walk import Index, Sample, samples
from tests.pipeline import FIRST, NOON, SEED
from wavetank.core.findings import Verdict
from wavetank.history import (
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    DestinationReached,
    Drained,
    Event,
    MessageSent,
    ObjectDelivered,
    Outcome,
    RecordsAccepted,
    RequestDiscarded,
    RuleFired,
    RuleSpec,
    RunBegan,
    RunEnded,
    TableSnapshot,
    Trigger,
)
from wavetank.invariants import Invariant, check_history

MINUTE = timedelta(minutes=1)
ADDRESSES = ("ada@example.com", "bob@example.com")
ATTEMPTS_MAX = 3


def began(ticks: int, addresses: tuple[str, ...] = ADDRESSES) -> RunBegan:
    """A run of so many minutes."""
    return RunBegan(
        at=NOON,
        scenario="calm",
        seed=1,
        until=NOON + ticks * MINUTE,
        code={"streaming": "aa", "notification": "bb"},
        template="cc",
        version="0.1.0",
        rules=(RuleSpec("tick", "rate(1 minute)", NOON, ("streaming",)),),
        confirmed={"alarm": addresses},
    )


class HistoryBuilder:
    """Builds a run's events; the records of a failing tick are made up for by the next success."""

    def __init__(
        self,
        ticks: int,
        failing: Collection[int] = (),
        *,
        encode: Callable[[Sample], bytes] = as_ndjson,
        ticks_in_object: int = 1,
    ) -> None:
        self._ticks, self._failing = ticks, failing
        self._encode, self._ticks_in_object = encode, ticks_in_object
        self._indices = [Index(ticker, Decimal(price), NOON) for ticker, price in FIRST]
        self._held: list[str] = []

    def events(self) -> Iterator[Event]:
        """From the beginning to the end, drained."""
        yield began(self._ticks)
        yield self._table(0)
        for number in range(1, self._ticks + 1):
            yield from self._tick(number)
        end = NOON + (self._ticks + 1) * MINUTE
        if self._held:
            yield self._delivery(self._ticks)
        yield self._table(self._ticks)
        yield Drained(end, complete=True)
        yield RunEnded(end)

    def _tick(self, number: int) -> Iterator[Event]:
        due, request = NOON + number * MINUTE, f"request-{number}"
        yield RuleFired(due, "tick", "streaming", request, due)
        yield AttemptBegan(due, request, "streaming", 1, number == 1, Trigger.SCHEDULE)
        if number in self._failing:
            yield from failure(number)
        else:
            yield from self._success(number)
        if number % self._ticks_in_object == 0 and self._held:
            yield self._delivery(number)

    def _success(self, number: int) -> Iterator[Event]:
        due, request = NOON + number * MINUTE, f"request-{number}"
        made = [sample for index in self._indices for sample in samples(index, due, SEED)]
        made.sort(key=lambda sample: (sample.instant, sample.ticker))
        last = {sample.ticker: sample.price for sample in made}
        self._indices = [replace(i, price=last[i.ticker], tick=due) for i in self._indices]
        records = tuple(self._encode(sample).decode() for sample in made)
        yield RecordsAccepted(due, request, "stream", records)
        yield ApiCalled(due, request, "firehose", "PutRecordBatch", "ok", took_effect=True)
        yield AttemptEnded(due, request, "streaming", 1, Outcome.SUCCESS)
        self._held += records

    def _delivery(self, number: int) -> ObjectDelivered:
        records, self._held = tuple(self._held), []
        at = NOON + number * MINUTE
        return ObjectDelivered(at, "stream", "bucket", f"object-{number}", records)

    def _table(self, number: int) -> TableSnapshot:
        items = [{"TickerName": i.ticker, "Price": str(i.price)} for i in self._indices]
        return TableSnapshot(NOON + number * MINUTE, "prices", tuple(items))


def failure(number: int) -> Iterator[Event]:
    """A tick's invocation that is given up, and everybody who is told of it."""
    at, request, messenger = NOON + number * MINUTE, f"request-{number}", f"messenger-{number}"
    for attempt in range(1, ATTEMPTS_MAX + 1):
        yield AttemptEnded(at, request, "streaming", attempt, Outcome.ERROR, "KeyError", "'x'")
    yield RequestDiscarded(at, request, "streaming", "RetriesExhausted", ATTEMPTS_MAX)
    yield DestinationReached(at, request, "notification", "ok", messenger)
    yield AttemptBegan(at, messenger, "notification", 1, cold=True, trigger=Trigger.DESTINATION)
    for address in ADDRESSES:
        yield MessageSent(at, "alarm", address, "Failure", f"Request:     {request}\nand more")
    yield AttemptEnded(at, messenger, "notification", 1, Outcome.SUCCESS)


def calm(ticks: int = 3, failing: Collection[int] = ()) -> list[Event]:
    """The events of a run with nothing wrong."""
    return list(HistoryBuilder(ticks, failing).events())


def without[E: Event](events: list[Event], kind: type[E], number: int = 0) -> list[Event]:
    """The events but for the one of that kind; they count from 0."""
    chosen = [event for event in events if isinstance(event, kind)][number]
    return [event for event in events if event is not chosen]


def before[E: Event](events: list[Event], kind: type[E], *added: Event) -> list[Event]:
    """The events with more put in before the first of that kind."""
    place = next(place for place, event in enumerate(events) if isinstance(event, kind))
    return [*events[:place], *added, *events[place:]]


def only[E: Event](events: list[Event], kind: type[E]) -> list[E]:
    """The events of that kind."""
    return [event for event in events if isinstance(event, kind)]


def undrained(events: list[Event]) -> list[Event]:
    """The same run, but it was not given time enough."""
    return [
        Drained(event.at, complete=False, remaining=("2 requests",))
        if isinstance(event, Drained)
        else event
        for event in events
    ]


def assert_found(
    invariant: Invariant, events: list[Event], verdict: Verdict, *evidence: str
) -> None:
    """The judge comes to this verdict, and its evidence says these things."""
    finding = check_history(events, [invariant])[0]
    assert finding.verdict is verdict, finding
    assert [part for part in evidence if part not in finding.evidence] == [], finding
