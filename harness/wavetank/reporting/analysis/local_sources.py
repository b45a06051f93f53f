"""Local sources: a saved run, and a folder of objects such as `aws s3 sync` creates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wavetank.history import ObjectDelivered, TruncatedHistory, read_history
from wavetank.reporting.analysis.objects import (
    OBJECT_BYTES_MAX,
    FunctionActivity,
    StoredObject,
    stored_object,
    too_large,
)
from wavetank.scenario.run_store import SavedRun

OBJECTS_ONLY = "A folder has objects only: neither the functions' attempts nor alerts."


@dataclass(frozen=True)
class RunSource:
    """A saved run as a source of notebooks."""

    run: SavedRun

    @property
    def description(self) -> str:
        return f"the saved run {self.run.folder.name}"

    def objects(self) -> Iterator[StoredObject]:
        """In the order of their arrival.

        Raises:
            UsageError: the history cannot be read.
        """
        for event in read_history(self.run.history, ObjectDelivered):
            if isinstance(event, ObjectDelivered):
                body = "".join(event.records).encode(errors="replace")
                yield stored_object(event.key, event.at, body)

    def activity(self, since: datetime) -> FunctionActivity:
        """From the history, without earlier events.

        Raises:
            UsageError: the history cannot be read.
        """
        events = [event for event in read_history(self.run.history) if event.at >= since]
        cut = any(isinstance(event, TruncatedHistory) for event in events)
        return FunctionActivity(tuple(events), ("The run was interrupted.",) if cut else ())


@dataclass(frozen=True)
class FolderSource:
    """A folder of object files as a source of notebooks.

    The delivery time of an object is its file's modification time. `aws s3 sync` sets that to the
    time at which S3 stored the object.
    """

    folder: Path

    @property
    def description(self) -> str:
        return f"the folder {self.folder}"

    def objects(self) -> Iterator[StoredObject]:
        for folder, folders, names in self.folder.walk():
            folders.sort()
            for name in sorted(names):
                yield self._read(folder / name)

    def activity(self, since: datetime) -> FunctionActivity:
        del since
        return FunctionActivity(not_available=(OBJECTS_ONLY,))

    def _read(self, path: Path) -> StoredObject:
        key, status = path.relative_to(self.folder).as_posix(), path.stat()
        modified = datetime.fromtimestamp(status.st_mtime, UTC)
        if status.st_size > OBJECT_BYTES_MAX:
            return too_large(key, modified, status.st_size)
        try:
            return stored_object(key, modified, path.read_bytes())
        except OSError as error:
            return StoredObject(key, modified, status.st_size, problem=f"cannot be read, {error}")
