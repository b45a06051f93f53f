"""A story that needs no clock of its own: what somebody does to a pipeline, step by step.

Told in virtual time by the driver, and in wall time, on a sandbox or on AWS, by `live`. Each step
begins when what the one before has begun is over, so that wherever it is told the same happens.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Tick:
    """Lambda is handed the event of the instant `due`, as the rule hands it over.

    What fails is tried again, then given up and told.
    """

    due: datetime


@dataclass(frozen=True)
class WaitedTick:
    """Somebody invokes the function with that event and waits for its answer, and that is all."""

    due: datetime


@dataclass(frozen=True)
class BreakCode:
    """The streaming function is deployed with a large portion of its code commented out."""


@dataclass(frozen=True)
class RestoreCode:
    """The code that was deployed before is put back."""


type Step = Tick | WaitedTick | BreakCode | RestoreCode
