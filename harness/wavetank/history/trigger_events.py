"""The events of triggers: what they offer to functions, and what becomes of it."""

from dataclasses import dataclass
from enum import StrEnum

from wavetank.history.event import Event


class Settlement(StrEnum):
    """What becomes of events that a source of a trigger holds.

    `processed` ones were deleted after their function succeeded, or passed in a stream; `returned`
    ones are offered again; no filter matches `filtered` ones, or they arrived before the starting
    position. `stopped` ones are returned without an invocation, as in a recursive loop; `discarded`
    records were retried too often or too old.
    """

    PROCESSED = "processed"
    RETURNED = "returned"
    FILTERED = "filtered"
    STOPPED = "stopped"
    DEAD_LETTERED = "dead-lettered"
    DISCARDED = "discarded"
    EXPIRED = "expired"


@dataclass(frozen=True)
class EventAccepted(Event):
    """A source that Lambda polls, such as a queue, accepted the event of that id.

    `request` is the one whose function sent it, empty if none did. `source` is the ARN of the
    queue, the data stream or the table. Events of one `group` have an order: it is the message
    group of a FIFO queue, the partition key of a record, or the key of a table's item as JSON, and
    empty for other queues.
    """

    request: str
    source: str
    id: str
    group: str = ""


@dataclass(frozen=True)
class EventOffered(Event):
    """A trigger gave events to a function: `request` identifies the invocation from here on.

    `source` is the ARN of the queue, data stream, table, rule, schedule, topic, bucket, log group
    or function, and empty if a test called Lambda's API. `ids` name its events or messages.
    """

    request: str
    source: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class EventSettled(Event):
    """What became of events of a source that Lambda polls.

    `request` had offered them, empty if none had; of records that were too old to be offered it is
    the one that the failure destination is told. `source` is the ARN, as in `EventAccepted`.
    `function` is the consumer that settled them, as in `RunBegan`, empty if the source did.
    """

    request: str
    source: str
    ids: tuple[str, ...]
    settlement: Settlement
    function: str = ""


@dataclass(frozen=True)
class EventUndelivered(Event):
    """A service gave up an event that it pushes: `target` refused it, after so many retries.

    `source` is the ARN, as in `EventOffered`; `reason` is the error code. `dead_letter` is OK if a
    dead-letter queue has the event, the error code if that refused it, and empty without one.
    """

    source: str
    ids: tuple[str, ...]
    target: str
    reason: str
    retries: int
    dead_letter: str
