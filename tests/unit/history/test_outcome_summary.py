"""Outcome summaries of handwritten histories."""

import json

from tests.pipeline import NOON
from tests.sample_histories import ADDRESSES, MINUTE, calm, only
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
from wavetank.history.outcome_entries import (
    AlertIdentity,
    ItemName,
    RecordIdentity,
    RequestOutcome,
    TickIdentity,
)
from wavetank.ticker.data_reader import ticker_summary

RECORD = '{"ticker":"Index_1","timestamp":"2026-11-23T12:01:00Z","price":100.5}'
KEY = RecordIdentity("2026-11-23T12:01:00Z", "Index_1")


def _delivered(*bodies: str) -> list[Event]:
    return [ObjectDelivered(NOON, "stream", "bucket", body[:9], (body,)) for body in bodies]


def _ended(request: str, outcome: Outcome, error: str = "") -> AttemptEnded:
    return AttemptEnded(NOON, request, "streaming", 1, outcome, error)


def _failure_text(request: str, given_up: str) -> str:
    record = {
        "timestamp": given_up,
        "requestContext": {"requestId": request, "condition": "RetriesExhausted"},
        "requestPayload": {"time": "2026-11-23T12:01:00Z"},
    }
    return f"It failed {{so}} at {given_up}.\n\n{json.dumps(record, indent=2)}\nRegards"


def test_each_tick_has_the_outcomes_of_all_its_requests() -> None:
    """In the order of the invocations; synchronous ones are separate."""
    asked = [
        RuleFired(NOON, "tick", "streaming", "a", NOON),
        Invoked(NOON, "b", "streaming", NOON, synchronous=False),
        Invoked(NOON, "c", "streaming", NOON, synchronous=True),
        RuleFired(NOON, "tick", "streaming", "d", NOON + MINUTE),
    ]
    ended = [
        _ended("b", Outcome.SUCCESS),
        _ended("a", Outcome.ERROR, "KeyError"),
        _ended("a", Outcome.TIMEOUT),
        _ended("a", Outcome.SUCCESS),
        _ended("c", Outcome.THROTTLED),
    ]
    noon, later = rfc3339(NOON), rfc3339(NOON + MINUTE)
    ticks = ticker_summary([*asked, *ended]).ticks
    assert ticks == {
        TickIdentity(noon): (
            RequestOutcome(("KeyError", "timeout", "succeeded")),
            RequestOutcome(("succeeded",)),
        ),
        TickIdentity(noon, synchronous=True): (RequestOutcome(()),),
        TickIdentity(later): (RequestOutcome(()),),
    }


def test_outcomes_as_text() -> None:
    """How many attempts, and the errors of the failed ones."""
    assert str(RequestOutcome(())) == "never tried"
    assert str(RequestOutcome(("succeeded",))) == "succeeded after 1 attempt"
    assert str(RequestOutcome(("KeyError", "succeeded"))) == "succeeded after 2 attempts (KeyError)"
    assert str(RequestOutcome(("A", "A", "B"))) == "failed after 3 attempts (A, then B)"


def test_a_request_without_a_tick_is_listed_by_function() -> None:
    """A destination's, or one whose invocation was not observed."""
    summary = ticker_summary(calm(2, failing={1}))
    assert summary.others == {"notification": (RequestOutcome(("succeeded",)),)}


def test_records_are_the_same_in_whatever_objects_they_are() -> None:
    """One object or two, each copy counts; the white space between them is part of them."""
    other = RECORD.replace("Index_1", "Index_2")
    together = ticker_summary(_delivered(f"{RECORD}\n{other}\n{RECORD}\n"))
    apart = ticker_summary(_delivered(f"{RECORD}\n", f"{RECORD}\n{other}\n"))
    bare = ticker_summary(_delivered(f"{RECORD}{other}\n{RECORD}\n"))
    assert together.records[KEY] == (f"{RECORD}\n",) * 2
    assert together == apart
    assert bare.records[KEY] == (RECORD, f"{RECORD}\n")


def test_an_unreadable_record_is_listed_as_its_text() -> None:
    """Nothing in the bucket is left out."""
    records = ticker_summary(_delivered("\n", " noise\n", RECORD)).records
    assert records == {
        RecordIdentity("", ""): ("\n",),
        RecordIdentity("", "noise"): (" noise\n",),
        KEY: (RECORD,),
    }


def test_an_alert_has_its_tick_and_is_normalized() -> None:
    """The time of the failure and ids are masked; their format is not."""
    one, other, short = (
        ticker_summary([MessageSent(NOON, "alarm", ADDRESSES[0], "Failure", _failure_text(*alert))])
        for alert in (
            ("0b7a0f3c-6d56-41bf-9643-3286fb75a4b7", "2026-11-23T12:04:00.123Z"),
            ("9ec3ec65-435f-4398-8072-ad23e28bd1e3", "2030-01-01T00:00:09.000Z"),
            ("9ec3ec65-435f-4398-8072-ad23e28bd1e3", "2030-01-01T00:00:09Z"),
        )
    )
    (notice,) = one.alerts
    assert notice == AlertIdentity("2026-11-23T12:01:00Z", ADDRESSES[0])
    assert one == other != short
    assert "at 0000-00-00T00:00:00.000Z." in one.alerts[notice][0]


def test_an_alert_without_a_failures_record_is_about_no_tick() -> None:
    """Its text is in the summary nevertheless."""
    texts = ("no {record", '{"a": {"b": 1}}', '{"requestContext": 1, "requestPayload": []}')
    events = [MessageSent(NOON, "alarm", "a@example.com", "S", text) for text in texts]
    alerts = ticker_summary(events).alerts
    assert alerts == {AlertIdentity("", "a@example.com"): tuple(sorted(f"S\n{t}" for t in texts))}


def test_the_last_snapshot_of_a_table_counts() -> None:
    """Item by item; one without a ticker is named by its number."""
    first = TableSnapshot(NOON, "prices", ({"TickerName": "Index_1", "Price": "100"},))
    last = TableSnapshot(
        NOON, "prices", ({"TickerName": "Index_1", "Price": "101"}, {"Other": "x"})
    )
    assert ticker_summary([first, last]).items == {
        ItemName("prices", "Index_1"): '{"Price": "101", "TickerName": "Index_1"}',
        ItemName("prices", "item 2"): '{"Other": "x"}',
    }


def test_a_summary_has_everything() -> None:
    """Every tick, every record once, two alerts about the failed tick, every item."""
    history = calm(3, failing={2})
    summary = ticker_summary(history)
    records = [text for event in only(history, ObjectDelivered) for text in event.records]
    assert [str(outcomes[0]) for outcomes in summary.ticks.values()] == [
        "succeeded after 1 attempt",
        "failed after 3 attempts (KeyError)",
        "succeeded after 1 attempt",
    ]
    kept = [text for copies in summary.records.values() for text in copies]
    assert sorted(kept) == sorted(records)
    assert sorted(notice.address for notice in summary.alerts) == sorted(ADDRESSES)
    assert len(summary.items) == 5
