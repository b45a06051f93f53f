"""Starts a function's process in its confinement, and ends all of its descendants.

It extends `wavetank.core.process_supervisor` by two things: the confinement of the process, and, if
the kernel permits them, namespaces.

    LocalStack ──(pipes)── supervisor ─┬─ init, the first process of the PID namespace
                                       └─ the function's process ── its descendants

Run by an isolated interpreter, so that it imports the standard library and its own modules only.
`command_line` has the arguments. Its own environment contains nothing of the function's: variables
that the dynamic loader and the interpreter read (LD_PRELOAD, GLIBC_TUNABLES) would run the
function's code before it is confined. The function's variables come over a pipe, and are used in
the one call that executes the function's program.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from wavetank.core import process_supervisor
from wavetank.emulator.lambda_ import confinement, namespaces
from wavetank.emulator.lambda_.confinement import Confinement

EXIT_NOT_CONFINED = 126
FIXED_VARIABLES = {"LANG": "C.UTF-8"}
"""The supervisor's whole environment. It names a locale that always exists, because Python would
otherwise choose one and pass it on."""
FOLDER = "/"
"""Its working folder: a relative name must not refer to one of the function's files."""
PACKAGES = __file__.rsplit("/wavetank/", 1)[0]
SCRIPT = (
    "import sys; sys.path.append({packages!r}); "
    "from wavetank.emulator.lambda_.supervisor import main; main(sys.argv[1:])"
)

UMASK = 0o022
"""The umask of the supervisor and of the function: LocalStack's may exclude other users, and the
function becomes another user."""


class Descriptors(NamedTuple):
    """File descriptors of a function's supervisor: its ends of the pipes, besides stdin.

    `status` is as for `process_supervisor.command_line`. `control` is a socket, from which it reads
    `namespaces.STOP` and `namespaces.CONTINUE`, which need namespaces. From `variables` it reads
    what `send_variables` writes.
    """

    status: int
    control: int
    variables: int


def command_line(limits: Confinement, descriptors: Descriptors, command: list[str]) -> list[str]:
    """The argument list that runs `command` confined.

    It must be started with FIXED_VARIABLES, in FOLDER.
    """
    script = SCRIPT.format(packages=PACKAGES)
    arguments = [limits.to_json(), *map(str, descriptors), *command]
    return [sys.executable, "-I", "-S", "-c", script, *arguments]


def send_variables(descriptor: int, variables: Mapping[str, str]) -> None:
    """Write the command's environment to a running supervisor, and close the descriptor."""
    with (
        suppress(BrokenPipeError),
        os.fdopen(descriptor, "wb") as pipe,
    ):  # it has ended, and reported the reason
        pipe.write(json.dumps(dict(variables)).encode())


class Namespace:
    """The processes of a PID namespace, which all end with its first process."""

    def __init__(self, init: int, prepare: Callable[[], None]) -> None:
        self._init = init
        self.prepare = prepare

    def kill(self, main: int) -> dict[int, process_supervisor.Ended]:  # noqa: ARG002 - it is one of them
        """Kill all, and return when the kernel has removed the last one."""
        os.kill(self._init, signal.SIGKILL)
        return process_supervisor.reap_all()


def main(arguments: list[str]) -> None:
    """Entry point of the script."""
    text, status, control_fd, variables_fd, *command = arguments
    limits, control = Confinement.from_json(text), int(control_fd)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    process_supervisor.become_subreaper()
    os.umask(UMASK)
    with os.fdopen(int(variables_fd), "rb") as pipe:
        variables: dict[str, str] = json.loads(pipe.read())

    def prepare() -> None:
        confinement.apply(limits)

    family: process_supervisor.ProcessFamily = process_supervisor.Descendants(prepare)
    if limits.mounts is not None:
        try:
            namespaces.enter()
            family = Namespace(namespaces.start_init(limits, control), prepare)
        except OSError as error:
            sys.stderr.write(f"wavetank: cannot isolate the function: {error}\n")
            sys.exit(EXIT_NOT_CONFINED)
    os.close(control)
    process_supervisor.supervise(
        process_supervisor.ProcessSupervisor(0.0, int(status), command, family, variables)
    )
