"""Faults of calls to AWS, by service and operation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, ClassVar

from wavetank.core.field_values import FieldError
from wavetank.core.suggestions import one_of, shown
from wavetank.faults.capabilities import Capability
from wavetank.faults.choices import Choose, choose_from
from wavetank.faults.fault import (
    MILLISECOND,
    CountedFault,
    StreamFault,
    names,
)
from wavetank.faults.references import Resource
from wavetank.faults.targets import TICKER_TARGETS, FaultTarget, FaultTargets

OPERATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "dynamodb": (
            "BatchExecuteStatement",
            "BatchGetItem",
            "BatchWriteItem",
            "DeleteItem",
            "DescribeTable",
            "ExecuteStatement",
            "ExecuteTransaction",
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "TransactGetItems",
            "TransactWriteItems",
            "UpdateItem",
        ),
        "firehose": ("DescribeDeliveryStream", "PutRecord", "PutRecordBatch"),
        "s3": ("DeleteObject", "GetObject", "HeadObject", "ListObjectsV2", "PutObject"),
        "sns": ("Publish", "PublishBatch"),
    }
)
"""The calls of these services that a fault can hit, by the name of the service in the SDK."""
OTHER_CALL = re.compile(r"([a-z][a-z0-9-]*):[A-Z][A-Za-z0-9]*")
"""A call of any other service. Whether it exists is known from the SDK's models only."""
CALLS = tuple(f"{service}:{name}" for service, names in OPERATIONS.items() for name in names)
CODE = re.compile(r"[A-Z][A-Za-z0-9.]{0,99}")
ENTRIES_MAX = 500
"""The limit of PutRecordBatch. [Amazon Data Firehose API: PutRecordBatch]"""
THROTTLED = "Throttling"
"""How SNS refuses a request for too many of them. [Amazon SNS API: CommonErrors]"""
PUBLISH = "sns:Publish"
PUT_OBJECT = "s3:PutObject"
RECORDS_PER_TICK = 20
CODES = tuple(dict.fromkeys(code for _, code in TICKER_TARGETS.errors))
BATCH_CODES = ("ServiceUnavailableException", "InternalFailure")
STATUS_OF_SERVER_ERROR: Mapping[str, int] = MappingProxyType(
    {
        "InternalError": 500,
        "InternalFailure": 500,
        "InternalServerError": 500,
        "ServiceUnavailable": 503,
        "ServiceUnavailableException": 500,
        "SlowDown": 503,
    }
)
"""[DynamoDB, Firehose and SNS API references: errors; S3: ErrorResponses]"""
CLIENT_ERROR = 400


def status_of(code: str) -> int:
    """The HTTP status with which a service answers the error code."""
    return STATUS_OF_SERVER_ERROR.get(code, CLIENT_ERROR)


@dataclass(frozen=True, kw_only=True)
class CallFault(CountedFault):
    """Base of faults that hit calls of one AWS operation, such as `dynamodb:Scan`.

    The caller may be any.
    """

    needs: ClassVar[Capability] = Capability.API_CALLS

    call: str = field(metadata=names(Resource.CALL))

    def __post_init__(self) -> None:
        super().__post_init__()
        other = OTHER_CALL.fullmatch(self.call)
        if self.call not in CALLS and (other is None or other[1] in OPERATIONS):
            expected = "`call` to be SERVICE:Operation of the SDK, or one of"
            raise FieldError("call", *one_of(expected, self.call, CALLS))

    @classmethod
    def targets_in(cls, targets: FaultTargets) -> tuple[FaultTarget, ...]:
        return targets.of_calls()

    @property
    def service(self) -> str:
        """The name of the service in the SDK."""
        return self.call.partition(":")[0]

    @property
    def target(self) -> str:
        return f"the outcome of {self.call}"


@dataclass(frozen=True, kw_only=True)
class ApiError(CallFault):
    """The call fails with `code` and has no effect. SDK, handler and Lambda retry it as usual."""

    kind: ClassVar[str] = "api-error"
    title: ClassVar[str] = "A call to AWS fails"
    finds: ClassVar[str] = "an error is swallowed, or not retried"

    call: str = field(default="dynamodb:Scan", metadata=names(Resource.CALL))
    code: str = field(default="ThrottlingException", metadata=names(Resource.CODE))

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_code(self.code)

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        return super().generate(choose, named) | {"code": choose_from(choose, named.codes)}


@dataclass(frozen=True, kw_only=True)
class ApiLatency(CallFault):
    """The call `takes` that much longer. A caller whose read timeout is shorter gives up before."""

    kind: ClassVar[str] = "api-latency"
    title: ClassVar[str] = "A call to AWS is slow"
    finds: ClassVar[str] = "the function's timeout is shorter than its calls with their retries"

    call: str = field(default="firehose:PutRecordBatch", metadata=names(Resource.CALL))
    takes: timedelta = timedelta(seconds=3)

    @property
    def target(self) -> str:
        return f"the latency of {self.call}"

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        takes = choose(1, 300) * 100 * MILLISECOND
        return super().generate(choose, named) | {"takes": takes}


@dataclass(frozen=True, kw_only=True)
class LostReply(CallFault):
    """The call takes effect, and its connection breaks before the caller has the response."""

    kind: ClassVar[str] = "lost-reply"
    title: ClassVar[str] = "A response is lost"
    finds: ClassVar[str] = "a call that took effect is made again"
    needs: ClassVar[Capability] = Capability.API_REPLIES

    call: str = field(default="firehose:PutRecordBatch", metadata=names(Resource.CALL))


@dataclass(frozen=True, kw_only=True)
class PartialBatchFailure(StreamFault, CountedFault):
    """Of a PutRecordBatch, Firehose refuses the records at `entries`, counted from zero.

    A batch that ends before the first of them is neither hit nor counted.
    """

    kind: ClassVar[str] = "partial-batch-failure"
    title: ClassVar[str] = "Firehose refuses records of a batch"
    finds: ClassVar[str] = "FailedPutCount is ignored, so records are lost"

    entries: tuple[int, ...] = (0, 7)
    code: str = field(default="ServiceUnavailableException", metadata=names(Resource.CODE))

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_code(self.code)
        in_order = list(self.entries) == sorted(set(self.entries))
        in_batch = all(0 <= entry < ENTRIES_MAX for entry in self.entries)
        if not (self.entries and in_order and in_batch):
            expected = f"`entries` to be positions from 0 to {ENTRIES_MAX - 1}, ascending"
            raise FieldError("entries", expected, shown(list(self.entries)), "correct them")

    @property
    def target(self) -> str:
        return "the outcome of firehose:PutRecordBatch"

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        values = super().generate(choose, named)
        # Small numbers more often: a short batch has no others, and the fault would hit nothing.
        last = choose(0, RECORDS_PER_TICK - 1)
        entries = {choose(0, last) for _ in range(choose(1, 4))}
        code = choose_from(choose, BATCH_CODES)
        return values | {"entries": tuple(sorted(entries)), "code": code}


def _check_code(code: str) -> None:
    if not CODE.fullmatch(code):
        expected = "`code` to be an error code as AWS writes it, such as ThrottlingException"
        raise FieldError("code", expected, shown(code), "look it up in the API reference")
