"""Calls to AWS that do not go as the caller hopes, by service and operation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import ClassVar

from wavetank.core.suggestions import one_of, shown
from wavetank.faults.fault import CountedFault, FaultError

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
"""What a function of such a pipeline may call while it works, by the service's name in the SDK."""
CALLS = tuple(f"{service}:{name}" for service, names in OPERATIONS.items() for name in names)
CODE = re.compile(r"[A-Z][A-Za-z0-9.]{0,99}")
ENTRIES_MAX = 500
"""AWS's limit of PutRecordBatch."""


@dataclass(frozen=True, kw_only=True)
class CallFault(CountedFault):
    """Strikes one operation, written as in a policy, such as `dynamodb:Scan`, whoever calls it."""

    call: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.call not in CALLS:
            raise FaultError("call", *one_of("`call` to be one of", self.call, CALLS))

    @property
    def service(self) -> str:
        """As the SDK names it."""
        return self.call.partition(":")[0]

    @property
    def operation(self) -> str:
        """As AWS's API reference names it."""
        return self.call.partition(":")[2]

    @property
    def target(self) -> str:
        return f"the outcome of {self.call}"


@dataclass(frozen=True, kw_only=True)
class ApiError(CallFault):
    """The call is refused with `code`, and has no effect."""

    kind: ClassVar[str] = "api-error"

    call: str = "dynamodb:Scan"
    code: str = "ThrottlingException"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_code(self.code)


@dataclass(frozen=True, kw_only=True)
class ApiLatency(CallFault):
    """The call `takes` so much longer; whether the caller waits as long is the caller's matter."""

    kind: ClassVar[str] = "api-latency"

    call: str = "firehose:PutRecordBatch"
    takes: timedelta = timedelta(seconds=3)

    @property
    def target(self) -> str:
        return f"the latency of {self.call}"


@dataclass(frozen=True, kw_only=True)
class LostReply(CallFault):
    """The call takes effect and the caller never hears so: its connection breaks."""

    kind: ClassVar[str] = "lost-reply"

    call: str = "firehose:PutRecordBatch"


@dataclass(frozen=True, kw_only=True)
class PartialBatchFailure(CountedFault):
    """Of a PutRecordBatch, Firehose refuses the records at `entries`, counted from nought."""

    kind: ClassVar[str] = "partial-batch-failure"

    entries: tuple[int, ...] = (0, 7)
    code: str = "ServiceUnavailableException"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_code(self.code)
        in_order = list(self.entries) == sorted(set(self.entries))
        in_batch = all(0 <= entry < ENTRIES_MAX for entry in self.entries)
        if not (self.entries and in_order and in_batch):
            expected = f"`entries` to be positions from 0 to {ENTRIES_MAX - 1}, ascending"
            raise FaultError("entries", expected, shown(list(self.entries)), "correct them")

    @property
    def target(self) -> str:
        return "the outcome of firehose:PutRecordBatch"


def _check_code(code: str) -> None:
    if not CODE.fullmatch(code):
        expected = "`code` to be an error code as AWS writes them, such as ThrottlingException"
        raise FaultError("code", expected, shown(code), "look it up in the API reference")
