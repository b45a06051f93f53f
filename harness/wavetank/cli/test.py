"""`test`: the project's own test suite, in three sizes."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from wavetank.cli.output import Output
from wavetank.core.errors import ExitCode, UsageError
from wavetank.core.installation import require_clone
from wavetank.core.private_files import umask_of_user
from wavetank.core.settings import pytest_options, with_bytecode_kept
from wavetank.core.suggestions import nearest
from wavetank.deployment.attestation import attest_suite
from wavetank.deployment.fingerprint import project_fingerprints

PROCESSORS = os.process_cpu_count() or 1
QUICK = ("tests/rules", "tests/unit", "tests/property")
OWN_OPTIONS = ("--nightly", "--quick", "--restart")
SIMILARITY_MIN = 0.8
"""Above that of any option of pytest with one of these."""
WITH_VALUE = "--(color|dist|durations|junit-?xml|maxfail|numprocesses|tb|verbosity)|-n"
HARMLESS = re.compile(rf"-[lqsvx]+|-r\w+|-n\w+|--no-header|--showlocals|({WITH_VALUE})=.+")
"""Options that change what is shown, and how fast, but not which tests are run."""


def run_suite(
    context: typer.Context,
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="The tiers rules, unit and property: a minute.")
    ] = False,
    nightly: Annotated[
        bool,
        typer.Option("--nightly", help="The long and repeated tests, resumable: an hour."),
    ] = False,
    restart: Annotated[
        bool,
        typer.Option("--restart", help="With --nightly: also the parts that have passed before."),
    ] = False,
) -> None:
    """Run the test suite in several processes.

    Without an option it runs the whole suite except the long and repeated tests (--nightly), in
    about nine minutes on two processors; where Docker or Chromium is missing, the tests that need
    it are skipped. A whole run that passes is recorded for deploy --target aws.

    Each test belongs to a tier, which is its folder and its mark: rules, unit, property, simulator,
    live, campaign, embedded, fidelity, pages, docker, security.

    --nightly records each part that passes, and continues after the last one when it is run again.

    Every other argument is pytest's: paths, -k, -x, -n0 for one process, -m "rules or unit". For
    pytest's own help: ./wavetank test -- --help
    """
    clone = require_clone("wavetank test")
    if quick and nightly:
        raise UsageError("--quick or --nightly", "both", "choose one")
    if restart and not nightly:
        raise UsageError("--restart with --nightly", "it alone", "add --nightly")
    arguments = [*context.args]
    _refuse_misspelt(arguments)
    if quick:
        arguments = [*QUICK, *arguments]
    if nightly:
        arguments = ["-m", "nightly", *(["--restart-nightly"] if restart else []), *arguments]
    raise typer.Exit(_run(clone, arguments))


def _refuse_misspelt(arguments: Sequence[str]) -> None:
    """Raises a UsageError for an option that is nearly one of this command's own.

    Pytest would say only that it does not know it.
    """
    for argument in arguments:
        if argument.startswith("--") and (near := nearest(argument, OWN_OPTIONS, SIMILARITY_MIN)):
            expected = f"one of {', '.join(OWN_OPTIONS)}, or an option of pytest"
            raise UsageError(
                expected, argument, f"did you mean {near}?", sentence=f"no option {argument}"
            )


def _run(clone: Path, arguments: Sequence[str]) -> int:
    """Runs pytest, and records that everything passed; returns its exit code.

    The bytecode of the tests is written even if PYTHONDONTWRITEBYTECODE is set, because hundreds of
    processes use it: a run without it takes a fifth longer.
    """
    whole = runs_everything([*shlex.split(pytest_options()), *arguments])
    before = project_fingerprints(clone) if whole else []
    command = [sys.executable, "-m", "pytest", *worker_options(arguments), *arguments]
    returned = _pytest(command, clone)
    if returned == 0 and whole:
        path = attest_suite(before, clone)
        Output(as_json=False).say(f"recorded that these bytes passed: {path}")
    return returned


def _pytest(command: Sequence[str], clone: Path) -> int:
    """Runs it; Ctrl-C reaches it too, and is left to it, so that its workers remove their files."""
    is_interrupted = False
    with subprocess.Popen(
        command, cwd=clone, env=with_bytecode_kept(), umask=umask_of_user()
    ) as process:
        while True:
            try:
                returned = process.wait()
            except KeyboardInterrupt:
                is_interrupted = True
            else:
                return ExitCode.INTERRUPTED if is_interrupted else returned


def worker_options(arguments: Sequence[str]) -> Iterator[str]:
    """A worker for each processor; three more where tests wait for sandboxes.

    A file's tests stay together, so that they share one LocalStack. Without xdist there are none.
    """
    if "-pno:xdist" in "".join(arguments):
        return
    waits = not set(QUICK) <= set(arguments)
    yield f"--numprocesses={PROCESSORS + (3 if waits else 0)}"
    yield "--dist=loadfile"


def runs_everything(arguments: Sequence[str]) -> bool:
    """Whether pytest runs the whole suite with them: what is not known may select."""
    return all(HARMLESS.fullmatch(argument) for argument in _joined(arguments))


def _joined(arguments: Sequence[str]) -> Iterator[str]:
    """Each option as one word, also where its value follows it."""
    rest = iter(arguments)
    for argument in rest:
        takes_value = re.fullmatch(WITH_VALUE, argument)
        yield f"{argument}={next(rest, '')}" if takes_value else argument
