"""A run's history file: written line by line during the run, and read without the emulator."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.history.encoding import Digest, decode, is_line_of, line_of
from wavetank.history.events import Event, TruncatedHistory


class HistoryWriter:
    """Appends events to a new file; they are flushed to the operating system when `write` returns.

    Raises:
        UsageError: the file exists already; a history is never overwritten.
        InfrastructureError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = Digest()
        try:
            self._file = path.open("xb")
        except FileExistsError as error:
            raise UsageError(
                f"no history at {path}", "that of another run", "choose another folder"
            ) from error
        except OSError as error:
            raise _not_written(path, error) from error

    @property
    def digest(self) -> str:
        """The digest of all events so far."""
        return self._digest.value

    def write(self, *events: Event) -> None:
        """Append the events."""
        lines = b"".join([line_of(event) for event in events])
        self._digest.add(lines)
        try:
            self._file.write(lines)
            self._file.flush()  # a process that is killed afterwards loses nothing
        except OSError as error:
            raise _not_written(self._path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def read_history(path: Path, only: type[Event] | None = None) -> Iterator[Event]:
    """Yields the events of a file. An incomplete last line is yielded as `TruncatedHistory`.

    With `only`, yields events of that type, and `TruncatedHistory`. Other lines except the first
    are skipped without decoding, so that a month of objects is read in seconds.

    Raises:
        UsageError: there is no such file, or one of its lines is not an event; says which.
    """
    last: Event | None = None
    for number, line in enumerate(_lines(path), 1):
        if only and last and line.endswith("\n") and not is_line_of(only, line):
            continue
        try:
            event = decode(line)
        except (ValueError, RecursionError) as error:
            if line.endswith("\n") or last is None:
                raise _unreadable(path, number, str(error)) from error
            event = TruncatedHistory(last.at, number)
        if only is None or isinstance(event, only | TruncatedHistory):
            yield event
        last = event
    if last is None:
        raise _unreadable(path, 1, "an empty file")


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="ascii", errors="replace", newline="\n") as file:
            yield from file
    except OSError as error:
        raise UsageError(f"a run's history at {path}", str(error), "name another run") from error


def _unreadable(path: Path, number: int, found: str) -> UsageError:
    return UsageError(
        f"an event on line {number} of {path}",
        found,
        "read it with the version of Wavetank that wrote it, or run the scenario again",
    )


def _not_written(path: Path, error: OSError) -> InfrastructureError:
    return InfrastructureError(
        f"to write {path}", str(error), "free disk space or choose another folder"
    )
