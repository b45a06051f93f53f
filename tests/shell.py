"""Commands as a user types them, each in a process of its own.

`Shell.run` has the process forked by `tests.command_server`; `Shell.command` is for the tests of
what belongs to a process that is started as a user starts it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from tests.command_server import command_server
from wavetank.aws.clients import sandbox_clients
from wavetank.aws.observers import delivered_objects
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.naming import Names, derive_names

SECONDS_MAX = 240
COMMAND = Path(sys.executable).with_name("wavetank")
NO_PROJECT = "wavetank-none"
"""Of Compose: so that no test finds, or stops, the sandbox of whoever runs the suite."""
DEFAULT = derive_names("Dora", "Explorer")


@dataclass(frozen=True)
class Finished:
    """What a command came to."""

    code: int
    out: str
    err: str

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The JSON lines of one kind."""
        lines = [json.loads(line) for line in self.out.splitlines()]
        return [line for line in lines if line["event"] == kind]


@dataclass(frozen=True)
class Shell:
    """A user's shell, with a state folder of its own."""

    state: Path
    variables: dict[str, str] = field(default_factory=dict)

    def command(self, *arguments: str) -> list[str]:
        """The command line, with the state folder in its environment.

        Of the installed command, as people have it: `python -m` dies of the signal itself, whatever
        is done about it, where Ctrl-C came while a text was executed, as imports do.
        [CPython 3.13: Python/pythonrun.c, run_eval_code_obj; Modules/main.c, Py_RunMain]
        """
        assignments = [f"{name}={value}" for name, value in self._variables().items()]
        return ["env", *assignments, str(COMMAND), *arguments]

    def run(self, *arguments: str) -> Finished:
        """Runs a command to its end."""
        return run_command(arguments, self._variables())

    def _variables(self) -> dict[str, str]:
        own = {
            "WAVETANK_STATE": str(self.state),
            "COMPOSE_PROJECT_NAME": NO_PROJECT,
            "GITHUB_ACTIONS": "",  # or what fails on purpose would be shown as errors of CI
        }
        return own | self.variables

    def endpoint(self) -> str:
        """Where the running sandbox is."""
        return str(self.run("status", "--json").events("status")[0]["sandbox"]["endpoint"])

    def delivered(self, names: Names = DEFAULT) -> set[str]:
        """The keys in the pipeline's bucket once all is delivered."""
        endpoint = self.endpoint()
        SandboxControls(endpoint).deliver_now()
        found = delivered_objects(sandbox_clients(endpoint), names.bucket)
        return {entry.key for entry in found}

    def save(self) -> None:
        """Has the sandbox save its snapshot now."""
        assert SandboxControls(self.endpoint()).save_snapshot() is None


def run_command(
    arguments: Sequence[str], variables: dict[str, str], folder: Path | None = None
) -> Finished:
    """Runs `wavetank` with the arguments, and these variables besides this process's own."""
    with Path(os.devnull).open() as nothing, TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        command = [str(COMMAND), *arguments]
        environment = {**os.environ, **variables}  # noqa: TID251 - as a process inherits them
        code = command_server().run(command, environment, (nothing, out, err), SECONDS_MAX, folder)
        return Finished(code, _whole(out), _whole(err))


def _whole(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def finish(command: list[str], folder: Path | None = None) -> Finished:
    """Runs any command to its end."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )
    return Finished(done.returncode, done.stdout, done.stderr)
