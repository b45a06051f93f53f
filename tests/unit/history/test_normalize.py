"""What differs between runs of one scenario is removed from the history."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.pipeline import NOON
from tests.sample_histories import calm, only
from wavetank.history import (
    Event,
    Invoked,
    MessageSent,
    ObjectDelivered,
    RuleFired,
    TableSnapshot,
)
from wavetank.history.normalize import BEGIN, normalized
from wavetank.history.summary_diff import summary_differences
from wavetank.ticker.data_reader import ticker_summary

LATER = NOON + timedelta(days=3, minutes=7)
ALERT = (
    'arn:aws:lambda:eu-west-1:123456789012:function:f and "account": "123456789012"; '
    "2026-11-23T12:01:00Z, 2026-11-23 12:01:00.5, 2026-99-99T12:01:00Z, 123456789012"
)


def _one(event: Event, *, moved: bool) -> Event:
    (result,) = normalized([event], NOON if moved else None)
    return result


def test_an_account_is_masked() -> None:
    """In an ARN, and as a quoted string; a bare number may be anything."""
    result = _one(MessageSent(NOON, "t", "a@example.com", "S", ALERT), moved=False)
    assert isinstance(result, MessageSent)
    expected = ALERT.replace(":123456789012:", ":<account>:").replace(
        '"123456789012"', '"<account>"'
    )
    assert result.text == expected


def test_instants_become_relative_to_the_start() -> None:
    """In both formats of the records; what only looks like an instant stays."""
    result = _one(MessageSent(NOON, "t", "a@example.com", "S", ALERT), moved=True)
    assert isinstance(result, MessageSent)
    assert "; 2030-01-01T00:01:00Z, 2030-01-01 00:01:00.5, 2026-99-99T12:01:00Z" in result.text


@pytest.mark.parametrize(
    ("record", "result"),
    [
        (
            '{"ticker": "Index_1", "timestamp": "2026-11-23T12:01:15Z", "price": 100.5}\n',
            '{"ticker": "Index_1", "timestamp": "2030-01-01T00:01:15Z", "price": price}\n',
        ),
        (
            "{ticker : Index_1, timestamp : 2026-11-23 12:01:15.25, price : 9.5e1}",
            "{ticker : Index_1, timestamp : 2030-01-01 00:01:15.25, price : price}",
        ),
    ],
)
def test_only_instant_and_price_of_a_record_change(record: str, result: str) -> None:
    """Byte by byte, so that another format is another text."""
    delivered = ObjectDelivered(NOON, "stream", "bucket", "key", (record,))
    assert _one(delivered, moved=True) == replace(delivered, records=(result,))
    assert _one(delivered, moved=False) == delivered


def test_price_and_creation_time_of_an_item_are_removed() -> None:
    """The time of its tick stays, relative to the start."""
    items = (
        {
            "TickerName": "Index_1",
            "Price": "101",
            "Tick": "2026-11-23T12:02:00Z",
            "Since": "2026-11-01T00:00:00Z",
        },
    )
    result = _one(TableSnapshot(NOON, "prices", items), moved=True)
    assert isinstance(result, TableSnapshot)
    assert result.items == (
        {"TickerName": "Index_1", "Price": "price", "Tick": "2030-01-01T00:02:00Z"},
    )


@pytest.mark.parametrize(
    "event",
    [
        Invoked(NOON, "r", "streaming", NOON, synchronous=False),
        RuleFired(NOON, "tick", "streaming", "r", NOON),
    ],
)
def test_due_instants_become_relative_to_the_start(event: Invoked | RuleFired) -> None:
    """Whether a rule fired or it was invoked manually."""
    assert _one(event, moved=True) == replace(event, due=BEGIN)
    assert _one(event, moved=False) == event


def test_two_runs_at_different_times_are_equal_once_normalized() -> None:
    """And differ in everything else."""
    history = calm(3, failing={2})
    again = [_later(event) for event in history]
    one, other = (
        ticker_summary(normalized(events, start))
        for events, start in ((history, NOON), (again, LATER))
    )
    assert summary_differences(one, other) == []
    assert summary_differences(ticker_summary(history), ticker_summary(again)) != []
    fewer = [event for event in again if event is not only(again, ObjectDelivered)[0]]
    assert summary_differences(one, ticker_summary(normalized(fewer, LATER))) != []


def _later(event: Event) -> Event:
    """The same, three days later and at other prices."""
    match event:
        case RuleFired():
            return replace(event, due=event.due + (LATER - NOON))
        case ObjectDelivered():
            records = tuple(_dearer(_shift(text)) for text in event.records)
            return replace(event, records=records)
        case TableSnapshot():
            items = tuple({**item, "Price": f"9{item['Price']}"} for item in event.items)
            return replace(event, items=items)
        case _:
            return event


def _dearer(record: str) -> str:
    result = re.sub(r'("price": ?)', r"\g<1>9", record)
    assert result != record
    return result


def _shift(text: str) -> str:
    for minute in (3, 2, 1):
        text = text.replace(f"2026-11-23T12:0{minute}", f"2026-11-26T12:{minute + 7:02}")
    return text
