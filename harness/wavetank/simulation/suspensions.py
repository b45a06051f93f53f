"""What a handler says when it gives up its turn: when, and whether, it is to have the next."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from wavetank.emulator.lambda_.outcome import ExitStatus


class Death(StrEnum):
    """How an execution environment can end in the middle of an invocation."""

    CRASH = "crash"
    OUT_OF_MEMORY = "out of memory"


@dataclass(frozen=True)
class Yield:
    """Others are due at this instant; in which order they and it go on is drawn."""


@dataclass(frozen=True)
class Sleep:
    """So much time passes for it: it sleeps, or waits for an answer."""

    duration: timedelta


@dataclass(frozen=True)
class Hang:
    """It goes on when its function's time is up, and not before: that is to say never."""


@dataclass(frozen=True)
class Crash:
    """Its process is gone."""

    death: Death


@dataclass(frozen=True)
class Exit:
    """The handler ended its own process, without raising anything: `os._exit`, a signal."""

    status: ExitStatus


type Pause = Yield | Sleep | Hang | Crash | Exit
