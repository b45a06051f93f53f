"""Behind the functions: Firehose to S3, the topic to people, and the rights that both rest on."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from wavetank.core.suggestions import shown
from wavetank.faults.fault import CountedFault, Fault, FaultError

ACTION = re.compile(r"[a-z0-9-]{1,50}:[A-Za-z0-9*]{1,80}")


class RoleOwner(StrEnum):
    """Whose role it is, by its part in the pipeline."""

    RULE_TARGET = "rule-target"
    FAILURE_DESTINATION = "failure-destination"
    DELIVERY_STREAM = "delivery-stream"


@dataclass(frozen=True, kw_only=True)
class S3Outage(Fault):
    """S3 takes nothing from Firehose, which keeps trying."""

    kind: ClassVar[str] = "s3-outage"

    @property
    def target(self) -> str:
        return "deliveries to S3"


@dataclass(frozen=True, kw_only=True)
class DuplicateDelivery(CountedFault):
    """Firehose writes the same records twice, as two objects."""

    kind: ClassVar[str] = "duplicate-delivery"

    @property
    def target(self) -> str:
        return "deliveries to S3"


@dataclass(frozen=True, kw_only=True)
class ThrottledTopic(CountedFault):
    """SNS refuses to publish: too many requests."""

    kind: ClassVar[str] = "throttled-topic"

    @property
    def target(self) -> str:
        return "the outcome of sns:Publish"


@dataclass(frozen=True, kw_only=True)
class UnconfirmedAddress(Fault):
    """The topic's `subscription`-th address, counted from one, is unconfirmed."""

    kind: ClassVar[str] = "unconfirmed-address"

    subscription: int = 1

    @property
    def target(self) -> str:
        return f"subscription {self.subscription}"


@dataclass(frozen=True, kw_only=True)
class PermissionRemoved(Fault):
    """`action`, written as in a policy, is taken from the role of its `owner` and given back."""

    kind: ClassVar[str] = "permission-removed"

    owner: RoleOwner = RoleOwner.RULE_TARGET
    action: str = "firehose:PutRecordBatch"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not ACTION.fullmatch(self.action):
            expected = "`action` as a policy has it, such as firehose:PutRecordBatch"
            raise FaultError("action", expected, shown(self.action), "copy it from the template")

    @property
    def target(self) -> str:
        return f"{self.action} of the {self.owner}"
