"""What caused an invocation, back to the first event; and endless loops among them.

Lambda stops a function that one event has invoked about 16 times through S3, SNS, SQS or Lambda
itself, unless its RecursiveLoop is Allow; it does not see loops through EventBridge.
[Lambda developer guide, invocation-recursion]
"""

from dataclasses import dataclass

from wavetank.core.errors import UsageError

DETECTED = frozenset({"lambda", "s3", "sns", "sqs"})
"""Services whose loops Lambda detects."""
INVOCATIONS_MAX = 16
"""Of one function, caused by one event."""
UNDETECTED_MAX = 256
"""The same for a loop that AWS lets run."""
KINDS = {
    "events": "rule",
    "kinesis": "stream",
    "lambda": "function",
    "logs": "log group",
    "s3": "bucket",
    "sns": "topic",
    "sqs": "queue",
}


@dataclass(frozen=True)
class InvocationCause:
    """A function that `source` invoked, and what caused that; `source` is an ARN, or empty."""

    function: str
    source: str
    before: "InvocationCause | None"

    def count(self) -> int:
        """How often the same event invoked this function."""
        return sum(each.function == self.function for each in self.chain())

    def chain(self) -> "list[InvocationCause]":
        """From this cause back to the first one."""
        found: list[InvocationCause] = []
        cause: InvocationCause | None = self
        while cause is not None:
            found.append(cause)
            cause = cause.before
        return found


def refuse_endless_loop(cause: InvocationCause, *, is_allowed: bool) -> None:
    """Check that the invocation is not one of an endless loop.

    Raises:
        UsageError: one event has invoked the function more often than Lambda allows, or, if
            `is_allowed`, or by a service whose loops Lambda does not detect, 256 times.
    """
    loop = _loop(cause)
    detected = all(_service(each.source) in DETECTED for each in loop if each.source)
    limit = INVOCATIONS_MAX if detected and not is_allowed else UNDETECTED_MAX
    if cause.count() <= limit:
        return
    parts = [_name(arn) for each in reversed(loop) for arn in (each.source, each.function) if arn]
    raise UsageError(
        "events whose effects end",
        f"an endless loop: {' -> '.join([*parts, parts[0]])}, {limit} times for one event",
        "write to another resource, or filter the events so that the function's own are left out",
    )


def _loop(cause: InvocationCause) -> list[InvocationCause]:
    """This invocation, and those after the same function's last one."""
    first, *earlier = cause.chain()
    found = [first]
    for each in earlier:
        if each.function == first.function:
            break
        found.append(each)
    return found


def _service(arn: str) -> str:
    return arn.split(":")[2]


def _name(arn: str) -> str:
    """What the ARN names, such as `bucket uploads`."""
    last = arn.rpartition(":")[2].rpartition("/")[2]
    return f"{KINDS.get(_service(arn), _service(arn))} {last}"
