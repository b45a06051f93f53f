"""Whatever is in a zip, unpacking it reaches nothing but its folder."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given
from hypothesis import strategies as st

from tests.archives import FILE, FOLDER, LINK, Entry, names_below, zipped
from wavetank.emulator.lambda_.archive import ArchiveError, unpack

SEGMENTS = st.sampled_from(["a", "b", "c", "..", ".", "", "A"])
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)
ENTRIES = st.tuples(PATHS, st.sampled_from([FILE, FOLDER, LINK, LINK]), PATHS)


@given(st.lists(ENTRIES, max_size=6, unique_by=lambda entry: entry[0]))
@example([("a/b", LINK, ".."), ("c", LINK, "a/b/../..")])
def test_whatever_is_in_an_archive_nothing_is_outside_of_the_folder(entries: list[Entry]) -> None:
    """Neither a file nor the end of a link, as the operating system follows it."""
    with TemporaryDirectory() as name:
        top = Path(name).resolve()
        code = top / "code"
        try:
            unpack(io.BytesIO(zipped(entries)), code)
        except ArchiveError:
            assert names_below(top) == []
            return
        assert [path.name for path in top.iterdir()] == ["code"]
        for path in code.rglob("*"):
            assert path.resolve().is_relative_to(code)
