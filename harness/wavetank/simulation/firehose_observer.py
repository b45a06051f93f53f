"""Observes Firehose: what a stream accepted, delivered and lost; and injects its faults.

A batch whose delivery fails is retried after the next one, so records are identified by number.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.injectors.decisions import delivery_copies, delivery_refusal
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.history import ObjectDelivered, RecordsAccepted, RecordsLost, RecordsProcessed
from wavetank.simulation.simulation_clock import SimulationClock

if TYPE_CHECKING:
    from datetime import datetime


class DeliveryRefusedError(Exception):
    """S3 refuses to store an object because of a fault; the message is S3's error code."""

    @property
    def code(self) -> str:
        """The error code."""
        return str(self)


class FirehoseObserver:
    """Schedules the deliveries of all delivery streams, and tracks each record to its end.

    `running` returns the request whose handler runs now.
    """

    def __init__(
        self,
        simulator: Simulator,
        clock: SimulationClock,
        matcher: FaultMatcher,
        running: Callable[[], str],
    ) -> None:
        self._simulator = simulator
        self._clock = clock
        self._matcher = matcher
        self._running = running
        self._records: dict[str, dict[int, str]] = defaultdict(dict)
        self._planned: datetime | None = None

    def plan(self) -> None:
        """Schedule the next delivery."""
        due = self._simulator.next_delivery()
        if due is not None and due != self._planned:  # called after every action
            self._planned = due
            self._clock.at(due, self._deliver)

    def remaining(self) -> list[str]:
        """By stream, how many records are neither delivered nor lost."""
        undelivered = {stream: len(records) for stream, records in self._records.items() if records}
        return [f"{count} records of {stream}" for stream, count in sorted(undelivered.items())]

    def accepted(self, stream: str, records: Sequence[bytes], first: int) -> None:
        """The stream accepted these records, numbered from `first` on."""
        texts = tuple(record.decode(errors="replace") for record in records)
        self._records[stream].update(enumerate(texts, first))
        self._clock.record(RecordsAccepted(self._clock.now, self._running(), stream, texts))

    def replaced(
        self, stream: str, before: Sequence[int], after: Mapping[int, bytes], *, is_failed: bool
    ) -> None:
        """Processing made other records of these, or none."""
        texts = self._take(stream, before)
        results = {number: data.decode(errors="replace") for number, data in after.items()}
        self._records[stream].update(results)
        self._clock.record(
            RecordsProcessed(
                self._clock.now, stream, texts, tuple(results.values()), is_failed=is_failed
            )
        )

    def delivering(self, stream: str) -> int:
        """How often to write the batch: once, or twice if a fault hits the delivery.

        Raises:
            DeliveryRefusedError: a fault makes S3 refuse it.
        """
        if code := delivery_refusal(self._matcher, stream):
            raise DeliveryRefusedError(code)
        return delivery_copies(self._matcher, stream)

    def delivered(
        self, stream: str, bucket: str, keys: Sequence[str], numbers: Sequence[int]
    ) -> None:
        """The records were written to the bucket, once to each key."""
        texts = self._take(stream, numbers)
        for key in keys:
            self._clock.record(ObjectDelivered(self._clock.now, stream, bucket, key, texts))

    def lost(self, stream: str, numbers: Sequence[int], reason: str) -> None:
        """The stream dropped these records for good."""
        texts = self._take(stream, numbers)
        self._clock.record(RecordsLost(self._clock.now, stream, texts, reason))

    def _deliver(self) -> None:
        self._planned = None
        self._simulator.deliver_due()

    def _take(self, stream: str, numbers: Sequence[int]) -> tuple[str, ...]:
        undelivered = self._records[stream]
        return tuple(undelivered.pop(number) for number in numbers)
