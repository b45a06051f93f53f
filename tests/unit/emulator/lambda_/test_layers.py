"""Layers are merged into one folder, as AWS extracts them one after the other into /opt."""

from pathlib import Path

import pytest

from wavetank.emulator.lambda_.archive import ArchiveError
from wavetank.emulator.lambda_.isolation import FunctionFolders, Isolation, confinement
from wavetank.emulator.lambda_.layers import merge
from wavetank.emulator.settings import IsolationLevel


def _layer(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_a_later_layer_overwrites_files_of_an_earlier_one(tmp_path: Path) -> None:
    """Folders are merged, files of the same name are replaced, and modes are kept."""
    first = _layer(tmp_path / "1", python__a="1", python__b="1", bin__tool="1")
    second = _layer(tmp_path / "2", python__b="2", lib__c="2")
    (first / "bin/tool").chmod(0o755)
    merge([first, second], tmp_path / "layers/merged")
    found = {
        str(path.relative_to(tmp_path / "layers/merged")): path.read_text()
        for path in (tmp_path / "layers/merged").rglob("*")
        if path.is_file()
    }
    assert found == {"python/a": "1", "python/b": "2", "bin/tool": "1", "lib/c": "2"}
    assert (tmp_path / "layers/merged/bin/tool").stat().st_mode & 0o777 == 0o755


def test_a_link_of_an_earlier_layer_is_replaced_and_never_followed(tmp_path: Path) -> None:
    """Otherwise the second layer would write into what the first one links to."""
    victim = _layer(tmp_path / "victim", file="untouched")
    first = tmp_path / "1"
    first.mkdir()
    (first / "x").symlink_to(victim)
    (first / "y").symlink_to(victim / "file")
    second = _layer(tmp_path / "2", x__file="own", y="own")
    merge([first, second], tmp_path / "layers/merged")
    assert (victim / "file").read_text() == "untouched"
    assert (tmp_path / "layers/merged/x/file").read_text() == "own"
    assert not (tmp_path / "layers/merged/y").is_symlink()


def test_file_and_folder_of_one_name_leave_the_later_one(tmp_path: Path) -> None:
    """Nothing is said about it by AWS; both orders must at least extract."""
    file, folder = _layer(tmp_path / "1", x="file"), _layer(tmp_path / "2", x__y="inside")
    merge([file, folder], tmp_path / "layers/a")
    merge([folder, file], tmp_path / "layers/b")
    assert (tmp_path / "layers/a/x/y").read_text() == "inside"
    assert (tmp_path / "layers/b/x").read_text() == "file"


def test_an_interrupted_extraction_leaves_nothing(tmp_path: Path) -> None:
    """The folder appears as a whole or not at all."""
    with pytest.raises(FileNotFoundError):
        merge([_layer(tmp_path / "1", x="1"), tmp_path / "missing"], tmp_path / "layers/merged")
    assert list((tmp_path / "layers").iterdir()) == []


def test_layers_are_mounted_before_all_others(tmp_path: Path) -> None:
    """A program may be installed below /opt, which is read-only once it is mounted."""
    folders = FunctionFolders(tmp_path / "code", tmp_path / "layers")
    made = confinement(
        Isolation(IsolationLevel.NAMESPACES), folders, user=1, memory_bytes=1, tmp_megabytes=1
    )
    assert made.mounts is not None
    assert made.mounts[0] == (str(tmp_path / "layers"), "/opt")
    assert made.mounts[-1] == (str(tmp_path / "code"), "/var/task")


def test_links_that_lead_out_of_the_merged_folder_are_refused(tmp_path: Path) -> None:
    """Each is inside its own layer; together they lead above the folder."""
    first = _layer(tmp_path / "1", a__b__file="1")
    (first / "out").symlink_to("a/b/../../file")
    second = tmp_path / "2"
    (second / "a").mkdir(parents=True)
    (second / "a/b").symlink_to("../c")
    merge([first], tmp_path / "layers/first")
    with pytest.raises(ArchiveError):
        merge([first, second], tmp_path / "layers/merged")
    assert not (tmp_path / "layers/merged").exists()
