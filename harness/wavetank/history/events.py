"""The events of a run. Each has its instant `at`: virtual time, aware, in UTC.

A request is an invocation that Lambda has queued, with all its attempts. Its id is also the one
that Lambda names in a failure's record.

Records are the texts that the function put, without the delimiter that the stream adds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from wavetank.history.event import OK, UNANSWERED, Event
from wavetank.history.state_events import EndState, StateEntry
from wavetank.history.trigger_events import (
    EventAccepted,
    EventOffered,
    EventSettled,
    EventUndelivered,
    Settlement,
)
from wavetank.history.workload_events import HttpAnswered, WorkloadSent

__all__ = [  # besides the classes below
    "OK",
    "UNANSWERED",
    "EndState",
    "Event",
    "EventAccepted",
    "EventOffered",
    "EventSettled",
    "EventUndelivered",
    "HttpAnswered",
    "Settlement",
    "StateEntry",
    "WorkloadSent",
]


class Outcome(StrEnum):
    """How an attempt ended; a throttled one never reached the function."""

    SUCCESS = "success"
    ERROR = "error"
    TIMEOUT = "timeout"
    CRASH = "crash"
    THROTTLED = "throttled"


class Trigger(StrEnum):
    """What caused an invocation: `schedule` follows a `RuleFired`, `manual` an `Invoked`.

    `rule` is an event of EventBridge that a rule matched or transformed, `topic` a message,
    `bucket` a notification, `log-group` what a subscription filter selected, and `function` a call
    of Lambda's API, and `call` one by a function that waits for the answer. `service` is
    EventBridge Scheduler. `queue` is a batch of messages of an SQS queue, and `stream` one of
    records of a Kinesis or DynamoDB stream, by an event source mapping. All of these follow an
    `EventOffered`. `workload` follows a `WorkloadSent`, and `http` is a call that an `HttpAnswered`
    ends. `delivery-stream` transforms a stream's records.
    """

    SCHEDULE = "schedule"
    DESTINATION = "destination"
    SERVICE = "service"
    RULE = "rule"
    TOPIC = "topic"
    BUCKET = "bucket"
    LOG_GROUP = "log-group"
    FUNCTION = "function"
    CALL = "call"
    MANUAL = "manual"
    DELIVERY_STREAM = "delivery-stream"
    QUEUE = "queue"
    STREAM = "stream"
    WORKLOAD = "workload"
    HTTP = "http"

    @property
    def is_synchronous(self) -> bool:
        """Whether the caller gets the result itself: Lambda neither retries nor reports a failure.

        A `manual` invocation may be either.
        """
        return self in {self.DELIVERY_STREAM, self.QUEUE, self.STREAM, self.HTTP, self.CALL}


@dataclass(frozen=True)
class RuleSpec:
    """A deployed rule: its schedule expression, and the ARNs of its targets."""

    name: str
    expression: str
    created: datetime
    targets: tuple[str, ...]


@dataclass(frozen=True)
class RunBegan(Event):
    """The first event of a history: everything that decides the run.

    The rules are due after `at`, up to and including `until`. `code` has each function's SHA-256
    and `template` the stack's; `confirmed` has the confirmed addresses of each topic that failures
    are published to, an empty tuple for a topic without any. `resource_types` are the types of what
    is deployed, of those that invariants are about; None in a run that does not list them.
    `consumers` are the functions of each queue, data stream or table that Lambda polls, with the
    version or alias that a mapping names, by the ARN of the source.
    """

    scenario: str
    seed: int
    until: datetime
    code: Mapping[str, str]
    template: str
    version: str
    rules: tuple[RuleSpec, ...]
    confirmed: Mapping[str, tuple[str, ...]]
    options: Mapping[str, str] = field(default_factory=dict)
    resource_types: tuple[str, ...] | None = None
    consumers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class FaultBegan(Event):
    """A planned fault is in force from this instant on."""

    fault: str
    kind: str
    detail: str


@dataclass(frozen=True)
class FaultInjected(Event):
    """A planned fault hit at this instant; `detail` says what."""

    fault: str
    kind: str
    detail: str


@dataclass(frozen=True)
class FaultReverted(Event):
    """A planned fault is no longer in force from this instant on."""

    fault: str
    kind: str
    detail: str


@dataclass(frozen=True)
class RuleFired(Event):
    """A rule invoked a target for one of its due instants; late if `at` is after `due`.

    `request` identifies the invocation in the following events.
    """

    rule: str
    target: str
    request: str
    due: datetime


@dataclass(frozen=True)
class TickSuppressed(Event):
    """A fault kept a rule from firing: there will be no `RuleFired` for this instant."""

    rule: str
    target: str
    due: datetime
    fault: str


@dataclass(frozen=True)
class Invoked(Event):
    """A function was invoked manually, with the event that a rule has for the instant `due`.

    If it is `synchronous`, the caller gets the failure in the
    response, and there is neither a retry nor a record to a destination.
    """

    request: str
    function: str
    due: datetime
    synchronous: bool


@dataclass(frozen=True)
class AttemptBegan(Event):
    """A function begins an attempt at a request; attempts count from 1."""

    request: str
    function: str
    attempt: int
    cold: bool
    trigger: Trigger


@dataclass(frozen=True)
class ApiCalled(Event):
    """A function called an API. `outcome` is what it got, which may differ from `took_effect`.

    `targets` are what a call that writes names: `Orders {"id": "7"}` for an item of a table,
    the bucket and the key for an object, or the name of a queue, topic or delivery stream.
    """

    request: str
    service: str
    operation: str
    outcome: str
    took_effect: bool
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class AttemptEnded(Event):
    """An attempt ended; type and message are empty if there was no error."""

    request: str
    function: str
    attempt: int
    outcome: Outcome
    error_type: str = ""
    message: str = ""


@dataclass(frozen=True)
class RequestDiscarded(Event):
    """Lambda discarded a request; `condition` is RetriesExhausted or EventAgeExceeded."""

    request: str
    function: str
    condition: str
    attempts: int


@dataclass(frozen=True)
class DestinationReached(Event):
    """The record of a request was sent to its failure destination, or refused there.

    `invocation` is the resulting request, if the destination is a function.
    """

    request: str
    destination: str
    outcome: str
    invocation: str | None = None


@dataclass(frozen=True)
class RecordsAccepted(Event):
    """A delivery stream accepted these records, in order, even if the response was lost."""

    request: str
    stream: str
    records: tuple[str, ...]


@dataclass(frozen=True)
class ObjectDelivered(Event):
    """An object was written to a bucket, with these records in order."""

    stream: str
    bucket: str
    key: str
    records: tuple[str, ...]


@dataclass(frozen=True)
class RecordsLost(Event):
    """A delivery stream will never deliver these records."""

    stream: str
    records: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class RecordsProcessed(Event):
    """A delivery stream replaced these records by `results`, by a function or its settings.

    Records that were dropped have no results; if it `is_failed`, they are what the error output in
    S3 gets.
    """

    stream: str
    records: tuple[str, ...]
    results: tuple[str, ...]
    is_failed: bool = False


@dataclass(frozen=True)
class SubscriptionChanged(Event):
    """An address was confirmed or unsubscribed during the run."""

    topic: str
    address: str
    confirmed: bool


@dataclass(frozen=True)
class MessageSent(Event):
    """A published message reached an address or a URL; confirmation requests are not recorded."""

    topic: str
    address: str
    subject: str
    text: str


@dataclass(frozen=True)
class TableSnapshot(Event):
    """A table's items at this instant, each attribute as text: numbers as DynamoDB returns them.

    The first snapshot of a run is its baseline, the last one its end.
    """

    table: str
    items: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Drained(Event):
    """The drain after the last firing ended; `remaining` is what was still in flight."""

    complete: bool
    remaining: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunEnded(Event):
    """The last event of a run that was not interrupted."""


@dataclass(frozen=True)
class TruncatedHistory(Event):
    """Yielded by the reader for an incomplete last line; `at` is the last known instant."""

    line: int


EVENTS: tuple[type[Event], ...] = (
    RunBegan,
    FaultBegan,
    FaultInjected,
    FaultReverted,
    RuleFired,
    TickSuppressed,
    Invoked,
    AttemptBegan,
    ApiCalled,
    AttemptEnded,
    RequestDiscarded,
    DestinationReached,
    RecordsAccepted,
    ObjectDelivered,
    RecordsLost,
    RecordsProcessed,
    EventAccepted,
    EventOffered,
    EventSettled,
    WorkloadSent,
    HttpAnswered,
    EventUndelivered,
    SubscriptionChanged,
    MessageSent,
    TableSnapshot,
    EndState,
    Drained,
    RunEnded,
    TruncatedHistory,
)
"""All kinds of event; others cannot be written."""
