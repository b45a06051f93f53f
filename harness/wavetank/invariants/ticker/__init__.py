"""The ticker's invariants: what its function guarantees, as far as S3 and the table show it."""

from wavetank.invariants.checker import Invariant
from wavetank.invariants.ticker.records import IdenticalCopies, ReadableRecords
from wavetank.invariants.ticker.table import TableAgrees
from wavetank.invariants.ticker.ticks import AlertedMinutes, DeliveredTicks
from wavetank.invariants.ticker.walk import ContinuousWalk

__all__ = [
    "AlertedMinutes",
    "ContinuousWalk",
    "DeliveredTicks",
    "IdenticalCopies",
    "ReadableRecords",
    "TableAgrees",
    "ticker_invariants",
]


def ticker_invariants(*, own_handler: bool = False) -> list[Invariant]:
    """What must hold of the ticker's pipeline, besides the generic ones; fresh for one run.

    With somebody's own script as the streaming function it is what the assignment asks of one, and
    not the stricter contract of the project's handler: see `own_tally` and `walk`.
    """
    return [
        ReadableRecords(),
        DeliveredTicks(own_handler=own_handler),
        AlertedMinutes(own_handler=own_handler),
        IdenticalCopies(),
        ContinuousWalk(own_handler=own_handler),
        TableAgrees(),
    ]
