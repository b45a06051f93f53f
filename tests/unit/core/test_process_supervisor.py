"""Nothing that a supervisor started is left when its owner, its command or it itself has ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import psutil
import pytest

from tests.waiting import wait_until_true
from wavetank.core import process_supervisor

SLEEPER = "import time\nwhile True: time.sleep(60)"
FAMILY = f"""
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {SLEEPER!r}])
orphan = subprocess.Popen([sys.executable, "-c", {SLEEPER!r}], start_new_session=True)
print(child.pid, orphan.pid, flush=True)
"""


@dataclass
class Guarded:
    """A command under a supervisor, with both of the owner's pipes."""

    process: subprocess.Popen[bytes]
    status: TextIO

    def first_line(self) -> list[str]:
        """What the command printed first."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode().split()

    def end(self) -> str:
        """Ends the owner's side, and returns the supervisor's last words."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)
        return self.last_words()

    def last_words(self) -> str:
        """The status lines: the process id, then how the command ended."""
        return self.status.read().splitlines()[-1]


type Guard = Callable[..., Guarded]


@pytest.fixture
def guard() -> Iterator[Guard]:
    """Starts commands under guardians, and closes what a test leaves open."""
    with ExitStack() as opened:

        def start(*command: str, grace_seconds: float = 0.0) -> Guarded:
            read_end, write_end = os.pipe()
            process = subprocess.Popen(
                process_supervisor.command_line(grace_seconds, write_end, list(command)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(write_end,),
            )
            os.close(write_end)
            status = opened.enter_context(os.fdopen(read_end, "r"))
            return Guarded(opened.enter_context(process), status)

        yield start


def _python(script: str) -> tuple[str, str, str]:
    return sys.executable, "-c", script


@pytest.fixture
def pids() -> Iterator[list[int]]:
    """Processes that a test expects to be gone; any left are killed afterwards."""
    expected: list[int] = []
    yield expected
    for pid in expected:
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)


def _all_gone(pids: list[int]) -> bool:
    return not any(psutil.pid_exists(pid) for pid in pids)


def test_a_command_and_its_orphans_end_with_the_owner(guard: Guard, pids: list[int]) -> None:
    """Closing the pipe, as any end of the owner does, kills children and detached children."""
    guarded = guard(*_python(FAMILY + SLEEPER))
    pids += map(int, guarded.first_line())
    guarded.end()
    assert _all_gone(pids)


def test_what_a_command_leaves_behind_ends_with_it(guard: Guard, pids: list[int]) -> None:
    """When the command ends by itself, its background processes go too."""
    guarded = guard(*_python(FAMILY))
    pids += map(int, guarded.first_line())
    guarded.process.wait(20)
    assert _all_gone(pids)


def test_a_command_ends_when_its_supervisor_is_killed(guard: Guard, pids: list[int]) -> None:
    """Even SIGKILL of the supervisor leaves no command behind."""
    guarded = guard(*_python(f"import os\nprint(os.getpid(), flush=True)\n{SLEEPER}"))
    pids += map(int, guarded.first_line())
    guarded.process.kill()
    guarded.process.wait(20)
    wait_until_true(lambda: _all_gone(pids), "the command to end")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("pass", "exit 0"),
        ("import sys; sys.exit(7)", "exit 7"),
        ("import os; os.kill(os.getpid(), 9)", "signal 9"),
    ],
)
def test_the_owner_hears_how_the_command_ended(guard: Guard, script: str, said: str) -> None:
    """Exit code or signal, with the peak memory in kilobytes."""
    guarded = guard(*_python(script))
    guarded.process.wait(20)
    words, _, peak_kb = guarded.last_words().rpartition(" ")
    assert words == said
    assert int(peak_kb) > 1000


def test_a_command_gets_time_to_finish_and_no_more(guard: Guard, tmp_path: Path) -> None:
    """SIGTERM first; what ignores it is killed when the grace is over."""
    polite = tmp_path / "polite"
    script = f"""
import pathlib, signal, sys, time
def stop(*_): pathlib.Path({str(polite)!r}).write_text("done"); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("up", flush=True)
while True: time.sleep(60)
"""
    guarded = guard(*_python(script), grace_seconds=10.0)
    guarded.first_line()
    assert guarded.end().startswith("exit 0")
    assert polite.read_text() == "done"
    ignoring = (
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)"
    )
    stubborn = guard(*_python(f"{ignoring}\n{SLEEPER}"), grace_seconds=0.2)
    stubborn.first_line()
    assert stubborn.end().startswith("signal 9")


def test_a_command_that_does_not_exist_is_reported(guard: Guard) -> None:
    """The owner hears the shell's code for it, and is not left waiting."""
    guarded = guard("/no/such/program")
    assert " ".join(guarded.first_line()).startswith("cannot start /no/such/program")
    guarded.process.wait(20)
    assert guarded.last_words().startswith("exit 127")
