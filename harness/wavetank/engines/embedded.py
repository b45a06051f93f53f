"""Engine `embedded`: LocalStack as a child process, Lambdas as processes, no Docker.

A sandbox belongs to the process that started it and ends with it. Other commands (`status`,
`check`, `drill`, `down`) find it by a small file in the state folder; a lock beside it shows
whether its owner is alive, so a file left by a crash is never mistaken for a sandbox.
"""

import json
import os
import secrets
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO

from wavetank.core.clock import Clock
from wavetank.core.errors import ConditionTimeoutError, InfrastructureError, UsageError
from wavetank.core.file_locks import is_locked, lock_exclusively
from wavetank.core.private_files import (
    not_writable,
    open_private,
    private_file,
    private_folder,
    require_own,
)
from wavetank.engines.localstack_child import LocalStackChild, LocalStackOptions, PortTakenError
from wavetank.engines.sandbox_record import SandboxRecord

DEFAULT_PORT = 4566
PORTS = range(20_000, 32_000)
"""Below the ports that Linux and macOS give to outgoing connections, which may last while a
restarted LocalStack needs its port again. [ip(7): ip_local_port_range]"""
PORT_MAX = 65535
DISK_BYTES_MIN = 300 * 1024 * 1024
STOP_SECONDS_MAX = 60.0
STOP_POLL_SECONDS = 0.1


class SandboxFolder:
    """The folder `<state>/sandbox` with the state of one embedded sandbox."""

    def __init__(self, state_folder: Path) -> None:
        self.path = state_folder / "sandbox"
        self.snapshot_file = self.path / "snapshot.db"
        self._record = self.path / "sandbox.json"
        self._lock = self.path / "lock"

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Lock the folder for one sandbox.

        Raises:
            UsageError: another sandbox runs from it, or it belongs to another user.
            InfrastructureError: it cannot be written to.
        """
        self.make()
        with open_private(self._lock, "a+") as lock:
            try:
                lock_exclusively(lock)
            except BlockingIOError as error:
                raise self._in_use() from error
            _write_over(lock, str(os.getpid()))
            try:
                yield
            finally:
                self._record.unlink(missing_ok=True)
                _write_over(lock, "")

    def make(self) -> None:
        """Create the folder and its lock, private, if they are missing.

        Raises:
            InfrastructureError: it cannot be written to.
        """
        try:
            private_folder(self.path)
            private_file(self._lock)
        except OSError as error:
            raise not_writable(self.path, error) from error

    def require_free(self) -> None:
        """Check that no sandbox has locked the folder.

        Raises:
            UsageError: one has.
        """
        if self.is_owned():
            raise self._in_use()

    def write(self, record: SandboxRecord) -> None:
        """Write the sandbox's record, atomically."""
        fresh = self._record.with_suffix(".new")
        private_file(fresh)
        with open_private(fresh, "w") as file:
            file.write(json.dumps(asdict(record), indent=2))
        fresh.replace(self._record)

    def running(self) -> SandboxRecord | None:
        """The record of the sandbox in this folder, once it is ready; None without one."""
        if not self.is_owned():
            return None
        with suppress(FileNotFoundError), open_private(self._record, "r") as file:
            return SandboxRecord(**json.load(file))
        return None

    def is_owned(self) -> bool:
        """Whether a process has locked the folder, including a sandbox that is starting.

        Raises:
            UsageError: the folder belongs to another user.
        """
        require_own(self.path)
        try:
            with open_private(self._lock, "r") as lock:
                return is_locked(lock)
        except (FileNotFoundError, NotADirectoryError):
            return False

    def stop(self, clock: Clock) -> bool:
        """Stop the sandbox that runs from this folder or is starting; False without one.

        Raises:
            ConditionTimeoutError: it did not end in time.
        """
        owner = self._owner()
        if owner is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(owner, signal.SIGTERM)
        deadline = clock.monotonic() + STOP_SECONDS_MAX
        while self.is_owned():
            if clock.monotonic() > deadline:
                raise ConditionTimeoutError(
                    f"the sandbox to stop within {STOP_SECONDS_MAX:.0f} s",
                    f"process {owner} still there",
                    f"end it with: kill -9 {owner}",
                )
            clock.sleep(STOP_POLL_SECONDS)
        return True

    def _owner(self) -> int | None:
        """The process that has locked the folder; None if none has."""
        if not self.is_owned():
            return None
        with open_private(self._lock, "r") as lock:
            text = lock.read()
        return int(text) if text.isdecimal() else None

    def _in_use(self) -> UsageError:
        record = self.running()
        found = f"one at {record.endpoint} (process {record.owner})" if record else "one starting"
        return UsageError(
            "no other sandbox of this project",
            found,
            "use it, stop it with ./wavetank down, or set WAVETANK_STATE to another folder",
        )


def _write_over(file: IO[str], text: str) -> None:
    file.truncate(0)
    file.write(text)
    file.flush()


def choose_port(wanted: int | None) -> int:
    """The wanted port, or 4566 if it is free, or any free one.

    Raises:
        UsageError: the wanted port is in use or invalid.
    """
    if wanted is None:
        return DEFAULT_PORT if _is_free(DEFAULT_PORT) else any_free_port()
    if not 0 < wanted <= PORT_MAX:
        raise UsageError(f"a port from 1 to {PORT_MAX}", str(wanted), "choose another --port")
    if not _is_free(wanted):
        raise UsageError(
            f"port {wanted} to be free", "another program listening on it", "choose another --port"
        )
    return wanted


def start_localstack(
    folder: SandboxFolder,
    options: LocalStackOptions,
    clock: Clock,
    on_wait: Callable[[float], None] = lambda _: None,
) -> LocalStackChild:
    """Start an empty LocalStack in the folder, which the caller has locked, and return it ready.

    A free port may be taken by another program until LocalStack listens, seconds later: if no
    specific port is wanted, it starts again on another one.

    Raises:
        UsageError: the wanted port is in use or invalid.
        InfrastructureError: too little disk space, or LocalStack does not start.
    """
    _require_space(folder)
    while True:
        port = choose_port(options.port)
        # leftovers of a killed LocalStack would be taken for its state
        shutil.rmtree(options.folder, ignore_errors=True)
        private_folder(options.folder)
        child = LocalStackChild(options, port, clock)
        try:
            child.start(on_wait)
        except PortTakenError:
            if options.port is not None:
                raise
        else:
            return child


def _require_space(folder: SandboxFolder) -> None:
    free_bytes = shutil.disk_usage(folder.path).free
    if free_bytes < DISK_BYTES_MIN:
        raise InfrastructureError(
            f"{DISK_BYTES_MIN // 2**20} MB free in {folder.path}",
            f"{free_bytes // 2**20} MB",
            "make room, or set WAVETANK_STATE to a folder elsewhere",
        )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    """A port that is free now, and that no outgoing connection gets: a restart needs it again."""
    return next(filter(_is_free, iter(lambda: secrets.choice(PORTS), None)))
