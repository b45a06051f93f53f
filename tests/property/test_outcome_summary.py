"""Outcome summaries of any history, and of runs with one thing changed."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.property.test_history import histories, valid_histories
from tests.sample_histories import only
from wavetank.history import Event, ObjectDelivered
from wavetank.history.summary_diff import DifferenceGroup, summary_differences
from wavetank.ticker.data_reader import ticker_summary
from wavetank.ticker.records import split_body


@given(histories)
def test_equal_histories_have_equal_summaries(history: list[Event]) -> None:
    """The same history gives the same summary, and nothing differs."""
    assert summary_differences(ticker_summary(history), ticker_summary(history)) == []


@given(histories, histories)
def test_summaries_differ_exactly_if_differences_are_listed(
    one: list[Event], other: list[Event]
) -> None:
    """All are listed, each in one line, and they are the same from the other side."""
    left, right = ticker_summary(one), ticker_summary(other)
    found = summary_differences(left, right)
    assert (found == []) is (left == right)
    assert all(len(str(difference).splitlines()) == 1 for difference in found)
    assert all(difference.one != difference.other for difference in found)
    back = [(d.group, d.what, d.other, d.one) for d in summary_differences(right, left)]
    assert back == [(d.group, d.what, d.one, d.other) for d in found]


@given(valid_histories(), st.data())
def test_a_record_that_is_missing_or_another_is_one_difference(
    history: list[Event], data: st.DataObject
) -> None:
    """Exactly one, which names it; whatever object it is in."""
    delivery = data.draw(st.sampled_from(only(history, ObjectDelivered)))
    place = data.draw(st.integers(0, len(delivery.records) - 1))
    text = delivery.records[place]
    instead = () if data.draw(st.booleans()) else (_dearer(text),)
    records = (*delivery.records[:place], *instead, *delivery.records[place + 1 :])
    changed = [replace(e, records=records) if e is delivery else e for e in history]
    (found,) = summary_differences(ticker_summary(history), ticker_summary(changed))
    assert found.group is DifferenceGroup.RECORD
    assert found.one == text.replace("\n", "\\n")
    assert (found.other == "nothing") is (not instead)


def _dearer(text: str) -> str:
    """The record with another last digit of its price."""
    last = text.rindex("}") - 1
    digit = (int(text[last]) + 1) % 10
    return f"{text[:last]}{digit}{text[last + 1 :]}"


@given(st.text(alphabet=' \n{}":,a1', max_size=30))
def test_a_body_is_split_without_loss(body: str) -> None:
    """Its parts, put together, are the body."""
    assert "".join(split_body(body)) == body
