"""Why a handler pauses, and so when or whether it is resumed."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from wavetank.emulator.lambda_.outcome import ExitStatus


class CrashCause(StrEnum):
    """How an execution environment can end in the middle of an invocation."""

    CRASH = "crash"
    OUT_OF_MEMORY = "out of memory"


@dataclass(frozen=True)
class Yield:
    """Other actions are due at this instant; the order of them and the handler is drawn."""


@dataclass(frozen=True)
class Sleep:
    """The handler sleeps, or waits for a response, for this long."""

    duration: timedelta


@dataclass(frozen=True)
class Hang:
    """The handler is never resumed; it ends at the function's timeout."""


@dataclass(frozen=True)
class Crash:
    """The process of the handler was killed."""

    cause: CrashCause


@dataclass(frozen=True)
class Exit:
    """The handler ended its own process, without raising anything: `os._exit`, a signal."""

    status: ExitStatus


type Pause = Yield | Sleep | Hang | Crash | Exit
