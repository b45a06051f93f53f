"""The state of a pipeline at an instant, as pages and JSON routes show it; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from wavetank.core.iam_report import AccessRow, RoleReport
from wavetank.emulator.lambda_.attempts import EventAttempt
from wavetank.emulator.stack_index import DeployedStack

SUCCESS = "success"
TICKS_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class RuleState:
    """An EventBridge rule as the pages show it.

    `targets` are ARNs; `next_fire` is None if the rule is disabled or has no schedule.
    """

    name: str
    targets: tuple[str, ...]
    schedule: str
    enabled: bool
    next_fire: datetime | None


@dataclass(frozen=True, kw_only=True)
class FunctionState:
    """A Lambda function as the pages show it; `reserved` is its reserved concurrency or None."""

    name: str
    arn: str
    reserved: int | None
    running: int
    last: EventAttempt | None


@dataclass(frozen=True, kw_only=True)
class StreamState:
    """A delivery stream as the pages show it: its undelivered records, their age, its counts."""

    name: str
    status: str
    bucket: str
    buffered_records: int
    buffered_bytes: int
    oldest_seconds: float | None
    objects_delivered: int
    records_delivered: int
    records_lost: int
    failed_attempts: int
    last_error: str | None


@dataclass(frozen=True, kw_only=True)
class ObjectState:
    """An object of a bucket as the pages show it."""

    bucket: str
    key: str
    size_bytes: int
    modified: datetime


@dataclass(frozen=True, kw_only=True)
class BucketState:
    """A bucket as the pages show it, with its newest objects first."""

    name: str
    objects: int
    size_bytes: int
    newest: tuple[ObjectState, ...]


@dataclass(frozen=True, kw_only=True)
class SubscriptionState:
    """A subscription of a topic as the pages show it, and whether it is confirmed."""

    arn: str
    protocol: str
    endpoint: str
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class TopicState:
    """An SNS topic as the pages show it."""

    name: str
    arn: str
    subscriptions: tuple[SubscriptionState, ...]


@dataclass(frozen=True, kw_only=True)
class TableState:
    """A DynamoDB table as the pages show it."""

    name: str
    items: int


@dataclass(frozen=True, kw_only=True)
class TickState:
    """An event that a function handled, scheduled or other, and its result."""

    function: str
    request: str
    tick: datetime | None
    ended: datetime
    attempts: int
    status: str
    duration_ms: float
    error: str
    message: str


@dataclass(frozen=True, kw_only=True)
class PipelineState:
    """The resources of one deployed pipeline, and the bucket that its stream delivers to."""

    stack: str
    status: str
    changed: datetime
    rules: tuple[RuleState, ...]
    functions: tuple[FunctionState, ...]
    streams: tuple[StreamState, ...]
    buckets: tuple[BucketState, ...]
    topics: tuple[TopicState, ...]
    tables: tuple[TableState, ...]
    ticks: tuple[TickState, ...]

    @property
    def fired(self) -> tuple[FunctionState, ...]:
        """The functions that a rule invokes."""
        targets = {arn for rule in self.rules for arn in rule.targets}
        return tuple(function for function in self.functions if function.arn in targets)

    @property
    def others(self) -> tuple[FunctionState, ...]:
        """The functions that no rule invokes."""
        fired = self.fired
        return tuple(function for function in self.functions if function not in fired)

    @property
    def concerns(self) -> tuple[str, ...]:
        """Problems, in sentences without a final stop; empty if there are none."""
        return tuple(_concerns(self))


@dataclass(frozen=True, kw_only=True)
class Overview:
    """All deployed stacks, the pipelines among them, and the one that the page shows."""

    stacks: tuple[DeployedStack, ...]
    pipelines: tuple[str, ...]
    shown: PipelineState | None


@dataclass(frozen=True, kw_only=True)
class BucketAccess:
    """The operations that each caller may perform on one bucket."""

    bucket: str
    rows: tuple[AccessRow, ...]


@dataclass(frozen=True, kw_only=True)
class Access:
    """Access to the buckets of a pipeline, and the permissions that its roles used."""

    enforced: bool
    pipelines: tuple[str, ...]
    stack: str | None
    buckets: tuple[BucketAccess, ...]
    roles: tuple[RoleReport, ...]


def ticks_of(attempts: Iterable[EventAttempt]) -> tuple[TickState, ...]:
    """The last requests, newest first, each with its last attempt."""
    newest_first = sorted(attempts, key=lambda attempt: attempt.ended, reverse=True)
    last: dict[tuple[str, str], EventAttempt] = {}
    for attempt in newest_first:
        last.setdefault((attempt.function, attempt.request), attempt)
    return tuple(_tick(attempt) for attempt in list(last.values())[:TICKS_SHOWN])


def _tick(attempt: EventAttempt) -> TickState:
    return TickState(
        function=attempt.function,
        request=attempt.request,
        tick=attempt.tick,
        ended=attempt.ended,
        attempts=attempt.number,
        status=attempt.status,
        duration_ms=attempt.duration_ms,
        error=attempt.error,
        message=attempt.message,
    )


def _concerns(state: PipelineState) -> Iterator[str]:
    if not state.status.endswith("_COMPLETE") or "ROLLBACK" in state.status:
        yield f"stack {state.stack} is {state.status}"
    for rule in state.rules:
        if not rule.enabled:
            yield f"rule {rule.name} is off: it invokes nothing"
    for function in state.functions:
        yield from _concerns_of_function(function)
    for stream in state.streams:
        if stream.failed_attempts:
            yield f"{stream.name} cannot deliver, and retries: {stream.last_error}"
        if stream.records_lost:
            yield f"{stream.name} has lost {stream.records_lost} records"
    for topic in state.topics:
        waiting = [entry.endpoint for entry in topic.subscriptions if not entry.confirmed]
        if waiting:
            yield f"{topic.name} sends nothing to {', '.join(waiting)}: not confirmed"


def _concerns_of_function(function: FunctionState) -> Iterator[str]:
    if function.reserved == 0:
        yield f"{function.name} may not run: its reserved concurrency is 0"
    if function.last is not None and function.last.status != SUCCESS:
        error = function.last.error or function.last.status
        yield f"the last attempt of {function.name} failed: {error}"
