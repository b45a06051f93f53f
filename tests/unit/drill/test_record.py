"""A drill is remembered from before it breaks anything until it is put back."""

from pathlib import Path

import pytest

from wavetank.drill.record import DrillFolder, DrillKind, DrillRecord
from wavetank.errors import UsageError

RECORD = DrillRecord(DrillKind.NO_CONCURRENCY, "2026-11-24T12:00:00Z", 5)


@pytest.fixture
def folder(tmp_path: Path) -> DrillFolder:
    """An empty one."""
    return DrillFolder(tmp_path, "123456789012", "DEDOREXP")


def test_what_is_remembered_is_there_until_it_is_forgotten(folder: DrillFolder) -> None:
    """While its process lives a drill is under way; after it, it was left behind."""
    assert (folder.read(), folder.left_behind()) == (None, False)
    with folder.held():
        folder.write(RECORD)
        assert not folder.left_behind()
    assert folder.read() == RECORD
    assert folder.left_behind()
    folder.forget()
    assert (folder.read(), folder.left_behind()) == (None, False)


def test_two_drills_of_one_pipeline_are_refused(folder: DrillFolder, tmp_path: Path) -> None:
    """The second would take the first one's broken code for what is to be restored."""
    with folder.held():
        with pytest.raises(UsageError, match="one under way"), folder.held():
            pytest.fail("held twice")
        with DrillFolder(tmp_path, "123456789012", "PTDEJANVAN").held():
            pass  # another pipeline's


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"kind": "x"}'])
def test_a_damaged_record_still_says_that_there_was_a_drill(
    damaged: str, folder: DrillFolder, tmp_path: Path
) -> None:
    """What is to be put back is seen without it, but for what had been reserved."""
    with folder.held():
        folder.write(RECORD)
    (file,) = (tmp_path / "drills").glob("*.json")
    file.write_text(damaged)
    found = folder.read()
    assert found is not None
    assert found.reserved is None
