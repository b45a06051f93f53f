"""Decides when to save and restore, and serves the route for both.

`GET /_wavetank/snapshot` returns when it was last saved and the last error; `POST` saves now.
"""

import logging
import sqlite3
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from localstack.aws import handlers
from localstack.http import Request, route
from localstack.runtime import hooks
from localstack.services.edge import ROUTER

from wavetank.core.clock import Clock, WallClock, rfc3339
from wavetank.emulator.services import ACCOUNT, REGION
from wavetank.emulator.settings import read_emulator_settings
from wavetank.emulator.snapshot import adapters as sources
from wavetank.emulator.snapshot.file import SnapshotFile
from wavetank.emulator.snapshot.reading import (
    RestoredNames,
    kinesis_key,
    read_contents,
    table_stream_key,
)

if TYPE_CHECKING:
    from datetime import datetime


LOG = logging.getLogger(__name__)
INTERVAL_SECONDS = 60.0
PRIORITY_BEFORE_SERVICES_STOP = 100


class SnapshotService:
    """Saves and restores one snapshot, from LocalStack's start to its end."""

    def __init__(self, file: SnapshotFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._tables: set[str] = set()
        self._streams: set[str] = set()
        self._buckets: set[str] = set()
        self._kinesis: set[str] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._saved: datetime | None = None
        self._error: str | None = None

    def start(self) -> None:
        """Restore the saved mailbox and subscriptions, and save every minute from now on."""
        self._file.prepare(self._clock.now())
        sources.fill_mailbox(self._file.messages())
        sources.fill_subscriptions(self._file.subscriptions())
        sources.fill_tokens(self._file.tokens())
        threading.Thread(target=self._run, name="wavetank-snapshot", daemon=True).start()

    def end(self) -> None:
        """Save for the last time."""
        self._ended.set()
        self.save()

    def save(self) -> None:
        """Save now; an error is logged once, and the save retried a minute later."""
        with self._lock:
            try:
                contents = read_contents(sources, self._restored())
                self._file.save(contents)
            except Exception as error:  # noqa: BLE001 - whatever a service or the disk says
                self._report("the previous snapshot is still valid", str(error))
            else:
                self._saved = self._clock.now()
                if contents.errors:
                    self._report("their previous data are still saved", "; ".join(contents.errors))
                else:
                    self._error = None

    def _report(self, consequence: str, error: str) -> None:
        if self._error is None:
            LOG.warning("The snapshot could not be saved in full, %s: %s", consequence, error)
        self._error = error

    def fill_table(self, name: str) -> None:
        """Restore the data of a table of this name, the first time that it is created."""
        with self._lock:
            if name not in self._tables:
                sources.fill_table(name, self._file.items(name))
                sources.fill_table_stream(name, self._file.records(table_stream_key(name)))
            self._tables.add(name)

    def fill_stream(self, name: str) -> None:
        """Restore the records of a stream of this name, the first time that it is created."""
        with self._lock:
            if name not in self._streams:
                sources.fill_stream(name, self._file.batches(name))
            self._streams.add(name)

    def fill_kinesis_stream(self, name: str) -> None:
        """Restore the records of a Kinesis stream, the first time that it is created."""
        with self._lock:
            if name not in self._kinesis:
                sources.fill_kinesis_stream(name, self._file.records(kinesis_key(name)))
            self._kinesis.add(name)

    def fill_bucket(self, name: str) -> None:
        """Restore the data of a bucket of this name, the first time that it is created."""
        with self._lock:
            if name not in self._buckets:
                sources.fill_bucket(name, self._file.objects(name))
            self._buckets.add(name)

    def state(self) -> dict[str, Any]:
        """The state, for humans and programs."""
        saved = rfc3339(self._saved) if self._saved else None
        return {"saved": saved, "error": self._error}

    @route("/_wavetank/snapshot", methods=["GET"])
    def on_get(self, _: Request, **__: object) -> dict[str, Any]:
        """Returns when the snapshot was last saved, and the error since."""
        return self.state()

    @route("/_wavetank/snapshot", methods=["POST"])
    def on_post(self, _: Request, **__: object) -> dict[str, Any]:
        """Saves the snapshot now."""
        self.save()
        return self.state()

    def _run(self) -> None:
        while not self._ended.wait(INTERVAL_SECONDS):
            self.save()

    def _restored(self) -> RestoredNames:
        return RestoredNames(
            tables=self._tables,
            streams=self._streams,
            buckets=self._buckets,
            kinesis_streams=self._kinesis,
        )


_SERVICES: list[SnapshotService] = []
"""The running service, if any; global because LocalStack starts and ends plug-ins by functions."""


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def start_snapshots() -> None:
    """Start the service if the environment names a file for it."""
    path = read_emulator_settings().snapshot_file
    if path is None:
        return
    service = SnapshotService(SnapshotFile(path), WallClock())
    try:
        service.start()
    except (OSError, sqlite3.Error) as error:
        LOG.warning("No data will be saved over a stop: %s: %s", path, error)
        return
    _SERVICES.append(service)
    ROUTER.add(service)

    def after_creation(chain: Any, context: Any, response: Any) -> None:  # noqa: ARG001 - LocalStack names them
        if context.operation is None or response.status_code != HTTPStatus.OK:
            return
        if context.account_id != ACCOUNT:  # LocalStack's own bucket, with functions' code
            return
        request, is_own = context.service_request, context.region == REGION
        match context.operation.name:
            case "CreateTable" if is_own:
                service.fill_table(request["TableName"])
            case "CreateDeliveryStream" if is_own:
                service.fill_stream(request["DeliveryStreamName"])
            case "CreateStream" if is_own and context.service.service_name == "kinesis":
                service.fill_kinesis_stream(request["StreamName"])
            # a bucket's region is not that of the call, but of its LocationConstraint
            case "CreateBucket" if sources.has_bucket(request["Bucket"]):
                service.fill_bucket(request["Bucket"])

    handlers.run_custom_response_handlers.append(after_creation)


@hooks.on_infra_shutdown(priority=PRIORITY_BEFORE_SERVICES_STOP)  # type: ignore[untyped-decorator]  # as above
def save_snapshot_at_shutdown() -> None:
    """Save while the services still answer."""
    for service in _SERVICES:
        service.end()
