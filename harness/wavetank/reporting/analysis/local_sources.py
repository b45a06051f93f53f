"""Sources on this machine: a saved run, and a folder of objects such as `aws s3 sync` makes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wavetank.history import ObjectDelivered, TruncatedHistory, read_history
from wavetank.reporting.analysis.objects import (
    OBJECT_BYTES_MAX,
    FunctionActivity,
    StoredObject,
    stored,
    too_large,
)
from wavetank.scenario.run_store import SavedRun

OBJECTS_ONLY = (
    "A folder has objects alone: what the functions tried, and who was told, is not in it."
)


@dataclass(frozen=True)
class RunSource:
    """A saved run; its history has everything that happened."""

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
                yield stored(event.key, event.at, body)

    def activity(self, since: datetime) -> FunctionActivity:
        """By the history, all of it but what was earlier.

        Raises:
            UsageError: it cannot be read.
        """
        events = [event for event in read_history(self.run.history) if event.at >= since]
        cut = any(isinstance(event, TruncatedHistory) for event in events)
        return FunctionActivity(tuple(events), ("The run was broken off.",) if cut else ())


@dataclass(frozen=True)
class FolderSource:
    """Files below a folder, each an object; delivered when the file was last changed.

    `aws s3 sync` gives a file the time at which S3 has stored the object.
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
        return FunctionActivity(untold=(OBJECTS_ONLY,))

    def _read(self, path: Path) -> StoredObject:
        key, status = path.relative_to(self.folder).as_posix(), path.stat()
        modified = datetime.fromtimestamp(status.st_mtime, UTC)
        if status.st_size > OBJECT_BYTES_MAX:
            return too_large(key, modified, status.st_size)
        try:
            return stored(key, modified, path.read_bytes())
        except OSError as error:
            return StoredObject(key, modified, status.st_size, problem=f"cannot be read, {error}")
