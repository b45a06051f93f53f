"""A zip that anyone may have made is unpacked into its folder, or refused and nothing is left."""

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from tests.archives import FILE, FOLDER, LINK, PROGRAM, Entry, names_below, zipped
from wavetank.emulator.lambda_ import archive as archives
from wavetank.emulator.lambda_.archive import (
    ArchiveError,
    ArchiveSizeError,
    check_archive,
    unpack,
)

CODE = "def handler(event, context): return 1"

BENIGN: list[Entry] = [
    ("handler.py", FILE, CODE),
    ("./bin//run", PROGRAM, "#!/bin/sh"),
    ("empty/", FOLDER, ""),
    ("package/__init__.py", 0, ""),
    ("package/back", LINK, "../bin/run"),
    ("package/again", LINK, "./back"),
    ("all", LINK, "package/.."),
    ("a\\b", FILE, "a name with a backslash"),
    ("..a", FILE, "no parent"),
]
HOSTILE: dict[str, list[Entry]] = {
    "parent": [("../w", FILE, "x")],
    "parent within": [("a/../../w", FILE, "x")],
    "parent of Windows": [("a\\..\\..\\w", FILE, "x")],
    "absolute": [("/w", FILE, "x")],
    "absolute of Windows": [("\\w", FILE, "x")],
    "drive": [("C:/w", FILE, "x")],
    "drive without a slash": [("C:w", FILE, "x")],
    "folder outside": [("../w/", FOLDER, "")],
    "absolute link": [("l", LINK, "/etc/passwd")],
    "link outside": [("l", LINK, "../victim")],
    "link outside by a folder": [("d/l", LINK, "../../victim")],
    "link outside by a link": [("d/up", LINK, ".."), ("l", LINK, "d/up/../victim")],
    "link outside by a later link": [("l", LINK, "d/up/../victim"), ("d/up", LINK, "..")],
    "empty link": [("l", LINK, "")],
    "link with an end": [("l", LINK, "a\0b")],
    "link to itself": [("l", LINK, "l")],
    "links to each other": [("a", LINK, "b/x"), ("b", LINK, "a/x")],
    "long link": [("l", LINK, "a/" * 4096)],
    "file through a link": [("up", LINK, "d"), ("up/w", FILE, "x")],
    "file before its link": [("up/w", FILE, "x"), ("up", LINK, "d")],
    "link through a link": [("up", LINK, "d"), ("up/l", LINK, "x")],
    "folder through a link": [("up", LINK, "d"), ("up/f/", FOLDER, "")],
    "folder and link": [("up/", FOLDER, ""), ("up", LINK, "d"), ("up/", FOLDER, "")],
    "link and file": [("l", LINK, "d"), ("l", FILE, "x")],
    "two links": [("l", LINK, "d"), ("l", LINK, "e")],
    "file as a folder": [("f", FILE, "x"), ("f/w", FILE, "x")],
    "device": [("d", stat.S_IFBLK | 0o666, "")],
    "character device": [("d", stat.S_IFCHR | 0o666, "")],
    "pipe": [("p", stat.S_IFIFO | 0o666, "")],
    "socket": [("s", stat.S_IFSOCK | 0o666, "")],
    "long name": [("a" * 256, FILE, "x")],
    "long path": [("a/" * 2000 + "w", FILE, "x")],
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where code is unpacked to, with something beside it that is none of its business."""
    (tmp_path / "root" / "victim").mkdir(parents=True)
    return tmp_path / "root" / "lambda" / "id" / "code"


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_what_is_harmless_is_unpacked_for_any_user_to_read(place: Path, umask: int) -> None:
    """Modes are the same whatever the umask; executable files and inner links are kept."""
    previous = os.umask(umask)
    try:
        unpack(io.BytesIO(zipped(BENIGN)), place)
    finally:
        os.umask(previous)
    modes = {
        path.relative_to(place).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in (place, *place.rglob("*"))
        if not path.is_symlink()
    }
    assert modes == {
        ".": 0o755,
        "..a": 0o644,
        "a\\b": 0o644,
        "bin": 0o755,
        "bin/run": 0o755,
        "empty": 0o755,
        "handler.py": 0o644,
        "package": 0o755,
        "package/__init__.py": 0o644,
    }
    assert (place / "handler.py").read_text() == CODE
    assert (place / "package" / "again").resolve() == place / "bin" / "run"
    assert (place / "all").readlink() == Path("package/..")
    above = 0o711 if os.getuid() == 0 else 0o700
    assert stat.S_IMODE(place.parent.stat().st_mode) == above


@pytest.mark.parametrize("entries", HOSTILE.values(), ids=HOSTILE)
def test_what_leads_out_of_the_folder_is_refused_whole(place: Path, entries: list[Entry]) -> None:
    """It is refused before it is stored, and, should it be there, when it is to be unpacked."""
    content = zipped([*BENIGN, *entries])
    with pytest.raises(ArchiveError):
        check_archive(io.BytesIO(content))
    with pytest.raises(ArchiveError):
        unpack(io.BytesIO(content), place)
    assert names_below(place.parents[2]) == ["lambda", "lambda/id", "victim"]


def test_an_archive_is_limited_as_on_aws(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte less than the limit is taken, all entries together."""
    monkeypatch.setattr(archives, "UNZIPPED_BYTES_MAX", 1000)
    unpack(io.BytesIO(zipped([("a", FILE, "x" * 500), ("b", FILE, "x" * 499)])), place)
    for too_large in ([("a", FILE, "x" * 1000)], [(name, FILE, "x" * 500) for name in "ab"]):
        with pytest.raises(ArchiveSizeError, match="smaller than 1000 bytes"):
            check_archive(io.BytesIO(zipped(too_large)))


def test_an_archive_that_understates_its_size_is_refused(place: Path) -> None:
    """What its header says is not believed."""
    content = zipped([("a", FILE, "x" * 100_000)]).replace(
        (100_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    )
    with pytest.raises(ArchiveError):
        check_archive(io.BytesIO(content))
    with pytest.raises(ArchiveError):
        unpack(io.BytesIO(content), place)
    assert not place.exists()


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_only_what_aws_takes_is_decompressed(method: int) -> None:
    """A dictionary of LZMA could take all memory."""
    with pytest.raises(ArchiveError, match="not deflated"):
        check_archive(io.BytesIO(zipped(BENIGN, method)))


def test_an_existing_folder_is_not_changed(place: Path) -> None:
    """LocalStack prepares the same code many times."""
    unpack(io.BytesIO(zipped(BENIGN)), place)
    unpack(io.BytesIO(zipped([("other.py", FILE, "")])), place)
    assert "other.py" not in names_below(place)


def test_no_damage_gets_past_the_check_but_as_a_refusal() -> None:
    """Each byte of an archive changed in turn: taken or refused, and never another error."""
    content = zipped(BENIGN)
    refused = 0
    for place in range(len(content)):
        for value in (0x00, 0x80, 0xFF):
            damaged = content[:place] + bytes([value]) + content[place + 1 :]
            try:
                check_archive(io.BytesIO(damaged))
            except ArchiveError:
                refused += 1
    assert refused > len(content) // 4
