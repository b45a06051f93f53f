"""The differences of ledgers."""

from dataclasses import replace
from typing import Any

import pytest

from tests.pipeline import NOON
from tests.stories import ADDRESSES, calm, only, without
from wavetank.core.clock import rfc3339
from wavetank.history import (
    AttemptEnded,
    Event,
    Invoked,
    MessageSent,
    ObjectDelivered,
    Outcome,
    TableSnapshot,
)
from wavetank.history.outcome_summary import summary_of
from wavetank.history.summary_diff import DifferenceGroup, summary_differences

STORY = calm(3, failing={2})


def _told(events: list[Event]) -> list[str]:
    return [str(found) for found in summary_differences(summary_of(STORY), summary_of(events))]


def _changed[E: Event](kind: type[E], number: int, **changes: Any) -> list[Event]:
    """The story with one event another."""
    chosen = only(STORY, kind)[number]
    return [replace(event, **changes) if event is chosen else event for event in STORY]


def test_equal_ledgers_differ_in_nothing() -> None:
    """The same story, told again."""
    assert _told(calm(3, failing={2})) == []


def test_a_ticks_other_end_is_told_with_both() -> None:
    """What came of it here, and there."""
    first = next(n for n, e in enumerate(only(STORY, AttemptEnded)) if e.request == "request-1")
    changed = _changed(AttemptEnded, first, outcome=Outcome.ERROR, error_type="KeyError")
    assert _told(changed) == [
        "tick 2026-11-23T12:01:00Z: succeeded after 1 attempt | failed after 1 attempt (KeyError)"
    ]


def test_a_tick_that_only_one_was_asked_for_is_told() -> None:
    """Nothing stands on the other side."""
    asked = Invoked(NOON, "more", "streaming", NOON, waits=True)
    assert _told([*STORY, asked]) == [f"tick {rfc3339(NOON)}, waited for: nothing | never tried"]


def test_a_record_that_is_there_twice_is_told_with_the_count() -> None:
    """Copies are counted, not averaged."""
    (text, *_) = only(STORY, ObjectDelivered)[0].records
    again = ObjectDelivered(NOON, "stream", "bucket", "again", (text,))
    (told,) = _told([*STORY, again])
    assert told.startswith("record Index_1 2026-11-23T12:01:00Z: ")
    assert " | " in told
    assert told.endswith(r"\n x2")


def test_an_alert_that_one_address_did_not_get_is_told() -> None:
    """By the address, and the tick where it is known."""
    (told,) = _told(without(STORY, MessageSent))
    assert told.startswith(f"alert to {ADDRESSES[0]} about no tick: Failure")
    assert told.endswith(" | nothing")


def test_an_item_with_another_price_is_told() -> None:
    """The whole item, on both sides."""
    last = only(STORY, TableSnapshot)[-1]
    items = ({**last.items[0], "Price": "1"}, *last.items[1:])
    (found,) = summary_differences(
        summary_of(STORY), summary_of(_changed(TableSnapshot, -1, items=items))
    )
    assert (found.group, found.what) == (DifferenceGroup.ITEM, "prices Index_1")
    assert found.other == '{"Price": "1", "TickerName": "Index_1"}'


def test_another_function_that_ran_is_told() -> None:
    """A request that nobody asked for by name."""
    ended = AttemptEnded(NOON, "more", "elsewhere", 1, Outcome.SUCCESS)
    assert _told([*STORY, ended]) == ["function elsewhere: nothing | succeeded after 1 attempt"]


@pytest.mark.parametrize("place", [0, 50, 399])
def test_long_texts_are_shown_where_they_part(place: int) -> None:
    """In one line, and not all of it; what is compared is all of it."""
    text = "x" * 400
    changed = f"{text[:place]}y{text[place + 1 :]}"
    one, other = (
        summary_of([MessageSent(NOON, "alarm", "a@example.com", "S", sent)])
        for sent in (text, changed)
    )
    (found,) = summary_differences(one, other)
    assert "\n" not in str(found)
    assert len(str(found)) < 300
    left, right = str(found).split(" | ")
    assert "y" not in left.removeprefix("alert to a@example.com about no tick: ")
    assert "y" in right
    assert found.other == f"S\\n{changed}"


def test_differences_come_group_by_group() -> None:
    """Ticks first, the table last, and an empty ledger lacks them all."""
    found = summary_differences(summary_of(STORY), summary_of([]))
    assert list(dict.fromkeys(difference.group for difference in found)) == list(DifferenceGroup)
    assert {difference.other for difference in found} == {"nothing"}
