"""SIGTERM and Ctrl-C as an exception, so that cleanup runs before the process ends."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(BaseException):
    """Raised in a command that receives SIGTERM or Ctrl-C.

    A BaseException like KeyboardInterrupt: the SDK treats an Exception in the middle of a call as a
    lost connection and retries, so nothing would stop.
    """


@contextmanager
def stop_on_signal(notice: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Raise `Stopped` in the body on SIGTERM and Ctrl-C; a second one is ignored during cleanup.

    `notice` is called first, so that a cleanup that takes time can be announced.
    """

    def stop(_: int, __: FrameType | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        notice()
        raise Stopped

    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
