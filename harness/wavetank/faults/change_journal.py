"""The journal: what is changed on a live target for a while, on disk from before each change.

A process that is killed reverts nothing, so what it takes to revert a change is written down, and
flushed to the disk, before the change is made, and taken out once its revert is confirmed. A lock
beside the journal, which the kernel releases when a process ends however it ends, says whether the
changes are still somebody's work or were left behind. One journal for each pipeline on each target.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from wavetank.core.errors import UsageError
from wavetank.core.private_files import open_private, private_file, private_folder, require_own
from wavetank.faults.changes import (
    Change,
    ClockChange,
    CodeChange,
    ConcurrencyChange,
    HostChange,
    PolicyChange,
    RuleChange,
    SubscriptionChange,
)


@dataclass(frozen=True, kw_only=True)
class DamagedEntry(Change):
    """Something was changed, and `file`, which says what, cannot be read."""

    kind: ClassVar[str] = "damaged"
    file: str

    def describe(self) -> str:
        return f"something that the damaged {self.file} does not say"


KINDS: dict[str, type[Change]] = {
    change.kind: change
    for change in (
        CodeChange,
        ConcurrencyChange,
        RuleChange,
        PolicyChange,
        SubscriptionChange,
        ClockChange,
        HostChange,
        DamagedEntry,
    )
}


class Journal:
    """The changes of one pipeline on one target, oldest first: `<state>/changes`.

    `target` says which sandbox or account, `stem` whose pipeline.
    """

    def __init__(self, state_folder: Path, target: str, stem: str) -> None:
        self._folder = state_folder / "changes"
        self._name = re.sub(r"[^\w.-]+", "-", f"{target}-{stem}")
        self._file = self._folder / f"{self._name}.json"
        self._lock = self._folder / f"{self._name}.lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the journal for the body, which changes the pipeline or reverts what was left.

        Raises:
            UsageError: another process does so now.
        """
        private_folder(self._folder)
        private_file(self._lock)
        with open_private(self._lock, "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UsageError(
                    "no other drill or run that changes this pipeline",
                    "one under way",
                    "wait for it, or end it: it reverts what it changed",
                ) from error
            yield

    def changes(self) -> tuple[Change, ...]:
        """All that is in force, or may be; a file that is damaged is one of unknown kind.

        Raises:
            UsageError: the journal's folder is another user's.
        """
        require_own(self._folder)
        try:
            with open_private(self._file, "r") as file:
                entries: list[dict[str, Any]] = [*json.load(file)]
            return tuple(map(_decoded, entries)) or _damaged(self._file)
        except FileNotFoundError:
            return ()
        except (AttributeError, KeyError, TypeError, ValueError):
            return _damaged(self._file)

    def left_behind(self) -> tuple[Change, ...]:
        """Those that no process is going to revert by itself."""
        found = self.changes()
        return () if not found or self._is_held() else found

    def add(self, change: Change) -> None:
        """Returns once it is on the disk; the change may be made then. Twice is as once."""
        others = tuple(other for other in self.changes() if other != change)
        self._write((*others, change))

    def remove(self, change: Change) -> None:
        """Its revert is confirmed."""
        self._write(tuple(other for other in self.changes() if other != change))
        if isinstance(change, CodeChange):
            for package in (change.package, change.broken):
                (self._folder / package).unlink(missing_ok=True)

    def clear(self) -> None:
        """What was changed does not exist any more."""
        for change in self.changes():
            self.remove(change)

    def keep_package(self, content: bytes) -> str:
        """Puts a zip beside the journal; returns its name, for `CodeChange`."""
        private_folder(self._folder)
        name = f"{self._name}-{sha256(content).hexdigest()[:16]}.zip"
        _write_durably(self._folder / name, content)
        return name

    def package(self, name: str) -> bytes | None:
        """The zip; None where its file is gone or is not what it was."""
        file = self._folder / name
        return file.read_bytes() if file.is_file() else None

    def _is_held(self) -> bool:
        private_file(self._lock)
        with open_private(self._lock, "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _write(self, changes: tuple[Change, ...]) -> None:
        if not changes:
            self._file.unlink(missing_ok=True)
            return
        private_folder(self._folder)
        entries = [{"kind": change.kind, **asdict(change)} for change in changes]
        _write_durably(self._file, json.dumps(entries, indent=2).encode())


def _damaged(file: Path) -> tuple[Change, ...]:
    return (DamagedEntry(file=str(file)),)


def _decoded(entry: dict[str, Any]) -> Change:
    kind = KINDS[entry.pop("kind")]
    tuples = {f.name for f in fields(kind) if f.type == tuple[str, ...]}
    values = {name: tuple(v) if name in tuples else v for name, v in entry.items()}
    change: Change = kind(**values)
    return change


def _write_durably(file: Path, content: bytes) -> None:
    """Whole or not at all, and there after a power failure too."""
    fresh = file.with_name(f"{file.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(descriptor)
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
