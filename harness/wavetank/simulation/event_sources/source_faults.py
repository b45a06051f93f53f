"""Decides which faults hit the events of one event source mapping."""

from datetime import timedelta

from wavetank.core.resource_name import is_fifo
from wavetank.faults.event_sources import (
    ConcurrentBatches,
    DuplicateBatch,
    EventSourceFault,
    ExpiredVisibilityTimeout,
    OutOfOrderMessage,
    PoisonMessage,
    StalledShard,
    TrimmedStream,
)
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.simulation.event_sources.mapping import EventSourceMapping


class SourceFaults:
    """The faults of the source of a mapping; asking counts, so ask about each event once."""

    def __init__(self, matcher: FaultMatcher, mapping: EventSourceMapping) -> None:
        self._matcher = matcher
        self._name = mapping.source_name
        self._is_fifo = is_fifo(self._name)  # it keeps order and delivers once
        self._takes_records = mapping.service != "dynamodb"

    def repeat_after(self, batch: str) -> timedelta | None:
        """How much later a processed batch arrives again; None if it does not."""
        found = None if self._is_fifo else self._match(DuplicateBatch, batch)
        return None if found is None else found.gap

    def splits(self, batch: str) -> bool:
        """Whether the batch arrives as two."""
        return not self._is_fifo and self._match(ConcurrentBatches, batch) is not None

    def visible_after(self, message: str) -> timedelta | None:
        """When the message that the function has is visible again; None as for its queue."""
        found = None if self._is_fifo else self._match(ExpiredVisibilityTimeout, message)
        return None if found is None else found.visibility_timeout

    def held_back(self, message: str) -> timedelta:
        """How much later than usual the message can be received."""
        found = None if self._is_fifo else self._match(OutOfOrderMessage, message)
        return timedelta() if found is None else found.delay

    def poison(self, event: str) -> str | None:
        """The body of a poison message that follows the event; None if none does."""
        found = self._match(PoisonMessage, event) if self._takes_records else None
        return None if found is None else found.body

    def is_stalled(self, shard: str) -> bool:
        """Whether a read of the shard is refused."""
        return self._match(StalledShard, shard) is not None

    def is_trimmed(self, shard: str) -> bool:
        """Whether a read finds the unread records of the shard trimmed."""
        return self._match(TrimmedStream, shard) is not None

    def _match[F: EventSourceFault](self, kind: type[F], event: str) -> F | None:
        what = f"{event} of {self._name}"
        return self._matcher.match(kind, what, lambda fault: fault.is_of(self._name))
