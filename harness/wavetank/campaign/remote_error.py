"""An error on its way between processes: its words, for the error itself cannot be handed over."""

import traceback
from dataclasses import dataclass
from pathlib import Path

from wavetank.core.errors import ExitCode, InfrastructureError, UsageError, WavetankError


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The three parts of an error."""

    expected: str
    found: str
    action: str
    is_of_usage: bool = False

    @classmethod
    def by(cls, error: Exception) -> "Failed":
        """What it says; of an error that is none of ours, which it is and where it was raised."""
        if isinstance(error, WavetankError):
            return cls(
                expected=error.expected,
                found=error.found,
                action=error.action,
                is_of_usage=error.exit_code is ExitCode.USAGE,
            )
        *_, frame = traceback.extract_tb(error.__traceback__)
        return cls(
            expected="a story to be played",
            found=f"{type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno})",
            action="report it, for it is a mistake of Wavetank's",
        )

    def error(self) -> WavetankError:
        """The error again, or the like of it."""
        kind = UsageError if self.is_of_usage else InfrastructureError
        return kind(self.expected, self.found, self.action)
