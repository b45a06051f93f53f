"""LocalStack's index of AWS's services: made once, there at every later start."""

from pathlib import Path

import pytest

from wavetank.engines import service_catalog
from wavetank.engines.service_catalog import (
    CATALOG_FOLDER,
    provide_service_catalog,
    store_service_catalog,
)

INDEX = "service-catalog-4_14_0-1_42_54.dill"


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(service_catalog, "cache_folder", lambda: folder)
    return folder


def _first_start(folder: Path, content: bytes) -> Path:
    provide_service_catalog(folder)
    made: Path = folder / CATALOG_FOLDER / INDEX
    made.write_bytes(content)
    store_service_catalog(folder)
    return made


def test_what_one_start_makes_the_next_one_finds(tmp_path: Path) -> None:
    """Where LocalStack reads it."""
    _first_start(tmp_path / "first", b"index")
    provide_service_catalog(tmp_path / "second")
    assert (tmp_path / "second" / CATALOG_FOLDER / INDEX).read_bytes() == b"index"


def test_the_cache_is_private_and_written_once(tmp_path: Path, cache: Path) -> None:
    """It is a pickle: others may not write it, and a later start leaves it as it is."""
    _first_start(tmp_path / "first", b"index")
    _first_start(tmp_path / "second", b"another")
    assert (cache / INDEX).read_bytes() == b"index"
    assert cache.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in cache.iterdir()] == [INDEX]


def test_a_cache_that_cannot_be_written_stops_no_start(tmp_path: Path, cache: Path) -> None:
    """The next start makes the index again."""
    cache.write_text("a file where the folder would be")
    assert _first_start(tmp_path / "first", b"index").exists()
