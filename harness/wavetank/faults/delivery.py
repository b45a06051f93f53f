"""Faults behind the functions: Firehose to S3, the topic to its subscribers, and permissions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from wavetank.core.field_values import FieldError
from wavetank.core.suggestions import shown
from wavetank.faults.calls import PUBLISH
from wavetank.faults.capabilities import Capability
from wavetank.faults.changes import PolicyChange, SubscriptionChange
from wavetank.faults.fault import (
    CountedFault,
    StateFault,
    StreamFault,
    check_resource_name,
    names,
)
from wavetank.faults.references import Resource, RoleOwner, RoleReference
from wavetank.faults.targets import FaultTarget, FaultTargets

if TYPE_CHECKING:
    from wavetank.faults.resources import Resources

ACTION = re.compile(r"[a-z0-9-]{1,50}:[A-Za-z0-9*]{1,80}")


@dataclass(frozen=True, kw_only=True)
class S3Outage(StreamFault):
    """S3 refuses what Firehose delivers. Records stay in the stream, which retries for 24 hours."""

    kind: ClassVar[str] = "s3-outage"
    title: ClassVar[str] = "S3 refuses Firehose's objects"
    finds: ClassVar[str] = "readers of the objects expect them at once"

    @property
    def target(self) -> str:
        return "deliveries to S3"


@dataclass(frozen=True, kw_only=True)
class DuplicateDelivery(StreamFault, CountedFault):
    """Firehose writes the same records twice, as two objects."""

    kind: ClassVar[str] = "duplicate-delivery"
    title: ClassVar[str] = "Firehose delivers twice"
    finds: ClassVar[str] = "readers of the objects count records twice"

    @property
    def target(self) -> str:
        return "deliveries to S3"


@dataclass(frozen=True, kw_only=True)
class ThrottledTopic(CountedFault):
    """SNS refuses to publish: too many requests."""

    kind: ClassVar[str] = "throttled-topic"
    title: ClassVar[str] = "SNS throttles the topic"
    finds: ClassVar[str] = "a refused alert is not tried again"
    needs: ClassVar[Capability] = Capability.API_CALLS
    requires: ClassVar[frozenset[Resource]] = frozenset({Resource.TOPIC})

    @property
    def target(self) -> str:
        return f"the outcome of {PUBLISH}"


@dataclass(frozen=True, kw_only=True)
class UnconfirmedAddress(StateFault):
    """The topic's `subscription`-th address, counted from one, has not confirmed: it gets no alert.

    On AWS only the reader of the address could confirm it again, so it is not supported there.
    """

    kind: ClassVar[str] = "unconfirmed-address"
    title: ClassVar[str] = "An address is not confirmed"
    finds: ClassVar[str] = "a topic whose only confirmed address it was"
    needs: ClassVar[Capability] = Capability.SUBSCRIPTIONS

    subscription: int = field(default=1, metadata=names(Resource.SUBSCRIPTION))

    @property
    def target(self) -> str:
        return f"subscription {self.subscription}"

    def changes(self, name: str, resources: "Resources") -> Iterator[SubscriptionChange]:  # noqa: ARG002 - a confirmation has no name
        for found in resources.confirmed_subscriptions(self.subscription):
            yield SubscriptionChange(arn=found.arn, address=found.address)


@dataclass(frozen=True, kw_only=True)
class PermissionRemoved(StateFault):
    """The role of `owner` is denied `action` by an additional policy.

    An explicit denial overrides whatever the others allow. [IAM user guide,
    reference_policies_evaluation-logic]
    """

    kind: ClassVar[str] = "permission-removed"
    title: ClassVar[str] = "A permission is missing"
    finds: ClassVar[str] = "a failure reaches no one; a dead-letter queue gets nothing"
    needs: ClassVar[Capability] = Capability.ROLES

    owner: RoleReference = field(default=RoleOwner.RULE_TARGET, metadata=names(Resource.ROLE))
    action: str = field(default="firehose:PutRecordBatch", metadata=names(Resource.ACTION))

    def __post_init__(self) -> None:
        super().__post_init__()
        check_resource_name("owner", self.owner)
        if not ACTION.fullmatch(self.action):
            expected = "`action` as a policy has it, such as firehose:PutRecordBatch"
            raise FieldError("action", expected, shown(self.action), "copy it from the template")

    @property
    def target(self) -> str:
        return f"{self.action} of the {self.owner}"

    @classmethod
    def targets_in(cls, targets: FaultTargets) -> tuple[FaultTarget, ...]:
        return targets.of_permissions()

    def changes(self, name: str, resources: "Resources") -> Iterator[PolicyChange]:
        for role in resources.roles(self.owner):
            yield PolicyChange(role=role, policy=f"wavetank-{name}", action=self.action)
