"""A stack that knows what it created, its failure policy, and the state to roll back to.

[LocalStack 4.14: services/cloudformation/v2/entities.py]
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localstack.aws.api.cloudformation import ResourceStatus
from localstack.services.cloudformation.v2.entities import Stack

from wavetank.emulator.cloudformation.ownership import OwnedResource, ResourceLedger

REVIEW = "REVIEW_IN_PROGRESS"
DELETED = "DELETE_COMPLETE"
NOT_SHOWN = frozenset({"DELETE_COMPLETE", "DELETE_SKIPPED"})
DEPLOYED_STATE = (
    "capabilities",
    "change_set_id",
    "description",
    "imports",
    "processed_template",
    "resolved_exports",
    "resolved_outputs",
    "resolved_parameters",
    "resolved_resources",
    "tags",
    "template",
    "template_body",
)
"""Attributes of a stack that an operation changes and its rollback restores."""


@dataclass(frozen=True, kw_only=True)
class FailurePolicy:
    """What a stack operation does when a resource fails, by default a rollback.

    [CloudFormation API reference: CreateStack, UpdateStack, CreateChangeSet, ExecuteChangeSet]
    """

    on_failure: str = "ROLLBACK"
    retain_except_on_create: bool = False

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> "FailurePolicy":
        """The policy that a request of the API specifies."""
        on_failure = request.get("OnFailure") or request.get("OnStackFailure") or "ROLLBACK"
        if request.get("DisableRollback"):
            on_failure = "DO_NOTHING"
        return cls(
            on_failure=on_failure,
            retain_except_on_create=bool(request.get("RetainExceptOnCreate")),
        )


@dataclass(kw_only=True)
class FailedOperation:
    """A failed stack operation that is not rolled back yet.

    `former` is the stack's deployed state before it, and `former_resources` what it had created
    then; `resources` are those that exist now.
    """

    is_creation: bool
    former: Mapping[str, Any]
    former_resources: tuple[OwnedResource, ...] = ()
    resources: dict[str, Any] = field(default_factory=dict)
    policy: FailurePolicy = field(default_factory=FailurePolicy)


class ManagedStack(Stack):
    """LocalStack's stack with a record of the resources that it created.

    `imports` are the names of the exports that its template imports; `has_new_tags` says that the
    update in preparation changes the stack's tags.
    """

    def __init__(
        self, account_id: str, region_name: str, request_payload: Any, **kwargs: Any
    ) -> None:
        super().__init__(account_id, region_name, request_payload, **kwargs)
        self.ledger = ResourceLedger()
        self.failure_policy = FailurePolicy.of(request_payload)
        self.failed_operation: FailedOperation | None = None
        self.former_tags: list[Any] | None = None
        self.former_status = ""
        self.has_new_tags = False
        self.imports: frozenset[str] = frozenset()

    @property
    def is_deployed(self) -> bool:
        """Whether the stack was created, whatever happened to it since."""
        return self.status not in {REVIEW, DELETED} and bool(self.events)

    def deployed_state(self) -> dict[str, Any]:
        """The argument for `restore`."""
        return {name: getattr(self, name) for name in DEPLOYED_STATE}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the deployed state; resources are not touched."""
        for name, value in state.items():
            setattr(self, name, value)

    def set_stack_status(self, status: Any, reason: Any = None) -> None:
        """Set the status and record its event.

        A change set for a deployed stack does not change its status; LocalStack would show a stack
        that was rolled back as one that is under review.
        """
        if status == REVIEW and self.is_deployed:
            return
        if not self.status.endswith("_IN_PROGRESS"):
            self.former_status = str(self.status)
            self.status_reason = None
        super().set_stack_status(status, reason)

    def report(
        self,
        logical_id: str,
        resource_type: str,
        physical_id: str | None,
        status: str,
        reason: str | None = None,
    ) -> None:
        """Set the status of the resource and record its event."""
        shown = self.resource_states.get(logical_id, {}).get("PhysicalResourceId")
        if shown and physical_id and shown != physical_id and status.startswith("DELETE_"):
            # The resource was replaced: the stack shows its replacement.
            known = ResourceStatus(status)
            self._store_event(logical_id, resource_type, physical_id, known, reason or "")
            return
        self.resource_states.setdefault(logical_id, {})
        self.set_resource_status(
            logical_resource_id=logical_id,
            physical_resource_id=physical_id,
            resource_type=resource_type,
            status=ResourceStatus(status),
            resource_status_reason=reason,
        )
        if status in NOT_SHOWN:
            self.resource_states.pop(logical_id, None)
