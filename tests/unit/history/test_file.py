"""A run's file."""

import json
from pathlib import Path

import pytest

from tests.pipeline import NOON
from tests.sample_histories import calm
from wavetank.core.errors import UsageError
from wavetank.history import (
    Event,
    HistoryWriter,
    ObjectDelivered,
    RunEnded,
    TruncatedHistory,
    digest_of,
    read_history,
)


def written(path: Path, events: list[Event]) -> str:
    """Writes a file; its digest."""
    with HistoryWriter(path) as writer:
        for event in events:
            writer.write(event)
    return writer.digest


def test_file_holds_what_was_written(tmp_path: Path) -> None:
    """What is read is what was written, and the digest is that of the events."""
    history = calm(ticks=3, failing=[1])
    assert written(tmp_path / "history.jsonl", history) == digest_of(history)
    assert list(read_history(tmp_path / "history.jsonl")) == history


def test_event_is_on_the_disk_at_once(tmp_path: Path) -> None:
    """What was written can be read while the run goes on."""
    with HistoryWriter(tmp_path / "history.jsonl") as writer:
        writer.write(RunEnded(NOON))
        assert list(read_history(tmp_path / "history.jsonl")) == [RunEnded(NOON)]


def test_history_is_never_written_over(tmp_path: Path) -> None:
    """A second run cannot use the file of the first."""
    written(tmp_path / "history.jsonl", [])
    with pytest.raises(UsageError, match="another"):
        HistoryWriter(tmp_path / "history.jsonl")


def test_unfinished_last_line_is_reported(tmp_path: Path) -> None:
    """A run that was killed while writing is read up to there, and the reader says so."""
    path = tmp_path / "history.jsonl"
    history = calm()
    written(path, history)
    path.write_bytes(path.read_bytes()[:-5])
    assert list(read_history(path)) == [
        *history[:-1],
        TruncatedHistory(history[-2].at, len(history)),
    ]


def test_last_line_only_without_its_end_is_whole(tmp_path: Path) -> None:
    """A last line that only lacks the end of line is an event like any other."""
    path = tmp_path / "history.jsonl"
    written(path, calm())
    path.write_bytes(path.read_bytes()[:-1])
    assert list(read_history(path)) == calm()


@pytest.mark.parametrize("text", ["", "{", "{\n", "\xff"])
def test_file_without_event_is_refused(tmp_path: Path, text: str) -> None:
    """A file without an event is not taken for a short run."""
    path = tmp_path / "history.jsonl"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(UsageError, match="line 1 of"):
        list(read_history(path))


def test_broken_line_is_named(tmp_path: Path) -> None:
    """A line in the middle that is not an event is an error with its number."""
    path = tmp_path / "history.jsonl"
    written(path, calm())
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:4], '{"event":\n', *lines[5:]]))
    with pytest.raises(UsageError, match="line 5 of"):
        list(read_history(path))


def test_a_run_of_an_older_version_is_refused_in_one_line(tmp_path: Path) -> None:
    """Its events had other names; the message says what to do instead."""
    path = tmp_path / "history.jsonl"
    first = {"at": "2030-01-01T00:00:00Z", "detail": "", "event": "FaultStruck"}
    path.write_text(json.dumps(first | {"fault": "a", "kind": "lost-reply"}) + "\n")
    with pytest.raises(UsageError) as refused:
        list(read_history(path))
    assert "FaultStruck" in refused.value.found
    assert "run the scenario again" in refused.value.action
    assert "\n" not in str(refused.value)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A missing run is a usage error."""
    with pytest.raises(UsageError, match="name another run"):
        list(read_history(tmp_path / "history.jsonl"))


def test_one_kind_is_read_alone(tmp_path: Path) -> None:
    """The events of a kind are those of a full reading, and a truncated end is reported too."""
    history, path = calm(ticks=3, failing=[1]), tmp_path / "history.jsonl"
    written(path, history)
    with path.open("a") as file:
        file.write('{"at":"2026')
    found = list(read_history(path, ObjectDelivered))
    assert found[:-1] == [event for event in history if isinstance(event, ObjectDelivered)]
    assert isinstance(found[-1], TruncatedHistory)
