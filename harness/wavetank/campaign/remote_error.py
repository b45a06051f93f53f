"""Errors of another process, as data: an exception itself cannot always be pickled."""

import traceback
from dataclasses import dataclass
from pathlib import Path

from wavetank.core.errors import ExitCode, InfrastructureError, UsageError, WavetankError


@dataclass(frozen=True, kw_only=True)
class Failed:
    """An exception of another process as text: expected, found, and what to do."""

    expected: str
    found: str
    action: str
    is_of_usage: bool = False

    @classmethod
    def by(cls, error: Exception) -> "Failed":
        """The parts of a `WavetankError`; of any other its type, message and place."""
        if isinstance(error, WavetankError):
            return cls(
                expected=error.expected,
                found=error.found,
                action=error.action,
                is_of_usage=error.exit_code is ExitCode.USAGE,
            )
        *_, frame = traceback.extract_tb(error.__traceback__)
        return cls(
            expected="a case to run",
            found=f"{type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno})",
            action="report it: it is a bug of Wavetank",
        )

    def error(self) -> WavetankError:
        """The error again, as a UsageError or an InfrastructureError."""
        kind = UsageError if self.is_of_usage else InfrastructureError
        return kind(self.expected, self.found, self.action)


class TaskFailedError(Exception):
    """A task raised an exception in its worker."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(str(failed.error()))
        self.failed = failed


class WorkerDiedError(Exception):
    """The worker process of a task died, or was killed because the task took too long.

    `was_open` is whether any worker of the executor has run a task before.
    """

    def __init__(self, how: str, *, was_open: bool = True) -> None:
        super().__init__(how)
        self.was_open = was_open
