"""What can happen in a run. Every event carries its instant: `at`, virtual, aware, in UTC.

Requests: one is an invocation that Lambda has queued, with all its attempts. It has one id, which
is also the one that Lambda names in a failure's record.

Records are texts, as the function put them, without the delimiter that the stream adds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

OK = "ok"
"""The outcome of what went well; everything else is an error's code."""


class Outcome(StrEnum):
    """How an attempt ended; a throttled one was never begun by the function."""

    SUCCESS = "success"
    ERROR = "error"
    TIMEOUT = "timeout"
    CRASH = "crash"
    THROTTLED = "throttled"


class Trigger(StrEnum):
    """What asked for an invocation: `schedule` follows a `RuleFired`, `manual` an `Invoked`."""

    SCHEDULE = "schedule"
    DESTINATION = "destination"
    MANUAL = "manual"


@dataclass(frozen=True)
class Event:
    """What all of them have."""

    at: datetime


@dataclass(frozen=True)
class RuleSpec:
    """A rule as it is deployed: when it is due, and the ARNs of what it then invokes."""

    name: str
    expression: str
    created: datetime
    targets: tuple[str, ...]


@dataclass(frozen=True)
class RunBegan(Event):
    """The first event: everything that decides what follows.

    The rules are due after `at`, up to and including `until`. `code` has each function's SHA-256
    and `template` the stack's; `confirmed` has the confirmed addresses of each topic that failures
    are told on, an empty tuple for a topic that has none.
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


@dataclass(frozen=True)
class FaultBegan(Event):
    """From here on a planned fault may bite."""

    fault: str
    kind: str
    detail: str


@dataclass(frozen=True)
class FaultInjected(Event):
    """It did bite, here and now; `detail` says what."""

    fault: str
    kind: str
    detail: str


@dataclass(frozen=True)
class FaultReverted(Event):
    """From here on it does not."""

    fault: str
    kind: str
    detail: str


@dataclass(frozen=True)
class RuleFired(Event):
    """A rule invoked a target for one of its due instants; late where `at` is after `due`.

    `request` is what the invocation is called from here on.
    """

    rule: str
    target: str
    request: str
    due: datetime


@dataclass(frozen=True)
class TickSuppressed(Event):
    """A fault kept a rule from firing, for good: for this instant there will be no `RuleFired`."""

    rule: str
    target: str
    due: datetime
    fault: str


@dataclass(frozen=True)
class Invoked(Event):
    """Somebody invoked a function by hand, with the event that a rule has for the instant `due`.

    Who `waits` is given the answer, and with it the failure: there is no second attempt, and no
    destination is told.
    """

    request: str
    function: str
    due: datetime
    waits: bool


@dataclass(frozen=True)
class AttemptBegan(Event):
    """A function starts on a request, for the first time or again; attempts count from 1."""

    request: str
    function: str
    attempt: int
    cold: bool
    trigger: Trigger


@dataclass(frozen=True)
class ApiCalled(Event):
    """A function called an API. What it was told, and what is true, may differ."""

    request: str
    service: str
    operation: str
    outcome: str
    took_effect: bool


@dataclass(frozen=True)
class AttemptEnded(Event):
    """The attempt is over; type and message are empty where there was no error."""

    request: str
    function: str
    attempt: int
    outcome: Outcome
    error_type: str = ""
    message: str = ""


@dataclass(frozen=True)
class GivenUp(Event):
    """Lambda tries the request no more. Condition: RetriesExhausted or EventAgeExceeded."""

    request: str
    function: str
    condition: str
    attempts: int


@dataclass(frozen=True)
class DestinationReached(Event):
    """A failure's record was handed to the on-failure destination, or could not be.

    `invocation` is the request that it became, where the destination is a function.
    """

    request: str
    destination: str
    outcome: str
    invocation: str | None = None


@dataclass(frozen=True)
class RecordsAccepted(Event):
    """The stream took these, in this order, whatever the caller was told."""

    request: str
    stream: str
    records: tuple[str, ...]


@dataclass(frozen=True)
class ObjectDelivered(Event):
    """An object is in the bucket, with these records in this order."""

    stream: str
    bucket: str
    key: str
    records: tuple[str, ...]


@dataclass(frozen=True)
class RecordsLost(Event):
    """The stream will never deliver these."""

    stream: str
    records: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class SubscriptionChanged(Event):
    """An address was confirmed, or left, during the run."""

    topic: str
    address: str
    confirmed: bool


@dataclass(frozen=True)
class MessageSent(Event):
    """What was published reached an address; a request to confirm is none of these."""

    topic: str
    address: str
    subject: str
    text: str


@dataclass(frozen=True)
class TableSnapshot(Event):
    """A table's items at this instant, each attribute as text: numbers as the table has them.

    The first one of a run is its baseline, the last one its end.
    """

    table: str
    items: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Drained(Event):
    """After the last firing all was given time to finish; `left` is what did not."""

    complete: bool
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunEnded(Event):
    """The last event of a run that was not interrupted."""


@dataclass(frozen=True)
class TruncatedHistory(Event):
    """Told by the reader in place of an unfinished last line; `at` is the last known instant."""

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
    GivenUp,
    DestinationReached,
    RecordsAccepted,
    ObjectDelivered,
    RecordsLost,
    SubscriptionChanged,
    MessageSent,
    TableSnapshot,
    Drained,
    RunEnded,
    TruncatedHistory,
)
"""All of them; what is not named here cannot be written."""
