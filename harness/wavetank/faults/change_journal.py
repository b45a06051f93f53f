"""A journal of temporary changes to a live target, written to the disk before each change.

A process that is killed reverts nothing. So what is needed to revert a change is written and
flushed to the disk before the change is made, and removed once its revert is confirmed. A lock
beside the journal, which the kernel releases however a process ends, shows whether the changes
belong to a running process or were left behind. Each pipeline has one journal on each target.
"""

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
from wavetank.core.file_locks import is_locked, lock_exclusively
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
    """An entry of the journal that cannot be read; `file` describes an unknown change."""

    kind: ClassVar[str] = "damaged"
    file: str

    def describe(self) -> str:
        return f"something unknown: {self.file} is damaged"


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
    """The journal of changes to one pipeline on one target, oldest first, in `<state>/changes`.

    `target` names the sandbox or account, `stem` the pipeline.
    """

    def __init__(self, state_folder: Path, target: str, stem: str) -> None:
        self._folder = state_folder / "changes"
        self._name = re.sub(r"[^\w.-]+", "-", f"{target}-{stem}")
        self._file = self._folder / f"{self._name}.json"
        self._lock = self._folder / f"{self._name}.lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lock the journal for the body, which changes the pipeline or reverts changes.

        Raises:
            UsageError: another process holds the lock.
        """
        private_folder(self._folder)
        private_file(self._lock)
        with open_private(self._lock, "w") as lock:
            try:
                lock_exclusively(lock)
            except BlockingIOError as error:
                raise UsageError(
                    "no other drill or run that changes this pipeline",
                    "one that is running",
                    "wait for it, or end it: it reverts its changes",
                ) from error
            yield

    def changes(self) -> tuple[Change, ...]:
        """All changes that are in force, or may be; a damaged file is one of unknown kind.

        Raises:
            UsageError: the journal's folder belongs to another user.
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
        """The changes that no running process will revert."""
        found = self.changes()
        return () if not found or self.is_held() else found

    def add(self, change: Change) -> None:
        """Add a change, which may be made once this returns. Adding it again has no effect."""
        others = tuple(other for other in self.changes() if other != change)
        self._write((*others, change))

    def remove(self, change: Change) -> None:
        """Remove a change, once its revert is confirmed."""
        # The packages go last: the entry needs them for as long as it exists.
        self._write(tuple(other for other in self.changes() if other != change))
        if isinstance(change, CodeChange):
            for package in (change.package, change.broken):
                (self._folder / package).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove all changes, when the pipeline that they changed is deleted."""
        for change in self.changes():
            self.remove(change)

    def store_package(self, content: bytes) -> str:
        """Store a zip beside the journal; returns its name, for `CodeChange`."""
        private_folder(self._folder)
        name = f"{self._name}-{sha256(content).hexdigest()[:16]}.zip"
        _write_durably(self._folder / name, content)
        return name

    def package(self, name: str) -> bytes | None:
        """The stored zip; None if its file is missing."""
        file = self._folder / name
        return file.read_bytes() if file.is_file() else None

    def is_held(self) -> bool:
        """Whether a running process holds the journal, and will revert the changes in it."""
        if not self._lock.exists():
            return False
        private_file(self._lock)
        with open_private(self._lock, "a") as lock:
            return is_locked(lock)

    def _write(self, changes: tuple[Change, ...]) -> None:
        private_folder(self._folder)
        if not changes:
            self._file.unlink(missing_ok=True)
            # Without this a power failure could bring the last entry back, and `drill --restore`
            # would then undo what the user has meanwhile done on purpose, such as disable the rule.
            _flush_folder(self._folder)
            return
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
    """Write the file atomically, so that it survives a power failure."""
    fresh = file.with_name(f"{file.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(descriptor)
    fresh.replace(file)
    _flush_folder(file.parent)


def _flush_folder(folder: Path) -> None:
    """Make renames and removals in the folder survive a power failure.

    [fsync(2)]
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
