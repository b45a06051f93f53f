"""`test`: the project's own test suite."""

import subprocess
import sys

import typer

from wavetank.settings import read_settings

PARALLEL = ("--numprocesses=auto", "--dist=loadfile")
"""A process a processor; a file's tests stay together, so that they share one LocalStack."""


def test(context: typer.Context) -> None:
    """Run the test suite, a process a processor; every argument is pytest's (-n0: in one)."""
    command = [sys.executable, "-m", "pytest", *PARALLEL, *context.args]
    finished = subprocess.run(command, cwd=read_settings().project_folder, check=False)
    raise typer.Exit(finished.returncode)
