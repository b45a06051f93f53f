"""The event of `invoke`: a text, a file, or standard input."""

import io
from pathlib import Path

import pytest

from wavetank.cli.functions import event_text
from wavetank.core.errors import UsageError


def test_an_event_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON is taken as it is, also a plain number; a path is read, and - is standard input."""
    file = tmp_path / "event.json"
    file.write_text('{"a": 1}')
    monkeypatch.setattr("sys.stdin", io.StringIO('{"b": 2}'))
    assert event_text(None) == "{}"
    assert event_text("3") == "3"
    assert event_text(str(file)) == '{"a": 1}'
    assert event_text("-") == '{"b": 2}'


@pytest.mark.parametrize("given", ["{", "none.json"])
def test_what_is_neither_is_refused(given: str) -> None:
    """With what would be accepted."""
    with pytest.raises(UsageError, match="the path of a file"):
        event_text(given)
