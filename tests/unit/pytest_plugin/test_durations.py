"""Durations as keyword arguments."""

from datetime import timedelta

import pytest

from wavetank.core.errors import UsageError
from wavetank.pytest_plugin.durations import Span, duration_of


def test_units_add_up() -> None:
    """As those of a timedelta do; without any, the duration is zero."""
    assert duration_of({"hours": 1, "minutes": 0.5}) == timedelta(minutes=60, seconds=30)
    assert duration_of({}) == timedelta()


@pytest.mark.parametrize(
    "span",
    [
        {"minutes": -1},
        {"days": 366},
        {"days": float("inf")},
        {"seconds": float("nan")},
        {"seconds": 0.0001},
    ],
)
def test_an_invalid_duration_is_refused(span: Span) -> None:
    """A duration is not negative, at most a year, and in whole milliseconds."""
    with pytest.raises(UsageError, match="of 0 to a year"):
        duration_of(span)
