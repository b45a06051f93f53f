"""Faults of queues and streams that trigger functions by event source mappings.

`event_source` is the queue, the stream or the stream's table, by its logical id or its name.
"""

from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, ClassVar

from wavetank.core.field_values import FieldError
from wavetank.core.suggestions import shown
from wavetank.faults.capabilities import Capability
from wavetank.faults.choices import SECOND, Choose
from wavetank.faults.fault import CountedFault, Fault, check_resource_name, names
from wavetank.faults.references import UNLIMITED, Resource
from wavetank.faults.targets import FaultTarget, FaultTargets

BODY_MAX = 1000
"""Characters of a poison message; SQS takes a million bytes."""
VISIBILITY_MAX = timedelta(hours=12)
"""[SQS API reference: ChangeMessageVisibility]"""


@dataclass(frozen=True, kw_only=True)
class EventSourceFault(Fault):
    """Base of faults of one event source, or of `all` to which the fault applies."""

    needs: ClassVar[Capability] = Capability.EVENT_SOURCES

    event_source: str = field(default=UNLIMITED, metadata=names(Resource.EVENT_SOURCE))

    def __post_init__(self) -> None:
        super().__post_init__()
        check_resource_name("event_source", self.event_source)

    @classmethod
    def targets_in(cls, targets: FaultTargets) -> tuple[FaultTarget, ...]:
        field_name = "event_source"
        (found,) = (item for item in fields(cls) if item.name == field_name)
        return targets.named(field_name, found.metadata["resource"])

    def is_of(self, event_source: str) -> bool:
        """Whether it hits the source of that name."""
        return self.event_source in {UNLIMITED, event_source}


@dataclass(frozen=True, kw_only=True)
class QueueFault(EventSourceFault, CountedFault):
    """Base of faults of standard queues, which FIFO queues do not have."""

    event_source: str = field(default=UNLIMITED, metadata=names(Resource.QUEUE))


