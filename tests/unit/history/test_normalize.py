"""What is a run's alone, left out of its history."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.pipeline import NOON
from tests.stories import calm, only
from wavetank.history import (
    Event,
    Invoked,
    MessageSent,
    ObjectDelivered,
    RuleFired,
    TableSnapshot,
)
from wavetank.history.normalize import BEGIN, retold
from wavetank.history.outcome_summary import summary_of
from wavetank.history.summary_diff import summary_differences

LATER = NOON + timedelta(days=3, minutes=7)
ALERT = (
    'arn:aws:lambda:eu-west-1:123456789012:function:f and "account": "123456789012"; '
    "2026-11-23T12:01:00Z, 2026-11-23 12:01:00.5, 2026-99-99T12:01:00Z, 123456789012"
)


def _one(event: Event, *, moved: bool) -> Event:
    (told,) = retold([event], NOON if moved else None)
    return told


def test_an_account_is_nobodys_difference() -> None:
    """In an ARN, and as a text of its own; a bare number may be anything."""
    told = _one(MessageSent(NOON, "t", "a@example.com", "S", ALERT), moved=False)
    assert isinstance(told, MessageSent)
    expected = ALERT.replace(":123456789012:", ":<account>:").replace(
        '"123456789012"', '"<account>"'
    )
    assert told.text == expected


def test_instants_are_told_by_how_long_after_the_beginning_they_are() -> None:
    """In both forms that there are; what only looks like one stays."""
    told = _one(MessageSent(NOON, "t", "a@example.com", "S", ALERT), moved=True)
    assert isinstance(told, MessageSent)
    assert "; 2030-01-01T00:01:00Z, 2030-01-01 00:01:00.5, 2026-99-99T12:01:00Z" in told.text


@pytest.mark.parametrize(
    ("record", "told"),
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
def test_of_a_record_all_but_instant_and_price_stays(record: str, told: str) -> None:
    """To the last byte, so that another form is another text."""
    delivered = ObjectDelivered(NOON, "stream", "bucket", "key", (record,))
    assert _one(delivered, moved=True) == replace(delivered, records=(told,))
    assert _one(delivered, moved=False) == delivered


def test_of_an_item_its_price_goes_and_when_its_table_was_filled() -> None:
    """Its tick is the story's."""
    items = (
        {
            "TickerName": "Index_1",
            "Price": "101",
            "Tick": "2026-11-23T12:02:00Z",
            "Since": "2026-11-01T00:00:00Z",
        },
    )
    told = _one(TableSnapshot(NOON, "prices", items), moved=True)
    assert isinstance(told, TableSnapshot)
    assert told.items == (
        {"TickerName": "Index_1", "Price": "price", "Tick": "2030-01-01T00:02:00Z"},
    )


@pytest.mark.parametrize(
    "event",
    [
        Invoked(NOON, "r", "streaming", NOON, waits=False),
        RuleFired(NOON, "tick", "streaming", "r", NOON),
    ],
)
def test_a_tick_is_due_so_long_after_the_beginning(event: Invoked | RuleFired) -> None:
    """Whoever asked for it."""
    assert _one(event, moved=True) == replace(event, due=BEGIN)
    assert _one(event, moved=False) == event


def test_two_tellings_at_different_times_are_alike_once_they_are_retold() -> None:
    """And differ in everything else where they are not."""
    story = calm(3, failing={2})
    again = [_later(event) for event in story]
    one, other = (
        summary_of(retold(events, start)) for events, start in ((story, NOON), (again, LATER))
    )
    assert summary_differences(one, other) == []
    assert summary_differences(summary_of(story), summary_of(again)) != []
    fewer = [event for event in again if event is not only(again, ObjectDelivered)[0]]
    assert summary_differences(one, summary_of(retold(fewer, LATER))) != []


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
    told = re.sub(r'("price": ?)', r"\g<1>9", record)
    assert told != record
    return told


def _shift(text: str) -> str:
    for minute in (3, 2, 1):
        text = text.replace(f"2026-11-23T12:0{minute}", f"2026-11-26T12:{minute + 7:02}")
    return text
