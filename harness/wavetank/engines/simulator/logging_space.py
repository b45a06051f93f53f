"""The loggers of one execution environment: each cold start begins with those of AWS's runtime.

Python has one tree of loggers in a process, where it would outlive a cold start: a library that
finds its logger configured leaves it as it is, with the stream of an environment that has ended. So
the root and the register of names are the environment's own while its handler runs. As in Lambda,
the root writes to standard output, with the request's id, from WARNING on.

The loggers of a shared package (`module_space`) stay in the tree of the environment that imported
it first: their messages name the request that runs, but their level and format are that tree's.
[awslambdaric 4.2: bootstrap.py, _setup_logging; Lambda developer guide, python-logging]
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from awslambdaric import bootstrap as runtime_client
from awslambdaric.bootstrap import LambdaLoggerHandler, StandardLogSink
from awslambdaric.lambda_runtime_log_utils import JsonFormatter

from wavetank.core.clock import WallClock
from wavetank.emulator.patches import patch_of

ROOT = patch_of("logging:root")
ROOT_OF_CLASS = patch_of("logging:Logger.root")
MANAGER = patch_of("logging:Logger.manager")
FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
ERROR_TIME = "%Y-%m-%dT%H:%M:%SZ"


class _Root(logging.RootLogger):
    """A root logger that knows the request that its messages are about."""

    request = ""


class LoggingSpace:
    """The root logger and the named loggers of one environment."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._root = _Root(logging.WARNING)
        self._manager = logging.Manager(self._root)
        self._process = logging.root, logging.Logger.manager
        self._json_log = variables.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
        self._root.addHandler(self._handler())
        level = logging.getLevelNamesMapping().get(variables.get("AWS_LAMBDA_LOG_LEVEL", ""))
        if level is not None:
            self._root.setLevel(level)

    def begin(self, request: str) -> None:
        """The id of the request that messages are about from now on."""
        self._root.request = request

    def enter(self) -> None:
        """Put its loggers in place of the process's."""
        self._process = logging.root, logging.Logger.manager
        _use(self._root, self._manager)

    def leave(self) -> None:
        """Undo `enter`."""
        _use(*self._process)

    def log_error(self, error: Mapping[str, Any]) -> None:
        """Print an exception of the handler as AWS's runtime does."""
        sink = StandardLogSink()
        if self._json_log:
            timestamp = WallClock().now().strftime(ERROR_TIME)
            sink.log_error([json.dumps({"timestamp": timestamp, "level": "ERROR", **error})])
        else:
            runtime_client.log_error(error, sink)

    def _handler(self) -> logging.Handler:
        handler: logging.Handler = LambdaLoggerHandler(StandardLogSink())
        handler.setFormatter(JsonFormatter() if self._json_log else _TextFormatter(FORMAT))
        handler.addFilter(_name_request)
        return handler


class _TextFormatter(logging.Formatter):
    """In UTC, whatever the time zone of this process is."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - Python's name
        del datefmt
        return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _name_request(record: logging.LogRecord) -> bool:
    """Add the id of the request that runs, whichever environment the logger is of."""
    running = logging.root
    record.aws_request_id = running.request if isinstance(running, _Root) else ""
    record.tenant_id = None
    return True


def _use(root: logging.RootLogger, manager: logging.Manager) -> None:
    ROOT.apply(root)
    ROOT_OF_CLASS.apply(root)
    MANAGER.apply(manager)
