"""SIGTERM and Ctrl-C as an exception, so that what was begun is undone before the process ends."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(BaseException):
    """A signal asked the command to stop.

    No Exception, as KeyboardInterrupt is none: the SDK takes those that come in the middle of a
    call for a lost connection, tries again, and nothing would stop.
    """


@contextmanager
def stop_on_signal() -> Iterator[None]:
    """SIGTERM and Ctrl-C raise `Stopped` in the body; a second one is ignored during cleanup."""

    def stop(_: int, __: FrameType | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
