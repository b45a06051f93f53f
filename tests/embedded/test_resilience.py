"""A sandbox that holds much, whose disk fails, whose snapshot is damaged, or that has a neighbour.

Each takes minutes; what it measured is in the captured output.
"""

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import requests

from tests.embedded.holdings import fill_snapshot
from tests.shell import DEFAULT, Shell
from wavetank.aws.clients import sandbox_clients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode
from wavetank.engines.embedded import any_free_port
from wavetank.inspection.event_watcher import Watcher

pytestmark = pytest.mark.nightly

OBJECTS, MESSAGES = 50_000, 10_000
LOOK_SECONDS_MAX = 30.0
"""Half of what a reader waits for an answer; on an idle machine none takes two seconds."""
COMMAND_SECONDS_MAX = 120.0
PAGES = ("", "pages/mailbox", "overview", "mailbox", "mailbox?limit=0", "pages/faults")
SMALL_DISK = "size=400m"
FLIPPED_BYTES = 20


@contextmanager
def _up(shell: Shell, *options: str) -> Iterator[str]:
    """A sandbox in the background; its endpoint."""
    arguments = ("--detach", "--confirm-emails", "--port", str(any_free_port()))
    up = shell.run("up", *arguments, *options)
    assert up.code == 0, up.out + up.err
    try:
        yield shell.endpoint()
    finally:
        shell.run("down")


def _timed(what: str, action: Callable[[], object]) -> float:
    clock = WallClock()
    begun = clock.monotonic()
    action()
    seconds = clock.monotonic() - begun
    print(f"{what}: {seconds:.3f} s")  # noqa: T201 - the figure that the test is for
    return seconds


def test_a_full_mailbox_and_bucket_slow_nothing_down(tmp_path: Path) -> None:
    """The watcher, the pages and the commands answer, and the sandbox that has them stays up."""
    fill_snapshot(tmp_path, OBJECTS, MESSAGES)
    shell = Shell(tmp_path)
    with _up(shell) as endpoint:
        for page in PAGES:
            url = f"{endpoint}/_wavetank/{page}"
            assert _timed(page, partial(requests.get, url, timeout=60)) < LOOK_SECONDS_MAX
        watcher = Watcher(sandbox_clients(endpoint), DEFAULT, endpoint, WallClock())
        polls = [_timed("poll", watcher.poll) for _ in range(10)]
        assert max(polls) < LOOK_SECONDS_MAX
        for command in ("status", "invoke"):
            seconds = _timed(command, partial(shell.run, command))
            assert seconds < COMMAND_SECONDS_MAX
        status = shell.run("status", "--json").events("status")[0]["health"]
        assert status["objects"] >= OBJECTS
        assert status["alerts"] > MESSAGES - 10  # the oldest made room for questions
        assert _timed("save", lambda: SandboxControls(endpoint).save_snapshot()) < LOOK_SECONDS_MAX


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", SMALL_DISK, "tmpfs", str(folder)]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip("this machine permits no mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607 - root's own


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as opened:
        while True:
            opened.write(b"0" * 4096)


def test_a_full_state_folder_stops_nothing_and_is_saved_to_once_there_is_room(
    tmp_path: Path,
) -> None:
    """Ticks go on, the save says what is wrong, and the next one has all of it."""
    with _small_disk(tmp_path), _up(Shell(tmp_path)) as endpoint:
        shell, filler = Shell(tmp_path), tmp_path / "filler"
        with pytest.raises(OSError, match="No space left"):
            _fill(filler)
        assert "full" in str(SandboxControls(endpoint).save_snapshot())
        assert shell.run("status").code == 0
        filler.unlink()
        assert shell.run("invoke").code == 0
        assert SandboxControls(endpoint).save_snapshot() is None
        held = shell.delivered()
        assert len(held) > 0
        assert shell.run("down").code == 0
        with _up(shell):
            assert shell.delivered() >= held


@pytest.mark.parametrize("command", ["up", "up --detach", "run calm-day"])
def test_a_state_folder_that_cannot_be_written_is_a_clear_error(
    tmp_path: Path, command: str
) -> None:
    """A file in its place, or a file system that is mounted read-only; before LocalStack starts."""
    state = tmp_path / "state"
    state.write_text("a file, where a folder is expected", encoding="utf-8")
    assert_refused(Shell(state), command)
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    with _small_disk(mounted):
        remount = ["mount", "-o", "remount,ro", str(mounted)]
        subprocess.run(remount, check=True)
        assert_refused(Shell(mounted / "state"), command)


def assert_refused(shell: Shell, command: str) -> None:
    """In one line, which names the folder."""
    done = shell.run(*command.split())
    assert done.code == ExitCode.INFRASTRUCTURE
    assert "Traceback" not in done.err
    assert f"expected to write to {shell.state}" in done.err


@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_a_sandbox_comes_up_from_a_damaged_snapshot(tmp_path: Path, damage: str) -> None:
    """It is set aside with a warning, or what is readable of it is used."""
    fill_snapshot(tmp_path, 200, 200)
    file = tmp_path / "sandbox" / "snapshot.db"
    content = bytearray(file.read_bytes())
    if damage == "truncated":
        content = content[: len(content) // 2]
    else:
        chance = random.Random(1)  # noqa: S311 - no secret: the same damage each time
        for position in chance.sample(range(len(content)), FLIPPED_BYTES):
            content[position] ^= 0xFF
    file.write_bytes(content)
    with _up(Shell(tmp_path)) as endpoint:
        assert SandboxControls(endpoint).save_snapshot() is None
        aside = list(file.parent.glob("snapshot-damaged-*.db"))
        assert aside or requests.get(f"{endpoint}/_wavetank/mailbox", timeout=60).ok


def test_two_sandboxes_of_one_clone_act_each_on_its_own(tmp_path: Path) -> None:
    """Another state folder is another sandbox: neither sees, or stops, its neighbour."""
    one, two = Shell(tmp_path / "one"), Shell(tmp_path / "two")
    with _up(one) as first, _up(two) as second:
        assert first != second
        assert one.run("invoke").code == 0
        assert (one.endpoint(), two.endpoint()) == (first, second)
        assert one.run("down").code == 0
        assert "no sandbox is running" in one.run("status").out
        assert "no sandbox is running" in one.run("down").out
        assert two.run("invoke").code == 0
