"""Numbers in sentences."""

import pytest

from wavetank.core.text import counted, span


@pytest.mark.parametrize(("count", "text"), [(0, "0 objects"), (1, "1 object"), (2, "2 objects")])
def test_one_is_singular_and_everything_else_plural(count: int, text: str) -> None:
    """As people write."""
    assert counted(count, "object") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (-3, "0 s"),
        (59.9, "59 s"),
        (192, "3 min 12 s"),
        (120, "2 min"),
        (7500, "2 h 5 min"),
        (86400 + 59, "1 d"),
    ],
)
def test_a_span_has_its_two_greatest_units(seconds: float, text: str) -> None:
    """Rounded down, and what is nothing is left out."""
    assert span(seconds) == text
