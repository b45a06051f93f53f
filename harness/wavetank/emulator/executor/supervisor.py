"""Starts a function's process in its confinement, and ends everything that it started.

The guardian of `wavetank.guardian` with two things more: the confinement of the process, and, where
the kernel permits them, namespaces.

    LocalStack ──(pipes)── supervisor ─┬─ init, the first process of the PID namespace
                                       └─ the function's process ── whatever it starts

Run by an isolated interpreter, so that it imports the standard library and its own modules only.
`command_line` has the arguments.
"""

import os
import signal
import sys
from collections.abc import Callable

from wavetank import guardian
from wavetank.emulator.executor import confinement, namespaces
from wavetank.emulator.executor.confinement import Confinement

EXIT_NOT_CONFINED = 126
PACKAGES = __file__.rsplit("/wavetank/", 1)[0]
SCRIPT = (
    "import sys; sys.path.append({packages!r}); "
    "from wavetank.emulator.executor.supervisor import main; main(sys.argv[1:])"
)


def command_line(
    limits: Confinement, status_fd: int, control_fd: int, command: list[str]
) -> list[str]:
    """The argument list that runs `command` confined.

    `status_fd` is as for `guardian.command_line`. `control_fd` is the end of a pipe from which
    `namespaces.STOP` and `namespaces.CONTINUE` are read; they are obeyed where there are
    namespaces.
    """
    script = SCRIPT.format(packages=PACKAGES)
    arguments = [limits.to_json(), str(status_fd), str(control_fd), *command]
    return [sys.executable, "-I", "-S", "-c", script, *arguments]


class Namespace:
    """The processes of a PID namespace, which all end with its first one."""

    def __init__(self, init: int, prepare: Callable[[], None]) -> None:
        self._init = init
        self.prepare = prepare

    def kill(self, main: int) -> dict[int, guardian.Ended]:  # noqa: ARG002 - it is one of them
        """Kills all, and returns when the kernel has removed the last one."""
        os.kill(self._init, signal.SIGKILL)
        return guardian.reap_all()


def main(arguments: list[str]) -> None:
    """Entry point of the script."""
    text, status_fd, control_fd, *command = arguments
    limits, control = Confinement.from_json(text), int(control_fd)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    guardian.become_subreaper()

    def prepare() -> None:
        confinement.apply(limits)

    family: guardian.Family = guardian.Descendants(prepare)
    if limits.mounts is not None:
        try:
            namespaces.enter()
            family = Namespace(namespaces.start_init(limits, control), prepare)
        except OSError as error:
            sys.stderr.write(f"wavetank: cannot isolate the function: {error}\n")
            sys.exit(EXIT_NOT_CONFINED)
    os.close(control)
    guardian.supervise(guardian.Guardian(0.0, int(status_fd), command, family))
