"""Runs `wavetank` commands for the suite in forks of one process that has imported all they need.

A command that plays a scenario imports LocalStack and starts it, which takes several seconds of
processor time; the suite has a hundred such commands. Here that is done once for each worker:

    worker ── Shell.run ──(Unix socket: arguments, variables, descriptors)── server ── fork: command

A fork is a process of its own and ends as one, but it begins with everything imported. The tests of
what belongs to a real process start one by `Shell.command`: exit codes, Ctrl-C, closed pipes.

The server, and each command that still runs, ends with the worker that started it.
"""

import json
import logging
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module  # noqa: TID251 - as the commands are: by their names
from pathlib import Path
from typing import IO

from wavetank.cli.commands import ENTRIES
from wavetank.cli.main import run
from wavetank.core.process_supervisor import PR_SET_PDEATHSIG, set_process_option
from wavetank.engines.simulator.startup import boot, prepare

MESSAGE_BYTES_MAX = 256 * 1024
SOCKET = "socket"
STREAMS = ("standard input", "output", "error")


SHORT = "/tmp"  # noqa: S108 - a socket's path may have 107 bytes, and a simulator's folder is deep


class CommandServer:
    """The server of this process, started when it is first needed."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="wavetank-commands-", dir=SHORT))
        self._address = str(self._folder / SOCKET)
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.command_server", str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[1],
            start_new_session=True,
        )
        assert self._server.stdout is not None  # it was asked for
        if not self._server.stdout.readline():
            raise ChildProcessError(f"the command server ended with {self._server.wait()}")

    def run(
        self,
        arguments: Sequence[str],
        variables: Mapping[str, str],
        streams: Sequence[IO[str]],
        seconds_max: float,
    ) -> int:
        """Runs the command; returns its exit code, negative for a signal as `subprocess` has it.

        `streams` become its standard input, output and error; `variables` are all that it has.

        Raises:
            TimeoutError: it did not end in time; it is killed.
        """
        request = {
            "arguments": list(arguments),
            "variables": dict(variables),
            "folder": str(Path.cwd()),
        }
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.settimeout(seconds_max)
            connection.connect(self._address)
            socket.send_fds(
                connection, [json.dumps(request).encode()], [stream.fileno() for stream in streams]
            )
            return int(connection.recv(MESSAGE_BYTES_MAX) or -signal.SIGKILL)

    def close(self) -> None:
        """Ends it, with all that it runs."""
        self._server.communicate()  # closes its standard input


@dataclass(frozen=True)
class CommandRequest:
    """One command as the worker sent it."""

    arguments: list[str]
    variables: dict[str, str]
    folder: str
    descriptors: Sequence[int]

    def become(self) -> None:
        """Makes this process look as if it had been started for the command."""
        for number, descriptor in enumerate(self.descriptors):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.chdir(self.folder)
        environ = os.environ  # noqa: TID251 - a process that is started has what it was given
        environ.clear()
        environ.update(self.variables)
        sys.argv = list(self.arguments)


@cache
def command_server() -> CommandServer:
    """This worker's server; it starts when the first command is run."""
    return CommandServer()


def serve(folder: Path) -> CommandRequest:
    """Serves until standard input ends; returns in each fork, with the command it is to be."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(folder / SOCKET))
        listener.listen()
        os.write(1, b"ready\n")
        while True:
            ready = select.select([0, listener], [], [])[0]
            if 0 in ready:
                shutil.rmtree(folder, ignore_errors=True)  # a simulator's end may have removed it
                os._exit(0)
            connection, _ = listener.accept()
            with connection:
                if _fork() == 0:
                    return _wait_for_command(connection)


def _wait_for_command(connection: socket.socket) -> CommandRequest:
    """Returns in the command; its parent waits, and ends it if the worker no longer does."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    text, descriptors, *_ = socket.recv_fds(connection, MESSAGE_BYTES_MAX, len(STREAMS))
    request = CommandRequest(**json.loads(text), descriptors=descriptors)
    command = _fork()
    if command == 0:
        return request
    for descriptor in descriptors:
        os.close(descriptor)
    process = os.pidfd_open(command)
    if connection in select.select([connection, process], [], [])[0]:
        os.kill(command, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
    with suppress(BrokenPipeError):  # the worker has gone
        connection.send(str(code).encode())
    os._exit(0)


def _fork() -> int:
    """As `os.fork`; the child is killed when this process is gone."""
    child = os.fork()
    if child == 0:
        set_process_option(PR_SET_PDEATHSIG, signal.SIGKILL)
    return child


def main(folder: Path) -> None:
    """Imports, boots and serves; each fork runs its command to its natural end."""
    prepare(folder)
    for entry in ENTRIES.values():
        import_module(f"{entry.package}.{entry.place.partition(':')[0]}")
    logging.disable(logging.CRITICAL)  # LocalStack's notes on its start
    boot()
    logging.disable(logging.NOTSET)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    serve(folder).become()
    run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
