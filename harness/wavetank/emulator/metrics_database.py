"""Closes the connections of CloudWatch's metrics, which LocalStack leaves open.

LocalStack opens its SQLite database for each metric, and so for each invocation of a function, in
`with sqlite3.connect(...)`. That commits but does not close. A connection and its statement cache
refer to each other, so its file and memory are in use until the garbage collector finds them.
[LocalStack 4.14: services/cloudwatch/cloudwatch_database_helper.py; Python: sqlite3, "How to use
the connection context manager"]
"""

import sqlite3
from types import SimpleNamespace, TracebackType
from typing import Literal

from localstack.runtime import hooks

from wavetank.emulator.patches import patch_of
from wavetank.emulator.settings import TimeChoice, read_emulator_settings


class ClosingConnection(sqlite3.Connection):
    """An SQLite connection that is closed at the end of its `with` block."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> Literal[False]:
        """Commits, or rolls back after an exception, and closes."""
        try:
            return super().__exit__(kind, error, traceback)
        finally:
            self.close()


def connect(database: str, *, uri: bool = False) -> sqlite3.Connection:
    """Opens a database for the body of a `with`."""
    return sqlite3.connect(database, uri=uri, factory=ClosingConnection)


def close_connections() -> None:
    """Make LocalStack close each connection that it opens for a metric."""
    patch_of("localstack.services.cloudwatch.cloudwatch_database_helper:sqlite3").apply(
        SimpleNamespace(connect=connect)
    )


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def close_metric_connections() -> None:
    """Runs before CloudWatch is loaded. In virtual time functions record no metrics."""
    if read_emulator_settings().time is TimeChoice.VIRTUAL:
        return
    close_connections()
