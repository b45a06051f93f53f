"""Decides how a matched fault affects a call, a batch, a delivery or an event, on every engine."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from wavetank.core.http_types import Refused
from wavetank.core.resource_name import bare_name, resource_name
from wavetank.faults.calls import (
    PUBLISH,
    PUT_OBJECT,
    THROTTLED,
    ApiError,
    ApiLatency,
    PartialBatchFailure,
    status_of,
)
from wavetank.faults.delivery import DuplicateDelivery, S3Outage, ThrottledTopic
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.pushed_events import DuplicateEvent, LateEvent

MESSAGE = "injected by wavetank"
UNAVAILABLE = "ServiceUnavailable"
"""How S3 answers in an outage. [Amazon S3 API: ErrorResponses]"""


def check_refused(matcher: FaultMatcher, call: str) -> None:
    """Let a call through, or refuse it as the service would.

    Raises:
        Refused: a fault hits it.
    """
    # both are matched, in this order, since each match counts the call
    throttled = matcher.match(ThrottledTopic, call) if call == PUBLISH else None
    error = matcher.match(ApiError, call, lambda fault: fault.call == call)
    code = THROTTLED if throttled else error.code if error else None
    if code is not None:
        raise Refused(code, MESSAGE, status_of(code))


def latency(matcher: FaultMatcher, call: str, what: str) -> timedelta:
    """How much longer the call takes."""
    slow = matcher.match(ApiLatency, what, lambda fault: fault.call == call)
    return slow.takes if slow else timedelta()


def refused_entries(matcher: FaultMatcher, stream: str, count: int) -> Mapping[int, str]:
    """The entries of a PutRecordBatch of `count` records that are refused, with their codes."""
    what = f"a batch of {count} to {stream}"
    fault = matcher.match(
        PartialBatchFailure, what, lambda f: f.is_of(stream) and min(f.entries) < count
    )
    if fault is None:
        return {}
    return {entry: fault.code for entry in fault.entries if entry < count}


def delivery_refusal(matcher: FaultMatcher, stream: str) -> str | None:
    """The error code with which S3 refuses an object of the stream; None if it takes it."""
    what = _delivery(stream)
    if matcher.match(S3Outage, what, lambda fault: fault.is_of(stream)) is not None:
        return UNAVAILABLE
    error = matcher.match(ApiError, what, lambda fault: fault.call == PUT_OBJECT)
    return error.code if error else None


def delivery_copies(matcher: FaultMatcher, stream: str) -> int:
    """How often Firehose writes a batch of the stream: once, or twice."""
    what = _delivery(stream)
    twice = matcher.match(DuplicateDelivery, what, lambda fault: fault.is_of(stream))
    return 1 if twice is None else 2


def event_delays(matcher: FaultMatcher, arn: str, ids: Sequence[str]) -> Iterator[timedelta]:
    """How much later an event of the ARN arrives: more than once if a fault repeats it.

    Without an ARN it is a call of Lambda's API, which no fault hits.
    """
    if not arn:
        yield timedelta()
        return
    name = bare_name(arn)
    what = f"{', '.join(ids)} of {resource_name(arn)}"
    # always in this order: each match counts the event, which decides later matches
    late = matcher.match(LateEvent, what, lambda fault: fault.is_of(name))
    delay = timedelta() if late is None else late.delay
    yield delay
    if twice := matcher.match(DuplicateEvent, what, lambda fault: fault.is_of(name)):
        yield from (delay + number * twice.gap for number in range(1, twice.copies + 1))


def _delivery(stream: str) -> str:
    return f"a delivery of {stream}"
