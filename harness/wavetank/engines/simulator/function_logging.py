"""Puts what functions log by Python's `logging` into their log, as Lambda's runtime does.

Lambda's runtime gives the root logger a handler before it imports the function, whose code then
sets levels only. Here all functions and LocalStack share the root logger: the handler takes the
records of functions only, and each execution environment has its own level.
[awslambdaric: bootstrap, _setup_logging]
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


class _FunctionRecords(logging.Handler):
    """Writes the records of the function that is running in this thread."""

    def __init__(self, take: Callable[[bytes], bool], request: Callable[[], str]) -> None:
        super().__init__()
        self._take = take
        self._request = request

    def emit(self, record: logging.LogRecord) -> None:
        if self._take(b""):
            at = datetime.fromtimestamp(record.created, UTC)
            instant = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
            parts = (f"[{record.levelname}]", instant, self._request(), self.format(record))
            self._take(("\t".join(parts) + "\n").encode(errors="backslashreplace"))


@contextmanager
def captured_records(take: Callable[[bytes], bool], request: Callable[[], str]) -> Iterator[None]:
    """Passes formatted records of functions to `take` while the body runs.

    `take` returns False if no function runs in this thread; `request` is the id of its request.
    """
    handler = _FunctionRecords(take, request)
    logging.root.addHandler(handler)
    try:
        yield
    finally:
        logging.root.removeHandler(handler)


class RootLevel:
    """The root logger's level in one execution environment."""

    def __init__(self) -> None:
        self._own: int | None = None
        self._process = logging.root.level

    def enter(self) -> None:
        """Set the level that the function has chosen, if it has."""
        self._process = logging.root.level
        if self._own is not None and self._own != self._process:
            logging.root.setLevel(self._own)

    def leave(self) -> None:
        """Set the level of the process again."""
        level = logging.root.level
        if level != self._process:
            self._own = level
            logging.root.setLevel(self._process)
