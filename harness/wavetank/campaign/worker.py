"""The process that plays: it opens its own stage once, and plays one story after the other on it.

A fresh interpreter, since LocalStack has threads and a fork of them is none. It is told everything
over a pipe: where modules are and temporary files go, then the stage, then stories; it answers over
another. What it prints goes to its log, which holds what was printed since its last story began.
"""

import os
import sys
import tempfile
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from wavetank.campaign.remote_error import Failed

if TYPE_CHECKING:
    from wavetank.campaign.worker_context import Stage


def main(arguments: list[str]) -> None:
    """Entry point; the arguments are the descriptors to read from and to write to."""
    incoming, outgoing = (int(argument) for argument in arguments)
    with (
        Connection(incoming, writable=False) as orders,
        Connection(outgoing, readable=False) as answers,
        suppress(EOFError, BrokenPipeError),  # whoever started this is gone
    ):
        _serve(orders, answers)


def _serve(orders: Connection, answers: Connection) -> None:
    """Ends after the first error: nobody knows what state it left behind."""
    sys.path[:], tempfile.tempdir = orders.recv()
    try:
        stage: Stage = orders.recv()
        with stage() as play_story:
            answers.send(None)
            while True:
                story = orders.recv()
                _empty_log()
                answers.send(play_story(story))
    except (EOFError, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - told to whoever started this
        traceback.print_exc()
        answers.send(Failed.by(error))


def _empty_log() -> None:
    """Standard output and error are one file."""
    os.ftruncate(1, 0)
    os.lseek(1, 0, os.SEEK_SET)


if __name__ == "__main__":
    main(sys.argv[1:])
