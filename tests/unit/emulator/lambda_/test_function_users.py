"""Users of functions: one each, the same again, free when the last environment has ended."""

from pathlib import Path

import pytest

from wavetank.emulator.lambda_ import function_users
from wavetank.emulator.lambda_.function_users import FunctionUsers, hide_state


def test_functions_have_different_users_and_environments_of_one_share_it() -> None:
    """As many numbers as functions suffice, and a function keeps its own while it is used."""
    users = FunctionUsers(first=100, count=3)
    numbers = [users.take(name) for name in ("a", "b", "c")]
    assert sorted(numbers) == [100, 101, 102]
    assert users.take("b") == numbers[1]
    users.release("b")
    assert users.take("b") == numbers[1]


def test_a_number_is_free_after_the_last_environment() -> None:
    """A fourth function gets the number that the first has given back."""
    users = FunctionUsers(first=100, count=3)
    numbers = {name: users.take(name) for name in ("a", "b", "c")}
    users.release("a")
    assert users.take("d") == numbers["a"]


def test_what_a_function_leaves_where_anyone_may_write_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files and folders of its user go with its last environment, links are not followed."""
    shared, kept = tmp_path / "shared", tmp_path / "kept"
    for folder in (shared, kept, shared / "folder"):
        folder.mkdir()
    (kept / "file").touch()
    (shared / "folder" / "file").touch()
    (shared / "file").touch()
    (shared / "link").symlink_to(kept)
    monkeypatch.setattr(function_users, "SHARED_FOLDERS", (str(shared),))
    users = FunctionUsers(first=tmp_path.stat().st_uid, count=1)
    users.take("a")
    users.take("a")
    users.release("a")
    assert (shared / "file").exists()
    users.release("a")
    assert list(shared.iterdir()) == []
    assert (kept / "file").exists()


def test_folders_of_localstack_are_closed(tmp_path: Path) -> None:
    """The private ones to all others; what lies below a passable one is found by its name alone."""
    private, passable = tmp_path / "private", tmp_path / "passable"
    private.mkdir()
    passable.mkdir()
    hide_state([private, tmp_path / "none"], [passable])
    assert (private.stat().st_mode & 0o777, passable.stat().st_mode & 0o777) == (0o700, 0o711)
