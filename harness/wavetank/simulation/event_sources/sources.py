"""All event sources of a run: each plans its next poll after every action."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from wavetank.core.resource_name import bare_name, is_fifo, service_of
from wavetank.history import EventAccepted, EventSettled, Settlement
from wavetank.simulation.event_sources.mapping import EventSourceMapping, event_source_mappings
from wavetank.simulation.event_sources.polled_run import PolledRun, PolledSource
from wavetank.simulation.event_sources.queue_source import QueueSource
from wavetank.simulation.event_sources.source_faults import SourceFaults
from wavetank.simulation.event_sources.stream_source import StreamSource
from wavetank.simulation.request_chains import stream_event

SOURCES: Mapping[str, Callable[[PolledRun, EventSourceMapping], PolledSource]] = {
    "dynamodb": StreamSource,
    "kinesis": StreamSource,
    "sqs": QueueSource,
}
"""By the service of a mapping's source."""
POISON = "poison"
"""The partition key, or the message group, of a poison message."""
SECOND = timedelta(seconds=1)


class EventSources:
    """The sources of all mappings, and the observer of the queues that are among them."""

    def __init__(self, run: PolledRun) -> None:
        mappings = event_source_mappings(run.simulator.aws)
        self._enabled = [each for each in mappings if each.enabled]
        self._clock = run.clock
        self._invocations, self._chains = run.invocations, run.chains
        self._readers = Counter(each.source for each in self._enabled)
        self._recorded = {each.source: each.recorded_source for each in self._enabled}
        self._run = run
        self._faults = {each.source: SourceFaults(run.matcher, each) for each in self._enabled}
        self._is_poisoning = False
        self._sources = [
            SOURCES[each.service](run, each) for each in self._enabled if each.service in SOURCES
        ]

    def plan(self) -> None:
        """Let each source plan its next poll."""
        for source in self._sources:
            source.plan()

    def remaining(self) -> list[str]:
        """What waits in the sources and was not processed; once for each source."""
        found = [text for source in self._sources for text in source.remaining()]
        return list(dict.fromkeys(found))

    def held_back_seconds(self, queue: str, message: str) -> int:
        """How much later than usual a message can be received that the queue is about to get."""
        faults = self._faults.get(queue)
        return 0 if faults is None else faults.held_back(message) // SECOND

    @property
    def consumers(self) -> Mapping[str, tuple[str, ...]]:
        """The functions that enabled mappings give events of each source, by its recorded ARN."""
        found: dict[str, tuple[str, ...]] = {}
        for each in self._enabled:
            found[each.recorded_source] = (*found.get(each.recorded_source, ()), each.consumer)
        return found

    def queued(self, queue: str, message: str, group: str) -> None:
        """A queue accepted the message."""
        self._accept(queue, message, message, group, readers=1)
        self._invocations.attempts.handlers.update_all()  # handlers may be waiting for it

    def record_accepted(self, stream: str, number: int, group: str) -> None:
        """A stream accepted the record."""
        if stream in self._recorded:  # chains are forgotten by the stream's source
            chained = stream_event(stream, number)
            self._accept(stream, str(number), chained, group, readers=self._readers[stream])

    def _accept(self, source: str, event: str, chained: str, group: str, *, readers: int) -> None:
        attempt = self._invocations.attempts.handlers.running
        request = attempt.request.id if attempt else ""
        if cause := self._invocations.current_cause:
            self._chains.sent(chained, cause, readers)
        if recorded := self._recorded.get(source):
            self._clock.record(EventAccepted(self._clock.now, request, recorded, event, group))
            self._poison(source, event)

    def _poison(self, source: str, event: str) -> None:
        """Let a fault's poison message follow the event."""
        body = None if self._is_poisoning else self._faults[source].poison(event)
        if body is not None:
            self._clock.at(self._clock.now, lambda: self._send_poison(source, body))

    def _send_poison(self, source: str, body: str) -> None:
        self._is_poisoning = True  # none follows a poison message itself
        aws, name = self._run.simulator.aws, bare_name(source)
        try:
            if service_of(source) == "kinesis":
                aws.kinesis.put_record(StreamName=name, Data=body.encode(), PartitionKey=POISON)
            else:
                url = aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]
                group: Any = self._group() if is_fifo(name) else {}
                aws.sqs.send_message(QueueUrl=url, MessageBody=body, **group)
        finally:
            self._is_poisoning = False

    def _group(self) -> Mapping[str, str]:
        """The message group of a poison message, of which none is a duplicate."""
        return {"MessageGroupId": POISON, "MessageDeduplicationId": self._clock.new_id()}

    def dead_lettered(self, queue: str, messages: Sequence[str]) -> None:
        """The messages moved to the dead-letter queue, under the ids that they have."""
        self._settle(queue, messages, Settlement.DEAD_LETTERED)

    def expired(self, queue: str, messages: Sequence[str]) -> None:
        """The messages were deleted at the end of the retention period."""
        self._chains.forget(messages)
        self._settle(queue, messages, Settlement.EXPIRED)

    def _settle(self, queue: str, messages: Sequence[str], settlement: Settlement) -> None:
        if source := self._recorded.get(queue):
            now = self._clock.now
            self._clock.record(EventSettled(now, "", source, tuple(messages), settlement))
