"""What a drill breaks, written down before it does: for when nobody is left to put it back.

The record is there from before the breaking until after the restoring; a lock beside it, which the
kernel gives back when a process ends however it ends, says whether the drill is still under way.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from wavetank.errors import UsageError
from wavetank.private_files import private_file, private_folder


class DrillKind(StrEnum):
    """What `drill --by` takes."""

    BROKEN_DEPLOYMENT = "broken-deployment"
    NO_CONCURRENCY = "no-concurrency"


@dataclass(frozen=True)
class DrillRecord:
    """One drill; `reserved` is the concurrency that the function had, `began` in RFC 3339."""

    kind: str
    began: str
    reserved: int | None


class DrillFolder:
    """Where the drills of one pipeline are remembered: `<state>/drills`."""

    def __init__(self, state_folder: Path, account: str, stem: str) -> None:
        self._folder = state_folder / "drills"
        self._record = self._folder / f"{account}-{stem}.json"
        self._lock = self._folder / f"{account}-{stem}.lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the folder for one drill, or for putting back what one left.

        Raises:
            UsageError: another drill of this pipeline is under way.
        """
        private_folder(self._folder)
        private_file(self._lock)
        with self._lock.open("w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UsageError(
                    "no other drill of this pipeline",
                    "one under way",
                    "wait for it, or end it: it puts back what it broke",
                ) from error
            yield

    def write(self, record: DrillRecord) -> None:
        """Remembers the drill; whole or not at all."""
        fresh = self._record.with_suffix(".new")
        private_file(fresh)
        fresh.write_text(json.dumps(asdict(record), indent=2), encoding="utf-8")
        fresh.replace(self._record)

    def read(self) -> DrillRecord | None:
        """The drill that was not ended; None where there is none.

        A damaged file says only that there was one.
        """
        with suppress(FileNotFoundError):
            text = self._record.read_text(encoding="utf-8")
            try:
                return DrillRecord(**json.loads(text))
            except (TypeError, ValueError):
                return DrillRecord(kind="unknown", began="unknown", reserved=None)
        return None

    def left_behind(self) -> bool:
        """Whether a drill was not ended, and is not under way either."""
        if not self._record.exists():
            return False
        with self._lock.open("r", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def forget(self) -> None:
        """The drill is over, and nothing of it is left."""
        self._record.unlink(missing_ok=True)
