"""The ticker's own invariants: the guarantee of its function, as far as S3 and the table show it.

minutes    a tick that succeeded is delivered; one that is missing raised an alert
records    every record can be read; copies are identical
walk       each ticker's walk is continuous
table      the table ends on the last delivered samples
sample     a record's text, read
tally      which minutes are whole
own_tally  the same for somebody's own script, which stamps with the time of its work
attempts   who put a record
"""

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
