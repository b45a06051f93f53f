"""How long, as a test says it."""

from datetime import timedelta

import pytest

from wavetank.core.errors import UsageError
from wavetank.pytest_plugin.durations import Span, duration_of


def test_units_add_up() -> None:
    """As those of a timedelta do; where none is named, it is no time at all."""
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
def test_what_cannot_pass_is_refused(span: Span) -> None:
    """Time does not go back, nor beyond a year, and a millisecond is its least step."""
    with pytest.raises(UsageError, match="up to a year"):
        duration_of(span)
