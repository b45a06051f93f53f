"""The process of the plain loop, from the outside: events in, milliseconds and answers out."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from wavetank.core.errors import InfrastructureError
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT
from wavetank.engines.supervised_process import last_lines

LOOP = Path(__file__).with_name("plain_loop.py")


@dataclass(frozen=True, kw_only=True)
class HandlerSetup:
    """A handler as `module.function` below a folder, and its function's variables."""

    folder: Path
    handler: str
    variables: Mapping[str, str]


@dataclass(frozen=True)
class TimedTick:
    """One call of the handler, and how many records it reports as delivered."""

    milliseconds: float
    records: int


class LoopProcess:
    """A running loop; it ends at the end of its input, also if its owner dies."""

    def __init__(self, events: IO[str], answers: IO[str], log_file: Path) -> None:
        self._events = events
        self._answers = answers
        self._log_file = log_file

    def run(self, events: Sequence[Mapping[str, object]]) -> list[TimedTick]:
        """Calls the handler with each event.

        Raises:
            InfrastructureError: the handler raised, or its process ended.
        """
        with suppress(BrokenPipeError):  # the missing answer is reported below
            self._events.write(json.dumps(events) + "\n")
            self._events.flush()
        line = self._answers.readline()
        if not line:
            raise InfrastructureError(
                "ticks of the handler",
                last_lines(self._log_file) or "its process ended without output",
                "check whether the emulator supports the handler's requests",
            )
        return [TimedTick(c["milliseconds"], c["answer"]["records"]) for c in json.loads(line)]


@contextmanager
def looping(setup: HandlerSetup, endpoint: str, path: str, folder: Path) -> Iterator[LoopProcess]:
    """A loop with the handler against the emulator, in the folder, for the duration of the body.

    It has its own session, so that Ctrl-C only reaches its owner, which then ends it.
    """
    log_file = folder / "loop.log"
    program = [sys.executable, "-I", str(LOOP)]  # isolated: a clone is not on its path
    with (
        log_file.open("wb") as log,
        subprocess.Popen(
            [*program, str(setup.folder), setup.handler],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=folder,
            env={**_variables(endpoint, path, folder), **setup.variables},
            start_new_session=True,
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        assert process.stdin is not None  # PIPE was requested
        assert process.stdout is not None  # PIPE was requested
        try:
            yield LoopProcess(process.stdin, process.stdout, log_file)
        finally:
            process.kill()
            with suppress(BrokenPipeError):  # unread input is not needed
                process.stdin.close()


def _variables(endpoint: str, path: str, folder: Path) -> dict[str, str]:
    """The variables of a function, with a sandbox's credentials and none of the host's."""
    return {
        "AWS_ACCESS_KEY_ID": SANDBOX_ACCOUNT,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PATH": path,
        "TMPDIR": str(folder),
    }
