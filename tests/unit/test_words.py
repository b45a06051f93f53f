"""Numbers in sentences."""

import pytest

from wavetank.words import counted


@pytest.mark.parametrize(("count", "text"), [(0, "0 objects"), (1, "1 object"), (2, "2 objects")])
def test_one_is_singular_and_everything_else_plural(count: int, text: str) -> None:
    """As people write."""
    assert counted(count, "object") == text
