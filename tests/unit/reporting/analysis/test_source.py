"""Local sources: which source a text names, and what is read from it."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sample_histories import calm
from tests.unit.reporting.analysis.objects import NOON, record
from wavetank.core.errors import UsageError
from wavetank.history import HistoryWriter
from wavetank.reporting.analysis.local_sources import OBJECTS_ONLY
from wavetank.reporting.analysis.records import read_deliveries
from wavetank.reporting.analysis.source import open_source
from wavetank.scenario.run_store import HISTORY


def _saved(folder: Path, written: int) -> None:
    """A run of three ticks, last written to at that second."""
    folder.mkdir(parents=True)
    with HistoryWriter(folder / HISTORY) as writer:
        for event in calm(3):
            writer.write(event)
    os.utime(folder / HISTORY, (written, written))


def test_a_run_is_found_by_name_by_folder_and_as_the_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All three read the same records; the latest is the one that was written last."""
    monkeypatch.setenv("WAVETANK_STATE", str(tmp_path))
    _saved(tmp_path / "runs" / "newer", 2000)
    _saved(tmp_path / "runs" / "older", 1000)
    for text in ("latest", "run:newer", str(tmp_path / "runs" / "newer")):
        source = open_source(text)
        assert source.description == "the saved run newer"
        assert read_deliveries(source).records.height == 60
        assert len(source.activity(NOON).events) == len(calm(3))


def test_files_below_a_folder_are_objects(tmp_path: Path) -> None:
    """Delivered at the file's modification time, with the path as the key."""
    file = tmp_path / "2026" / "11" / "object"
    file.parent.mkdir(parents=True)
    file.write_text(record(0))
    os.utime(file, (1000, 1000))
    source = open_source(str(tmp_path))
    assert source.activity(NOON).not_available == (OBJECTS_ONLY,)
    found = read_deliveries(source).objects.row(0, named=True)
    assert found["object"] == "2026/11/object"
    assert found["delivered_at"] == datetime.fromtimestamp(1000, UTC)


@pytest.mark.parametrize("text", ["", "nowhere", "s3://", "ftp://example.com"])
def test_an_invalid_source_is_refused(text: str) -> None:
    """The error lists all forms."""
    with pytest.raises(UsageError, match="s3://BUCKET, or a folder"):
        open_source(text)
