"""The exceptions that users see.

    WavetankError               (exit 4)
    ├── UsageError              (exit 2)  a name, option or file that cannot be used as given
    ├── ConditionTimeoutError   (exit 3)  a condition was not met in time
    ├── NonDeterminismError     (exit 3)  one run had two results, so that neither is reliable
    ├── FunctionFailedError     (exit 1)  a function that a command invoked raised an error
    └── InfrastructureError     (exit 4)  the emulator, AWS, the disk or the network failed

A broken requirement or invariant is data (a verdict, exit 1), and no exception.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """The meaning of a command's exit status, the same for every command."""

    VALID = 0
    BROKEN = 1
    USAGE = 2
    UNKNOWN = 3
    INFRASTRUCTURE = 4
    INTERRUPTED = 130
    """The shell's code for an end by Ctrl-C."""
    PIPE_CLOSED = 141
    """The shell's code for SIGPIPE: the reader of standard output closed the pipe, like `head`."""


class WavetankError(Exception):
    """Base of Wavetank's errors, in three parts: expected, found, and what to do.

    Each part is a phrase without a final stop: `expected` says what was required, `found` what was
    the case instead, `action` what to do about it. `problem`, if given, is a short sentence such as
    `no scenario "calmday"`: it is then printed first with the action, and the detail on a second
    line. `sentence` is such a problem which needs no detail. Each of `items` gets a line at the
    end.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.INFRASTRUCTURE

    def __init__(
        self,
        expected: str,
        found: str,
        action: str,
        *,
        problem: str | None = None,
        sentence: str | None = None,
        items: Sequence[str] = (),
    ) -> None:
        text = f"expected {expected}; found {found}; {action}"
        if problem is not None:
            text = f"{problem}; {action}\nexpected {expected}"
        if sentence is not None:
            text = f"{sentence}; {action}"
        super().__init__("\n  ".join([text, *items]))
        self.expected = expected
        self.found = found
        self.action = action


class UsageError(WavetankError):
    """The caller requested something that is not possible as given."""

    exit_code = ExitCode.USAGE


class ConditionTimeoutError(WavetankError):
    """A condition was not met before its deadline; `found` is the last observation."""

    exit_code = ExitCode.UNKNOWN


class NonDeterminismError(WavetankError):
    """The same seed, scenario and code gave two histories; `found` says where they differ."""

    exit_code = ExitCode.UNKNOWN


class FunctionFailedError(WavetankError):
    """A function that was invoked failed; `found` is its error."""

    exit_code = ExitCode.BROKEN


class InfrastructureError(WavetankError):
    """LocalStack, AWS, the disk or the network failed."""
