"""The root logger of an execution environment, as AWS's runtime sets it up.

On AWS it has a handler that prints records with the request's id, and the level WARNING. Here the
root logger is this process's, so its handlers and level are exchanged while a handler runs; the
process's own handlers stay, such as those of pytest's `caplog`.
[Lambda developer guide, python-logging; awslambdaric: bootstrap.py, _setup_logging]
"""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from awslambdaric import bootstrap as runtime_client

from wavetank.core.clock import WallClock

TEXT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
TIME = "%Y-%m-%dT%H:%M:%S"
ERROR_TIME = "%Y-%m-%dT%H:%M:%SZ"


def _utc(seconds: float | None) -> Any:
    """The time in UTC, in which a function runs."""
    return datetime.fromtimestamp(seconds or 0, UTC).timetuple()


class _UtcText(logging.Formatter):
    converter = staticmethod(_utc)


class _UtcJson(runtime_client.JsonFormatter):  # type: ignore[misc]  # AWS's, which has no types
    converter = staticmethod(_utc)


class HandlerRootLogger:
    """The handlers and the level that the code of one execution environment sees.

    `request` returns the id of the request that is served in this thread, None in other threads.
    """

    def __init__(self, request: Callable[[], str | None], *, json_log: bool) -> None:
        self._json_log = json_log
        self._level = logging.WARNING
        self._handlers = [_handler(request, json_log=json_log)]
        self._of_process: list[logging.Handler] = []
        self._level_of_process = logging.WARNING

    def enter(self) -> None:
        """Put the handlers before those of the process."""
        root = logging.root
        self._of_process, self._level_of_process = root.handlers, root.level
        root.handlers = [*self._handlers, *self._of_process]
        _set_level(self._level)

    def leave(self) -> None:
        """Undo `enter`, and keep what the handler has changed."""
        root = logging.root
        self._handlers = [each for each in root.handlers if each not in self._of_process]
        self._level = root.level
        root.handlers = self._of_process
        _set_level(self._level_of_process)

    def log_error(self, error: dict[str, Any]) -> None:
        """Print an exception of the handler as AWS's runtime does."""
        sink = runtime_client.StandardLogSink()
        if self._json_log:
            timestamp = WallClock().now().strftime(ERROR_TIME)
            sink.log_error([json.dumps({"timestamp": timestamp, "level": "ERROR", **error})])
        else:
            runtime_client.log_error(error, sink)


def _handler(request: Callable[[], str | None], *, json_log: bool) -> logging.Handler:
    formatter = _UtcJson() if json_log else _UtcText(TEXT, TIME)

    def add_request(record: Any) -> bool:
        """Whether the record is a handler's: other threads log at the same time."""
        record.aws_request_id = request()
        return record.aws_request_id is not None

    made: logging.Handler = runtime_client.LambdaLoggerHandler(runtime_client.StandardLogSink())
    made.setFormatter(formatter)
    made.addFilter(add_request)
    return made


def _set_level(level: int) -> None:
    """Set the root's level; `setLevel` clears the caches of all loggers, which takes long."""
    if logging.root.level != level:
        logging.root.setLevel(level)
