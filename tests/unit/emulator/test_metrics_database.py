"""LocalStack's metrics leave no connection open."""

import gc
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from localstack.services.cloudwatch import cloudwatch_database_helper as helper

from wavetank.emulator.metrics_database import close_connections, connect

METRICS: Any = [
    {"MetricName": "Invocations", "Value": 1, "Timestamp": datetime(2026, 1, 1, tzinfo=UTC)}
]
TIMES = 20


@pytest.fixture
def _uncollected() -> Iterator[None]:
    """The garbage collector, which may come by at any time, does not."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_uncollected")
def test_metrics_leave_no_file_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each metric that LocalStack writes closes the database, and all are there afterwards."""
    file = tmp_path / "metrics.db"
    monkeypatch.setattr(helper, "sqlite3", sqlite3)
    monkeypatch.setattr(helper.CloudwatchDatabase, "CLOUDWATCH_DATA_ROOT", str(tmp_path))
    monkeypatch.setattr(helper.CloudwatchDatabase, "METRICS_DB", str(file))
    close_connections()
    database = helper.CloudwatchDatabase()  # type: ignore[no-untyped-call]  # LocalStack's
    for _ in range(TIMES):
        database.add_metric_data("123456789012", "us-east-1", "AWS/Lambda", METRICS)
    assert _open_files(file) == 0
    with connect(str(file)) as connection:
        found = connection.execute("SELECT COUNT(*) FROM SINGLE_METRICS").fetchone()
    assert found == (TIMES,)


def test_a_connection_is_closed_after_an_exception_too(tmp_path: Path) -> None:
    """What the body wrote is rolled back, and the exception is the body's."""
    file = str(tmp_path / "any.db")
    with connect(file) as made:
        made.execute("CREATE TABLE numbers (number INTEGER)")
    connection = connect(file)
    with pytest.raises(KeyError), connection:
        _insert_and_fail(connection)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
    with connect(file) as after:
        assert after.execute("SELECT COUNT(*) FROM numbers").fetchone() == (0,)


def _insert_and_fail(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO numbers VALUES (1)")
    raise KeyError


def _open_files(file: Path) -> int:
    """How many descriptors of this process are of the file."""
    links = list(Path("/proc/self/fd").iterdir())
    return sum(link.exists() and link.resolve() == file for link in links)
