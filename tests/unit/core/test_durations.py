"""`--duration` of the commands."""

from datetime import timedelta

import pytest

from wavetank.core.durations import duration_option
from wavetank.core.errors import UsageError

HOUR = timedelta(hours=1)


def test_a_duration_up_to_the_longest_is_taken() -> None:
    """The longest itself is allowed."""
    assert duration_option("250ms", HOUR) == timedelta(milliseconds=250)
    assert duration_option("60m", HOUR) == HOUR


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("10", "whole number and its unit"),
        ("1.5h", "whole number and its unit"),
        ("0s", "above zero and of at most 1h; found --duration 0s"),
        ("61m", "above zero and of at most 1h; found --duration 61m"),
    ],
)
def test_any_other_duration_is_refused(text: str, told: str) -> None:
    """Without a unit, with a fraction, of nothing, or too long."""
    with pytest.raises(UsageError, match=told):
        duration_option(text, HOUR)
