"""The reasons for which a handler pauses or ends, which decide when it is resumed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from wavetank.emulator.lambda_.outcome import ExitStatus


class CrashCause(StrEnum):
    """Why an execution environment ended in the middle of an invocation."""

    CRASH = "crash"
    OUT_OF_MEMORY = "out of memory"


@dataclass(frozen=True)
class Yield:
    """A pause because other events are due at this instant; the seed draws the order."""


@dataclass(frozen=True)
class Sleep:
    """A pause of this length: the handler sleeps, or waits for a response."""

    duration: timedelta


@dataclass(frozen=True)
class Wait:
    """A pause until `is_ready`, such as for a lock or an answer, and at most of this length."""

    is_ready: Callable[[], bool]
    duration: timedelta | None = None


@dataclass(frozen=True)
class Hang:
    """A pause without end: the handler ends at the function's timeout."""


@dataclass(frozen=True)
class Crash:
    """The end of a handler whose process was killed."""

    cause: CrashCause


@dataclass(frozen=True)
class Exit:
    """The end of a handler that ended its process without an exception, by `os._exit`."""

    status: ExitStatus


type Pause = Yield | Sleep | Wait | Hang | Crash | Exit
