"""When to save and when to put back; and the route that tells how it goes.

`GET /_wavetank/snapshot` tells when it was last saved and what went wrong since; `POST` saves now.
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
from wavetank.emulator.services import ACCOUNT
from wavetank.emulator.settings import read_emulator_settings
from wavetank.emulator.snapshot import adapters as sources
from wavetank.emulator.snapshot.file import SnapshotFile
from wavetank.emulator.snapshot.reading import Filled, read_contents

if TYPE_CHECKING:
    from datetime import datetime


LOG = logging.getLogger(__name__)
INTERVAL_SECONDS = 60.0
PRIORITY_BEFORE_SERVICES_STOP = 100


class SnapshotService:
    """Keeps one snapshot, from LocalStack's start to its end."""

    def __init__(self, file: SnapshotFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._tables: set[str] = set()
        self._streams: set[str] = set()
        self._buckets: set[str] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._saved: datetime | None = None
        self._error: str | None = None

    def start(self) -> None:
        """Takes up the saved mailbox and its readers, and saves every minute from now on."""
        self._file.prepare(self._clock.now())
        sources.fill_mailbox(self._file.messages())
        sources.fill_subscriptions(self._file.subscriptions())
        threading.Thread(target=self._run, name="wavetank-snapshot", daemon=True).start()

    def end(self) -> None:
        """Saves for the last time."""
        self._ended.set()
        self.save()

    def save(self) -> None:
        """Saves now; what goes wrong is logged once, and tried again a minute later."""
        with self._lock:
            try:
                self._file.save(read_contents(sources, self._filled()))
            except Exception as error:  # noqa: BLE001 - whatever a service or the disk says
                if self._error is None:
                    LOG.warning("The snapshot could not be saved, the last one stands: %s", error)
                self._error = str(error)
            else:
                self._saved, self._error = self._clock.now(), None

    def fill_table(self, name: str) -> None:
        """Puts back what a table of this name held, the first time that it is created."""
        with self._lock:
            if name not in self._tables:
                sources.fill_table(name, self._file.items(name))
            self._tables.add(name)

    def fill_stream(self, name: str) -> None:
        """Takes up what a delivery stream of this name held, the first time that it is created."""
        with self._lock:
            if name not in self._streams:
                sources.fill_stream(name, self._file.batches(name))
            self._streams.add(name)

    def fill_bucket(self, name: str) -> None:
        """Puts back what a bucket of this name held, the first time that it is created."""
        with self._lock:
            if name not in self._buckets:
                sources.fill_bucket(name, self._file.objects(name))
            self._buckets.add(name)

    def state(self) -> dict[str, Any]:
        """How it goes, for people and programs."""
        saved = rfc3339(self._saved) if self._saved else None
        return {"saved": saved, "error": self._error}

    @route("/_wavetank/snapshot", methods=["GET"])
    def on_get(self, _: Request, **__: object) -> dict[str, Any]:
        """Tells when the snapshot was last saved, and what went wrong since."""
        return self.state()

    @route("/_wavetank/snapshot", methods=["POST"])
    def on_post(self, _: Request, **__: object) -> dict[str, Any]:
        """Saves the snapshot now."""
        self.save()
        return self.state()

    def _run(self) -> None:
        while not self._ended.wait(INTERVAL_SECONDS):
            self.save()

    def _filled(self) -> Filled:
        return Filled(tables=self._tables, streams=self._streams, buckets=self._buckets)


_KEEPERS: list[SnapshotService] = []
"""The one that runs, or none; LocalStack starts and ends plug-ins by functions."""


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def keep_snapshot() -> None:
    """Starts the keeper where the environment names a file for it."""
    path = read_emulator_settings().snapshot_file
    if path is None:
        return
    keeper = SnapshotService(SnapshotFile(path), WallClock())
    try:
        keeper.start()
    except (OSError, sqlite3.Error) as error:
        LOG.warning("Nothing will be kept over a stop: %s: %s", path, error)
        return
    _KEEPERS.append(keeper)
    ROUTER.add(keeper)

    def after_creation(chain: Any, context: Any, response: Any) -> None:  # noqa: ARG001 - LocalStack names them
        if context.operation is None or response.status_code != HTTPStatus.OK:
            return
        if context.account_id != ACCOUNT:  # LocalStack's own, with functions' code
            return
        match context.operation.name:
            case "CreateTable":
                keeper.fill_table(context.service_request["TableName"])
            case "CreateDeliveryStream":
                keeper.fill_stream(context.service_request["DeliveryStreamName"])
            case "CreateBucket":
                keeper.fill_bucket(context.service_request["Bucket"])

    handlers.run_custom_response_handlers.append(after_creation)


@hooks.on_infra_shutdown(priority=PRIORITY_BEFORE_SERVICES_STOP)  # type: ignore[untyped-decorator]  # as above
def save_snapshot_at_shutdown() -> None:
    """Saves while the services still answer."""
    for keeper in _KEEPERS:
        keeper.end()
