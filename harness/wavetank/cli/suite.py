"""`test`: the project's own test suite."""

import subprocess
import sys

import typer

from wavetank.settings import read_settings


def test(context: typer.Context) -> None:
    """Run the test suite; every argument is pytest's."""
    command = [sys.executable, "-m", "pytest", *context.args]
    finished = subprocess.run(command, cwd=read_settings().project_folder, check=False)
    raise typer.Exit(finished.returncode)