@dataclass(frozen=True, kw_only=True)
class DuplicateBatch(EventSourceFault, CountedFault):
    """A batch arrives again, `gap` after the function has processed it.

    A server of SQS that was unavailable keeps its copy of a deleted message, and a stream's batch
    counts as processed only once that is noted.
    [SQS developer guide: standard-queues-at-least-once-delivery; Lambda developer guide: with-sqs,
    with-kinesis, with-ddb]
    """

    kind: ClassVar[str] = "duplicate-batch"
    title: ClassVar[str] = "A batch arrives twice"
    finds: ClassVar[str] = "messages and records that arrive twice count twice"

    gap: timedelta = timedelta(seconds=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_visibility("gap", self.gap)

    @property
    def target(self) -> str:
        return f"processed batches of {self.event_source}"

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        return super().generate(choose, named) | {"gap": choose(0, 120) * SECOND}


@dataclass(frozen=True, kw_only=True)
class OutOfOrderMessage(QueueFault):
    """A message of a standard queue can be received only `delay` later, after those behind it.

    [SQS developer guide: standard-queues]
    """

    kind: ClassVar[str] = "out-of-order-message"
    title: ClassVar[str] = "Messages arrive out of order"
    finds: ClassVar[str] = "the last message is taken for the newest"

    delay: timedelta = timedelta(seconds=30)

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_visibility("delay", self.delay)

    @property
    def target(self) -> str:
        return f"the order of {self.event_source}"

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        return super().generate(choose, named) | {"delay": choose(1, 300) * SECOND}


@dataclass(frozen=True, kw_only=True)
class ExpiredVisibilityTimeout(QueueFault):
    """A message's visibility timeout ends while the function has it, so that it arrives again.

    It ends `visibility_timeout` after the function was given the message for the first time. The
    cause may be a slow function, or a message that waits in its batch for too long.
    [SQS developer guide: sqs-visibility-timeout; Lambda developer guide: services-sqs-configure]
    """

    kind: ClassVar[str] = "expired-visibility-timeout"
    title: ClassVar[str] = "A visibility timeout ends too early"
    finds: ClassVar[str] = "two invocations have one message at the same time"

    visibility_timeout: timedelta = timedelta()

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_visibility("visibility_timeout", self.visibility_timeout)

    @property
    def target(self) -> str:
        return f"the visibility timeout of {self.event_source}"

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        values = super().generate(choose, named)
        return values | {"visibility_timeout": choose(0, 30) * SECOND}


@dataclass(frozen=True, kw_only=True)
class ConcurrentBatches(QueueFault):
    """A batch arrives as two, which run at the same time and may have messages of one key.

    Lambda processes five batches of a standard queue at first, and more of a long one.
    [Lambda developer guide: services-sqs-scaling]
    """

    kind: ClassVar[str] = "concurrent-batches"
    title: ClassVar[str] = "Two batches of one key run at once"
    finds: ClassVar[str] = "a value that is read, changed and written back loses an update"

    @property
    def target(self) -> str:
        return f"concurrent batches of {self.event_source}"


@dataclass(frozen=True, kw_only=True)
class PoisonMessage(EventSourceFault, CountedFault):
    """A message or record with this `body` follows an event of a queue or Kinesis stream.

    It is meant to be one that the function cannot process. Each time a batch fails because of it,
    all the batch comes back. [Lambda developer guide: services-sqs-errorhandling, with-kinesis]
    """

    kind: ClassVar[str] = "poison-message"
    title: ClassVar[str] = "A message cannot be processed"
    finds: ClassVar[str] = (
        "one message fails its whole batch, again and again, or takes it to the dead-letter queue"
    )

    event_source: str = field(default=UNLIMITED, metadata=names(Resource.MESSAGE_SOURCE))

    body: str = "poison"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.body) <= BODY_MAX:
            expected = f"`body` of 1 to {BODY_MAX} characters"
            raise FieldError("body", expected, f"{len(self.body)} characters", "correct it")

    @property
    def target(self) -> str:
        return f"poison of {self.event_source}"


@dataclass(frozen=True, kw_only=True)
class ShardFault(EventSourceFault):
    """Base of faults of the shards of Kinesis streams and of tables' streams."""

    event_source: str = field(default=UNLIMITED, metadata=names(Resource.DATA_STREAM))


@dataclass(frozen=True, kw_only=True)
class StalledShard(ShardFault):
    """Reads of the stream's shards are refused: its records grow older, and arrive in full batches.

    Other consumers use up the throughput of a shard (ProvisionedThroughputExceededException).
    [Kinesis API reference: GetRecords; Lambda developer guide: with-kinesis]
    """

    kind: ClassVar[str] = "stalled-shard"
    title: ClassVar[str] = "A shard stalls"
    finds: ClassVar[str] = (
        "the time of the invocation is taken for that of the record; records become too old"
    )

    @property
    def target(self) -> str:
        return f"reads of {self.event_source}"


@dataclass(frozen=True, kw_only=True)
class TrimmedStream(ShardFault, CountedFault):
    """A read finds the unread records of the shard trimmed, as after the retention period: lost.

    [Kinesis developer guide: kinesis-extended-retention; DynamoDB developer guide: Streams]
    """

    kind: ClassVar[str] = "trimmed-stream"
    title: ClassVar[str] = "Unread records are trimmed"
    finds: ClassVar[str] = "a sum of changes stays wrong, as no later record has the whole state"

    @property
    def target(self) -> str:
        return f"reads of {self.event_source}"


def _check_visibility(name: str, duration: timedelta) -> None:
    """Check a time that SQS takes: whole seconds, up to twelve hours."""
    if duration > VISIBILITY_MAX or duration % SECOND:
        expected = f"`{name}` in whole seconds, up to 12h"
        raise FieldError(name, expected, shown(str(duration)), "correct it")
