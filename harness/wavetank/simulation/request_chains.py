"""Chains of requests: what caused each invocation, and the recursive loops among them.

Lambda stops a function that was invoked about 16 times in one chain, here exactly 16 times, through
S3, SNS, SQS or Lambda itself, unless its RecursiveLoop is Allow; it does not see loops through
other services, such as EventBridge or streams. A run ends at every loop with its name, after 256
invocations where Lambda lets it go on. Only a queue's message comes back without an invocation
instead, as on AWS, until it is in the dead-letter queue or expires.
[Lambda developer guide: invocation-recursion]
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wavetank.core.errors import UsageError
from wavetank.core.resource_name import resource_name, service_of

DETECTED = frozenset({"lambda", "s3", "sns", "sqs"})
"""Services whose loops Lambda detects."""
INVOCATIONS_MAX = 16
"""Of one function in one chain."""
UNDETECTED_MAX = 256
"""The same for a loop that AWS lets run."""


@dataclass(frozen=True)
class InvocationCause:
    """A function that `source` invoked, and what caused that; `source` is an ARN, or empty.

    `counts` has how often each function was invoked in the chain, of the events of a batch in the
    chain in which it was invoked most. `before` is the last invocation of the chain in which this
    function was.
    """

    function: str
    source: str
    before: "InvocationCause | None" = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How often this function was invoked in the chain."""
        return self.counts[self.function]

    def chain(self) -> "list[InvocationCause]":
        """From this cause back to the first one."""
        found: list[InvocationCause] = []
        cause: InvocationCause | None = self
        while cause is not None:
            found.append(cause)
            cause = cause.before
        return found


def invocation_cause(
    function: str, source: str, causes: Iterable[InvocationCause]
) -> InvocationCause:
    """The cause of an invocation by events that these causes have sent."""
    known = list(causes)
    counts = Counter[str]()
    for cause in known:
        counts |= Counter(cause.counts)
    counts[function] += 1
    before = max(known, key=lambda cause: cause.counts.get(function, 0), default=None)
    return InvocationCause(function, source, before, counts)


@dataclass(frozen=True)
class RecursiveLoop:
    """A loop that does not go on: `path` names its triggers and functions, in the order of events.

    `is_stopped` is whether Lambda stops it; AWS lets another one run.
    """

    path: str
    invocations: int
    is_stopped: bool

    def __str__(self) -> str:
        return f"a recursive loop: {self.path}, {self.invocations} times for one event"


def recursive_loop(cause: InvocationCause, *, is_allowed: bool) -> RecursiveLoop | None:
    """The loop that the invocation would continue beyond its limit, if it is one.

    `is_allowed` is whether the function's RecursiveLoop is Allow.
    """
    if cause.count <= INVOCATIONS_MAX:
        return None
    loop = _loop(cause)
    is_detected = all(service_of(each.source) in DETECTED for each in loop if each.source)
    is_stopped = is_detected and not is_allowed
    limit = INVOCATIONS_MAX if is_stopped else UNDETECTED_MAX
    if cause.count <= limit:
        return None
    parts = [
        resource_name(arn) for each in reversed(loop) for arn in (each.source, each.function) if arn
    ]
    return RecursiveLoop(" -> ".join([*parts, parts[0]]), limit, is_stopped)


def refuse_recursive_loop(cause: InvocationCause, *, is_allowed: bool) -> None:
    """Check that the invocation does not continue a recursive loop beyond its limit.

    Raises:
        UsageError: it does.
    """
    loop = recursive_loop(cause, is_allowed=is_allowed)
    if loop is not None:
        raise UsageError(
            "events whose effects end",
            str(loop),
            "write to another resource, or filter the events so that the function's own are left "
            "out",
        )


def stream_event(stream: str, number: int) -> str:
    """The name in `RequestChains` of a stream's record, which no other stream's record has."""
    return f"{stream} {number}"


class RequestChains:
    """What caused each event that waits in a source, such as a message of a queue."""

    def __init__(self) -> None:
        self._causes: dict[str, InvocationCause] = {}
        self._readers = Counter[str]()

    def sent(self, event: str, cause: InvocationCause, readers: int = 1) -> None:
        """The invocation has sent the event, which so many mappings process.

        A message that moves to another queue, such as a dead-letter queue, keeps its first cause.
        """
        if event not in self._causes:
            self._causes[event], self._readers[event] = cause, readers

    def causes(self, events: Iterable[str]) -> list[InvocationCause]:
        """What sent these events, of those that an invocation has sent."""
        return [self._causes[event] for event in events if event in self._causes]

    def forget(self, events: Iterable[str]) -> None:
        """A mapping has processed the events; they are forgotten after the last that does."""
        for event in events:
            self._readers[event] -= 1
            if self._readers[event] <= 0:
                del self._readers[event]
                self._causes.pop(event, None)


def _loop(cause: InvocationCause) -> list[InvocationCause]:
    """This invocation, and those after the same function's last one."""
    first, *earlier = cause.chain()
    found = [first]
    for each in earlier:
        if each.function == first.function:
            break
        found.append(each)
    return found
