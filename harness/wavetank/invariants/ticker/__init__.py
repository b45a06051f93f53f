"""The ticker's own invariants: the guarantee of its function, as far as S3 and the table show it.

minutes   a tick that succeeded is delivered; one that is missing raised an alert
records   every record can be read; copies are identical
walk      each ticker's walk is continuous
table     the table ends on the last delivered samples
sample    a record's text, read
"""

from wavetank.invariants.judging import Invariant
from wavetank.invariants.ticker.minutes import AlertedMinutes, DeliveredTicks
from wavetank.invariants.ticker.records import IdenticalCopies, ReadableRecords
from wavetank.invariants.ticker.table import TableAgrees
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


def ticker_invariants() -> list[Invariant]:
    """What must hold of the ticker's pipeline, besides the generic ones; fresh for one run."""
    return [
        ReadableRecords(),
        DeliveredTicks(),
        AlertedMinutes(),
        IdenticalCopies(),
        ContinuousWalk(),
        TableAgrees(),
    ]
