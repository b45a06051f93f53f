"""The loggers of one execution environment: each cold start begins with those of AWS's runtime.

Python has one tree of loggers in a process, where it would outlive a cold start: a library that
finds its logger configured leaves it as it is, with the stream of an environment that has ended. So
the root and the register of names are the environment's own while its handler runs. As in Lambda,
the root writes to standard output, with the request's id, from WARNING on.
[awslambdaric 4.2: bootstrap.py, _setup_logging; Lambda developer guide, python-logging]
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from awslambdaric.bootstrap import LambdaLoggerHandler, StandardLogSink
from awslambdaric.lambda_runtime_log_utils import JsonFormatter

from wavetank.emulator.patches import patch_of

ROOT = patch_of("logging:root")
ROOT_OF_CLASS = patch_of("logging:Logger.root")
MANAGER = patch_of("logging:Logger.manager")
FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"


class LoggingSpace:
    """The root logger and the named loggers of one environment."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._root = logging.RootLogger(logging.WARNING)
        self._manager = logging.Manager(self._root)
        self._process = self._root, self._manager
        self._request = ""
        self._root.addHandler(self._handler(variables.get("AWS_LAMBDA_LOG_FORMAT", "")))
        level = logging.getLevelNamesMapping().get(variables.get("AWS_LAMBDA_LOG_LEVEL", ""))
        if level is not None:
            self._root.setLevel(level)

    def begin(self, request: str) -> None:
        """The id of the request that messages are about from now on."""
        self._request = request

    def enter(self) -> None:
        """Put its loggers in place of the process's."""
        self._process = logging.root, logging.Logger.manager
        _use(self._root, self._manager)

    def leave(self) -> None:
        """Undo `enter`."""
        _use(*self._process)

    def _handler(self, log_format: str) -> logging.Handler:
        handler: logging.Handler = LambdaLoggerHandler(StandardLogSink())
        handler.setFormatter(JsonFormatter() if log_format == "JSON" else _TextFormatter(FORMAT))
        handler.addFilter(self._name_request)
        return handler

    def _name_request(self, record: logging.LogRecord) -> bool:
        record.aws_request_id, record.tenant_id = self._request, None
        return True


class _TextFormatter(logging.Formatter):
    """In UTC, whatever the time zone of this process is."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - Python's name
        del datefmt
        return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _use(root: logging.RootLogger, manager: logging.Manager) -> None:
    ROOT.apply(root)
    ROOT_OF_CLASS.apply(root)
    MANAGER.apply(manager)
