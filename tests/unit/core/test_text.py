"""Numbers and paths in sentences."""

from pathlib import Path

import pytest

from wavetank.core.text import pluralize, short_path, span


@pytest.mark.parametrize(("count", "text"), [(0, "0 objects"), (1, "1 object"), (2, "2 objects")])
def test_one_is_singular_and_everything_else_plural(count: int, text: str) -> None:
    """In the usual notation."""
    assert pluralize(count, "object") == text


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


def test_a_path_below_the_current_folder_is_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any other is shown whole."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert short_path(tmp_path / "here" / "runs" / "one") == "runs/one"
    assert short_path(tmp_path / "other") == str(tmp_path / "other")
