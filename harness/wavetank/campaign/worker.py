"""The worker process: it enters its context once, and runs one task after the other in it.

A fresh interpreter, since LocalStack has threads and a forked process would have none. It reads
everything from one pipe and answers on another: first where modules are and temporary files go,
then the context, then tasks. What it prints goes to its log, which starts afresh with each task.
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from wavetank.campaign.remote_error import Failed

if TYPE_CHECKING:
    from wavetank.campaign.worker_context import WorkerContext

type Task = tuple[Callable[..., object], tuple[Any, ...], dict[str, Any]]


def main(arguments: list[str]) -> None:
    """Entry point; the arguments are the descriptors to read from and to write to."""
    incoming, outgoing = (int(argument) for argument in arguments)
    with (
        Connection(incoming, writable=False) as tasks,
        Connection(outgoing, readable=False) as answers,
        suppress(EOFError, BrokenPipeError),  # the process that started this one has ended
    ):
        _serve(tasks, answers)


def _serve(tasks: Connection, answers: Connection) -> None:
    """Return after the first error, since the state that it leaves is unknown."""
    sys.path[:], tempfile.tempdir = tasks.recv()
    from wavetank.campaign.worker_context import entered  # noqa: PLC0415 - needs `sys.path`

    try:
        context: WorkerContext = tasks.recv()
        with entered(context):
            answers.send(None)
            while True:
                task: Task = tasks.recv()
                _empty_log()
                function, arguments, keywords = task
                answers.send(function(*arguments, **keywords))
    except (EOFError, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - raised again where the result is awaited
        traceback.print_exc()
        answers.send(Failed.by(error))


def _empty_log() -> None:
    """Standard output and error are one file."""
    os.ftruncate(1, 0)
    os.lseek(1, 0, os.SEEK_SET)


if __name__ == "__main__":
    main(sys.argv[1:])
