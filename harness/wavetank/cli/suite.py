"""`test`: the project's own test suite."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence

import typer

from wavetank.cli.attesting import attest_suite
from wavetank.cli.output import Output
from wavetank.private_files import umask_of_user
from wavetank.settings import pytest_options, read_settings
from wavetank.stack.fingerprint import project_fingerprints

PARALLEL = (f"--numprocesses={(os.process_cpu_count() or 1) + 1}", "--dist=loadfile")
"""One more than there are processors, as there is always a test that waits for a sandbox; a file's
tests stay together, so that they share one LocalStack."""
WITH_VALUE = "--(color|dist|durations|junit-?xml|maxfail|numprocesses|tb|verbosity)|-n"
HARMLESS = re.compile(rf"-[lqsvx]+|-r\w+|-n\w+|--no-header|--showlocals|({WITH_VALUE})=.+")
"""Options that change what is shown, and how fast, but not which tests are run."""


def test(context: typer.Context) -> None:
    """Run the test suite in several processes; every argument is pytest's (-n0: in one).

    What the whole suite passed on is written down, for deploy --target aws to look up.
    """
    project = read_settings().project_folder
    whole = runs_everything([*shlex.split(pytest_options()), *context.args])
    before = project_fingerprints(project) if whole else []
    command = [sys.executable, "-m", "pytest", *PARALLEL, *context.args]
    finished = subprocess.run(command, cwd=project, check=False, umask=umask_of_user())
    if finished.returncode == 0 and whole:
        path = attest_suite(before, project)
        Output(as_json=False).say(f"written down that these bytes passed: {path}")
    raise typer.Exit(finished.returncode)


def runs_everything(arguments: Sequence[str]) -> bool:
    """Whether pytest runs the whole suite with them: what is not known may select."""
    return all(HARMLESS.fullmatch(argument) for argument in _joined(arguments))


def _joined(arguments: Sequence[str]) -> Iterator[str]:
    """Each option as one word, also where its value follows it."""
    rest = iter(arguments)
    for argument in rest:
        takes_value = re.fullmatch(WITH_VALUE, argument)
        yield f"{argument}={next(rest, '')}" if takes_value else argument
