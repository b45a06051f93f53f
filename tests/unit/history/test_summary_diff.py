"""The differences of outcome summaries."""

from dataclasses import replace
from typing import Any

import pytest

from tests.pipeline import NOON
from tests.sample_histories import ADDRESSES, calm, only, without
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
from wavetank.history.summary_diff import DifferenceGroup, summary_differences
from wavetank.ticker.data_reader import ticker_summary

HISTORY = calm(3, failing={2})


def _differences(events: list[Event]) -> list[str]:
    return [
        str(found) for found in summary_differences(ticker_summary(HISTORY), ticker_summary(events))
    ]


def _changed[E: Event](kind: type[E], number: int, **changes: Any) -> list[Event]:
    """The history with one event another."""
    chosen = only(HISTORY, kind)[number]
    return [replace(event, **changes) if event is chosen else event for event in HISTORY]


def test_equal_summaries_do_not_differ() -> None:
    """The same scenario, run again."""
    assert _differences(calm(3, failing={2})) == []


def test_another_outcome_of_a_tick_is_listed_with_both() -> None:
    """The outcome in either run."""
    first = next(n for n, e in enumerate(only(HISTORY, AttemptEnded)) if e.request == "request-1")
    changed = _changed(AttemptEnded, first, outcome=Outcome.ERROR, error_type="KeyError")
    assert _differences(changed) == [
        "tick 2026-11-23T12:01:00Z: succeeded after 1 attempt | failed after 1 attempt (KeyError)"
    ]


def test_a_tick_of_only_one_run_is_listed() -> None:
    """The other side is "nothing"."""
    invoked = Invoked(NOON, "more", "streaming", NOON, synchronous=True)
    assert _differences([*HISTORY, invoked]) == [
        f"tick {rfc3339(NOON)}, synchronous: nothing | never tried"
    ]


def test_a_repeated_record_is_listed_with_its_count() -> None:
    """Copies are counted."""
    (text, *_) = only(HISTORY, ObjectDelivered)[0].records
    again = ObjectDelivered(NOON, "stream", "bucket", "again", (text,))
    (difference,) = _differences([*HISTORY, again])
    assert difference.startswith("record Index_1 2026-11-23T12:01:00Z: ")
    assert " | " in difference
    assert difference.endswith(r"\n x2")


def test_a_missing_alert_is_listed() -> None:
    """By the address, and the tick if it is known."""
    (difference,) = _differences(without(HISTORY, MessageSent))
    assert difference.startswith(f"alert to {ADDRESSES[0]} about no tick: Failure")
    assert difference.endswith(" | nothing")


def test_an_item_with_another_price_is_listed() -> None:
    """The whole item, on both sides."""
    last = only(HISTORY, TableSnapshot)[-1]
    items = ({**last.items[0], "Price": "1"}, *last.items[1:])
    (found,) = summary_differences(
        ticker_summary(HISTORY), ticker_summary(_changed(TableSnapshot, -1, items=items))
    )
    assert (found.group, found.what) == (DifferenceGroup.ITEM, "prices Index_1")
    assert found.other == '{"Price": "1", "TickerName": "Index_1"}'


def test_another_function_that_ran_is_listed() -> None:
    """A request without a tick."""
    ended = AttemptEnded(NOON, "more", "elsewhere", 1, Outcome.SUCCESS)
    assert _differences([*HISTORY, ended]) == [
        "function elsewhere: nothing | succeeded after 1 attempt"
    ]


@pytest.mark.parametrize("index", [0, 50, 399])
def test_long_texts_are_shown_around_their_first_difference(index: int) -> None:
    """In one line, abbreviated; compared is the whole text."""
    text = "x" * 400
    changed = f"{text[:index]}y{text[index + 1 :]}"
    one, other = (
        ticker_summary([MessageSent(NOON, "alarm", "a@example.com", "S", sent)])
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
    """Ticks first, the table last, and an empty summary lacks them all."""
    found = summary_differences(ticker_summary(HISTORY), ticker_summary([]))
    assert list(dict.fromkeys(difference.group for difference in found)) == list(DifferenceGroup)
    assert {difference.other for difference in found} == {"nothing"}
