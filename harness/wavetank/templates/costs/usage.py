"""A month's workload in the units that AWS bills, each with its basis in words.

Negligible items are omitted: five items of a table, two packages in the artifact bucket.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from wavetank.core.text import pluralize
from wavetank.templates.costs.workload import MONTH, Function, Workload

GIGABYTE = Decimal(2**30)
BILLED_BYTES = Decimal(5 * 1024)
"""Firehose rounds each record up to this size. [Firehose pricing page]"""
PARTS_SECONDS = 60
"""With a shorter interval Firehose uploads in parts. [Firehose developer guide, buffering]"""
PART_REQUESTS = 3
"""To create an upload, upload its one part, and complete it."""
TRANSACTION_FACTOR = 2
"""[DynamoDB developer guide, transaction-apis]"""
DAYS_PER_MONTH = Decimal(MONTH.days)


@dataclass(frozen=True)
class Usage:
    """The quantity of one price in a month, and its basis in words."""

    price: str
    quantity: Decimal
    basis: str


def monthly_usage(workload: Workload) -> Iterator[Usage]:
    """Everything that is billed; a price may occur twice."""
    yield from _functions(workload)
    yield from _table(workload)
    yield from _delivery(workload)
    yield from _readers(workload)
    yield from _logs(workload)
    yield from _alerts(workload)


def _runs(workload: Workload) -> int:
    """A tick that fails finally runs once, and once more for each retry."""
    return workload.ticks + workload.assumptions.alerts * workload.retries


def _functions(workload: Workload) -> Iterator[Usage]:
    assumed, runs = workload.assumptions, _runs(workload)
    alerts = pluralize(assumed.alerts, "alert")
    yield Usage("scheduled-rule", Decimal(workload.ticks), pluralize(workload.ticks, "tick"))
    yield Usage(
        "lambda-requests",
        Decimal(runs + assumed.alerts),
        f"{pluralize(workload.ticks, 'tick')}, {alerts} after {1 + workload.retries} attempts",
    )
    how = "measured" if assumed.tick_measured else "assumed"
    yield _time(workload.streaming, runs, assumed.tick_milliseconds, how)
    yield _time(workload.notification, assumed.alerts, assumed.notification_milliseconds, "assumed")


def _time(function: Function, runs: int, milliseconds: int, how: str) -> Usage:
    seconds = Decimal(runs * milliseconds) / 1000
    return Usage(
        f"lambda-time-{function.architecture}",
        seconds * function.memory_mb / 1024,
        f"{pluralize(runs, 'run')} of {milliseconds} ms ({how}) at {function.memory_mb} MB",
    )


def _table(workload: Workload) -> Iterator[Usage]:
    items = workload.assumptions.items_per_tick
    written = workload.ticks * items * TRANSACTION_FACTOR
    yield Usage(
        "dynamodb-write",
        Decimal(written),
        f"{pluralize(items, 'item')} a tick in one transaction, which counts double",
    )
    yield Usage("dynamodb-read", Decimal(workload.ticks), "one consistent scan a tick, below 4 KB")


def _records(workload: Workload) -> int:
    return workload.ticks * workload.assumptions.records_per_tick


def _objects(workload: Workload) -> int:
    """One for each buffer with records."""
    if workload.buffer_seconds == 0:
        return workload.ticks
    return min(workload.ticks, int(MONTH.total_seconds()) // workload.buffer_seconds)


def _delivered_gigabytes(workload: Workload) -> Decimal:
    return _records(workload) * workload.assumptions.record_bytes / GIGABYTE


def _delivery(workload: Workload) -> Iterator[Usage]:
    yield Usage(
        "firehose",
        _records(workload) * BILLED_BYTES / GIGABYTE,
        f"{workload.assumptions.records_per_tick} records a tick, each billed as 5 KB",
    )
    requests = 1 if workload.buffer_seconds >= PARTS_SECONDS else PART_REQUESTS
    yield Usage(
        "s3-put",
        Decimal(_objects(workload) * requests),
        f"an object for each {workload.buffer_seconds} s of buffering, "
        f"{pluralize(requests, 'request')} each",
    )
    yield Usage(
        "s3-storage",
        _delivered_gigabytes(workload),
        f"records of {workload.assumptions.record_bytes} bytes; as much again each month",
    )


def _readers(workload: Workload) -> Iterator[Usage]:
    readers = workload.assumptions.readers
    who = f"{pluralize(readers, 'reader')} of every object, once"
    yield Usage("s3-get", Decimal(readers * _objects(workload)), who)
    yield Usage("transfer-out", readers * _delivered_gigabytes(workload), who)


def _logs(workload: Workload) -> Iterator[Usage]:
    each = workload.assumptions.log_bytes_per_run
    written = (_runs(workload) + workload.assumptions.alerts) * each / GIGABYTE
    yield Usage("logs-in", written, f"{each} bytes a run")
    days = workload.log_retention_days
    stored = written if days is None else written * min(Decimal(1), days / DAYS_PER_MONTH)
    how_long = "indefinitely: as much again each month" if days is None else f"for {days} days"
    yield Usage("logs-stored", stored, how_long)


def _alerts(workload: Workload) -> Iterator[Usage]:
    alerts = workload.assumptions.alerts
    yield Usage("sns-publish", Decimal(alerts), pluralize(alerts, "alert"))
    yield Usage(
        "sns-email",
        Decimal(alerts * workload.addresses),
        f"{pluralize(alerts, 'alert')} to {pluralize(workload.addresses, 'reader')}",
    )
