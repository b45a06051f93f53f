"""The ticker's invariants: what its function guarantees, as far as S3 and the table show it."""

from wavetank.invariants.checker import Invariant
from wavetank.ticker.invariants.delivered_and_alerted import AlertedMinutes, DeliveredTicks
from wavetank.ticker.invariants.records import IdenticalCopies, ReadableRecords
from wavetank.ticker.invariants.table import TableAgrees
from wavetank.ticker.invariants.walk import ContinuousWalk

__all__ = [
    "AlertedMinutes",
    "ContinuousWalk",
    "DeliveredTicks",
    "IdenticalCopies",
    "ReadableRecords",
    "TableAgrees",
    "ticker_invariants",
]


def ticker_invariants(*, custom_handler: bool = False) -> list[Invariant]:
    """The invariants of the ticker's pipeline besides the generic ones; new objects for one run.

    With a `custom_handler` as the streaming function they require what the assignment does, and not
    the stricter contract of the project's handler: see `custom_handler_completeness` and `walk`.
    """
    return [
        ReadableRecords(),
        DeliveredTicks(custom_handler=custom_handler),
        AlertedMinutes(custom_handler=custom_handler),
        IdenticalCopies(),
        ContinuousWalk(custom_handler=custom_handler),
        TableAgrees(),
    ]
