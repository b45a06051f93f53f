"""Deliveries that LocalStack's services make later: Firehose batches, retried events."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class DueDeliveries:
    """Runs what LocalStack's services have to do later: Firehose batches, retries of events."""

    def __init__(self) -> None:
        self._run: list[Callable[[], None]] = []
        self._next_due: list[Callable[[], datetime | None]] = []

    def run_due(self) -> None:
        """Deliver what is due now."""
        self._find()
        for run in self._run:
            run()

    def next_due(self) -> "datetime | None":
        """When something is due next; None if nothing is waiting."""
        self._find()
        found = [next_due() for next_due in self._next_due]
        return min((due for due in found if due is not None), default=None)

    def _find(self) -> None:
        if self._run:
            return
        from wavetank.emulator.services import deliverer, waiting_deliveries  # noqa: PLC0415 - imports LocalStack

        firehose, waiting = deliverer(), waiting_deliveries()
        self._run = [firehose.deliver_due, *(each.run_due for each in waiting)]
        self._next_due = [firehose.next_due, *(each.next_due for each in waiting)]
