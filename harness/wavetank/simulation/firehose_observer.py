"""Firehose's side: what a stream accepted, delivered and lost, and what a planned fault does there.

A delivery that fails is tried again after the next one, so records are known by their numbers.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.injectors.decisions import delivery_copies, delivery_refusal
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.history import ObjectDelivered, RecordsAccepted, RecordsLost
from wavetank.simulation.simulation_clock import SimulationClock

if TYPE_CHECKING:
    from datetime import datetime


class NotTakenError(Exception):
    """S3 refuses an object; says with which code."""


class FirehoseObserver:
    """Sees to it that streams deliver when they are due, and keeps the records until they have."""

    def __init__(
        self,
        simulator: Simulator,
        timeline: SimulationClock,
        matcher: FaultMatcher,
        running: Callable[[], str],
    ) -> None:
        self._simulator = simulator
        self._timeline = timeline
        self._matcher = matcher
        self._running = running
        self._records: dict[str, dict[int, str]] = defaultdict(dict)
        self._accepted: dict[str, int] = defaultdict(int)
        self._planned: datetime | None = None

    def plan(self) -> None:
        """Has the next delivery happen when it is due."""
        due = self._simulator.next_delivery()
        if due is not None and due != self._planned:
            self._planned = due
            self._timeline.at(due, self._deliver)

    def left(self) -> list[str]:
        """What is neither delivered nor lost, stream by stream."""
        held = {stream: len(records) for stream, records in self._records.items() if records}
        return [f"{count} records of {stream}" for stream, count in sorted(held.items())]

    def accepted(self, stream: str, records: Sequence[bytes]) -> None:
        """The stream took them."""
        texts = tuple(record.decode(errors="replace") for record in records)
        first = self._accepted[stream]
        self._records[stream].update(enumerate(texts, first))
        self._accepted[stream] = first + len(texts)
        self._timeline.note(RecordsAccepted(self._timeline.now, self._running(), stream, texts))

    def delivering(self, stream: str) -> int:
        """How often to write the batch: once, or twice if a fault hits the delivery.

        Raises:
            NotTakenError: a fault has S3 refuse it.
        """
        if code := delivery_refusal(self._matcher, stream):
            raise NotTakenError(code)
        return delivery_copies(self._matcher, stream)

    def delivered(
        self, stream: str, bucket: str, keys: Sequence[str], first: int, count: int
    ) -> None:
        """They are objects in the bucket."""
        texts = self._take(stream, first, count)
        for key in keys:
            self._timeline.note(ObjectDelivered(self._timeline.now, stream, bucket, key, texts))

    def lost(self, stream: str, first: int, count: int, reason: str) -> None:
        """The stream gave them up."""
        texts = self._take(stream, first, count)
        self._timeline.note(RecordsLost(self._timeline.now, stream, texts, reason))

    def _deliver(self) -> None:
        self._planned = None
        self._simulator.deliver_due()

    def _take(self, stream: str, first: int, count: int) -> tuple[str, ...]:
        held = self._records[stream]
        return tuple(held.pop(number) for number in range(first, first + count))
