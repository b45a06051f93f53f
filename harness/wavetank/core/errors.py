"""The one family of errors that users see.

    WavetankError               (exit 4)
    ├── UsageError              (exit 2)  a name, option or file that cannot be used as given
    ├── ConditionTimeoutError   (exit 3)  something awaited did not come to pass in time
    ├── NonDeterminismError     (exit 3)  one run came out in two ways, so that neither proves much
    └── InfrastructureError     (exit 4)  the emulator, AWS, the disk or the network let us down

A broken requirement or invariant is data (a verdict, exit 1), never an exception.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a command's exit status means, the same for every command."""

    VALID = 0
    BROKEN = 1
    USAGE = 2
    UNKNOWN = 3
    INFRASTRUCTURE = 4
    INTERRUPTED = 130
    """The shell's own, for an end by Ctrl-C."""
    PIPE_CLOSED = 141
    """As shells report SIGPIPE: the reader of standard output closed the pipe, as `head` does."""


class WavetankError(Exception):
    """What went wrong, in three parts, so that the reader knows the next step without a traceback.

    Each part is a phrase without a final stop: `expected` says what had to hold, `found` what
    was there instead, `action` what to do about it. `problem`, where given, is a short sentence
    such as `no scenario "calmday"`: it is then printed first with the action, and the detail on a
    second line.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.INFRASTRUCTURE

    def __init__(
        self, expected: str, found: str, action: str, *, problem: str | None = None
    ) -> None:
        sentence = f"expected {expected}; found {found}; {action}"
        if problem is not None:
            sentence = f"{problem}; {action}\nexpected {expected}"
        super().__init__(sentence)
        self.expected = expected
        self.found = found
        self.action = action


class UsageError(WavetankError):
    """The caller asked for something that cannot be done as asked."""

    exit_code = ExitCode.USAGE


class ConditionTimeoutError(WavetankError):
    """A condition did not come to pass before its deadline; `found` is the last observation."""

    exit_code = ExitCode.UNKNOWN


class NonDeterminismError(WavetankError):
    """The same seed, scenario and code gave two histories; `found` says where they part."""

    exit_code = ExitCode.UNKNOWN


class InfrastructureError(WavetankError):
    """Something outside our code failed: LocalStack, AWS, the disk, the network."""
