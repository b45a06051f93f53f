"""Pages of the names of delivery streams."""

import pytest

from wavetank.emulator.firehose.listing import page_of_names

TYPES = {"c": "DirectPut", "a": "DirectPut", "b": "KinesisStreamAsSource"}


@pytest.mark.parametrize(
    ("limit", "kind", "after", "names", "has_more"),
    [
        (None, None, None, ["a", "b", "c"], False),
        (2, None, None, ["a", "b"], True),
        (2, None, "b", ["c"], False),
        (1, "DirectPut", None, ["a"], True),
        (None, None, "z", [], False),
    ],
)
def test_a_page_has_the_names_that_the_call_asks_for(
    limit: int | None, kind: str | None, after: str | None, names: list[str], *, has_more: bool
) -> None:
    """In alphabetical order, after the last name of the page before."""
    assert page_of_names(TYPES, limit=limit, kind=kind, after=after) == (names, has_more)


def test_a_page_has_ten_names_without_a_limit() -> None:
    """The default of the API reference."""
    found, has_more = page_of_names(
        dict.fromkeys(map(str, range(11)), "DirectPut"), limit=None, kind=None, after=None
    )
    assert len(found) == 10
    assert has_more
