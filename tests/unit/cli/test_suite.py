"""Only a run of the whole suite is written down as such."""

import os
import signal
import subprocess
import sys

import pytest

from wavetank.cli.test import _refuse_misspelt, runs_everything, worker_options
from wavetank.core.errors import ExitCode, UsageError


@pytest.mark.parametrize(
    "arguments",
    [[], ["-q"], ["-n0", "-x"], ["-n", "4"], ["--tb", "short", "-vv"], ["--junitxml=report.xml"]],
)
def test_what_only_shows_otherwise_is_the_whole_suite(arguments: list[str]) -> None:
    """However fast, and however much is shown."""
    assert runs_everything(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["tests/unit"],
        ["-k", "deploy"],
        ["-kdeploy"],
        ["-m", "unit"],
        ["--lf"],
        ["--deselect=tests/unit"],
        ["--collect-only"],
        ["-n", "4", "tests/unit"],
        ["--co", "-q"],
        ["-p", "no:randomly"],
    ],
)
def test_what_selects_or_is_not_known_is_not(arguments: list[str]) -> None:
    """A path, an expression, what failed last time, or an option that nobody has looked at."""
    assert not runs_everything(arguments)


def test_no_worker_is_asked_for_without_xdist() -> None:
    """`-p no:xdist`, in either spelling, leaves out the options that xdist has."""
    assert not [*worker_options(["-p", "no:xdist"])]
    assert not [*worker_options(["-pno:xdist", "tests/unit"])]
    assert [*worker_options(["-p", "no:cacheprovider"])]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("--quikc", "--quick"), ("--nigthly", "--nightly"), ("--restrat", "--restart")],
)
def test_a_misspelt_option_of_its_own_is_no_option_of_pytest(typed: str, meant: str) -> None:
    """The one that was meant is named."""
    with pytest.raises(UsageError, match=f"^no option {typed}; did you mean {meant}"):
        _refuse_misspelt([typed])


def test_every_option_of_pytest_is_passed_on(pytestconfig: pytest.Config) -> None:
    """None of them is so similar to one of its own, nor is a path or an expression."""
    groups = [pytestconfig._parser._anonymous, *pytestconfig._parser._groups]  # noqa: SLF001 - pytest has no list of its options
    options = [name for group in groups for option in group.options for name in option.names()]
    assert "--collect-only" in options
    _refuse_misspelt([*options, "tests/unit", "-k", "quick"])


SLOW_TO_END = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
try:
    print("ready", flush=True)
    while True:
        time.sleep(0.05)  # a signal just before an endless wait would not end it
except KeyboardInterrupt:
    time.sleep(0.5)  # longer than subprocess.run would wait
    print("cleaned up")
    sys.exit(2)
"""
RUN = f"""
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)
from wavetank.cli.test import _pytest
sys.exit(_pytest([sys.executable, "-c", {SLOW_TO_END!r}], Path()))
"""


def test_an_interrupted_run_removes_its_files_before_the_command_ends() -> None:
    """Pytest is left to end by itself, as nothing but pytest knows what to remove."""
    with subprocess.Popen(
        [sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "ready\n"
        os.killpg(command.pid, signal.SIGINT)
        assert command.stdout.read() == "cleaned up\n"
    assert command.returncode == ExitCode.INTERRUPTED
