"""Durations that vary: their forms, and what they are at a quantile."""

from datetime import timedelta

import pytest

from wavetank.scenario.timing.distribution import MILLISECOND, LongTail, Uniform, parse_distribution

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("text", ["0s", "200ms", "20ms to 2s", "median 20ms, p99 2s"])
def test_what_is_written_is_read(text: str) -> None:
    """Every form is read and written as the same text."""
    assert parse_distribution(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2",
        "2s to 1s",
        "1s to",
        "2d",
        "1s to 2d",
        "median 2s, p99 1s",
        "median 0s, p99 1s",
        "median 1s",
        "p99 1s, median 20ms",
        "1s to 2s to 3s",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """Also ends in the wrong order, and a median of nothing, which has no long tail."""
    with pytest.raises(ValueError, match=r"."):
        parse_distribution(text)


def test_a_range_is_even() -> None:
    """Its ends and its middle are where they are written; a constant is one everywhere."""
    even = Uniform(SECOND, 3 * SECOND)
    assert [even.at(share) for share in (0, 0.5, 1)] == [SECOND, 2 * SECOND, 3 * SECOND]
    assert Uniform(SECOND, SECOND).at(0.7) == SECOND


def test_a_long_tail_is_short_most_often() -> None:
    """Its median and percentile are the written ones; the rarest are bounded, and none is zero."""
    tail = LongTail(10 * MILLISECOND, SECOND)
    assert tail.at(0.5) == 10 * MILLISECOND
    assert tail.at(0.99) == SECOND
    assert tail.at(1) == tail.at(1 - 1e-6) < timedelta(minutes=5)
    assert tail.at(0) == MILLISECOND


def test_durations_are_in_whole_milliseconds() -> None:
    """So histories stay readable, and services that store milliseconds lose nothing."""
    tail = LongTail(3 * MILLISECOND, 40 * MILLISECOND)
    uneven = Uniform(MILLISECOND, 4 * MILLISECOND)
    for share in (0.1, 0.33, 0.77):
        assert not tail.at(share) % MILLISECOND
        assert not uneven.at(share) % MILLISECOND
