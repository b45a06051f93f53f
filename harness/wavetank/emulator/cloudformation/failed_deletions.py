"""Deletions that LocalStack reports as done and did not do.

Where a resource cannot be deleted LocalStack calls its stack deleted all the same, and does not say
what stood in the way. Here such a stack is DELETE_FAILED, its resource has the service's own
reason, and it can be deleted again.
[LocalStack 4.14: services/cloudformation/v2/provider.py, delete_stack; resource_provider.py]
"""

from typing import Any

from localstack.services.cloudformation.deployment_utils import check_not_found_exception
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)
from localstack.services.cloudformation.v2.entities import Stack

DELETED = "DELETE_COMPLETE"
FAILED = "DELETE_FAILED"


def fail_with_what_is_left() -> None:
    """A stack that still has a resource which it could not delete has failed."""
    stacks: Any = Stack
    stock = stacks.set_stack_status

    def set_status(stack: Any, status: Any, reason: Any = None) -> None:
        states = stack.resource_states.items()
        failed = [name for name, state in states if state["ResourceStatus"] == FAILED]
        if status == DELETED and failed:
            reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
            status = FAILED
        stock(stack, status, reason)

    stacks.set_stack_status = set_status


def with_reason_of_failed_deletion(provider: ResourceProvider[Any]) -> ResourceProvider[Any]:
    """The provider, whose failed deletion says what the service said.

    What is gone, or was never made since its stack failed before, is deleted.
    """
    stock = provider.delete

    def delete(request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        try:
            return stock(request)
        except Exception as error:  # noqa: BLE001 - whatever a provider raises is its reason
            never_made = isinstance(error, KeyError)  # what was made has what it is called by
            if never_made or check_not_found_exception(
                error, request.resource_type, request.desired_state
            ):
                return ProgressEvent(OperationStatus.SUCCESS, resource_model={})
            return ProgressEvent(
                OperationStatus.FAILED,
                resource_model=request.desired_state,
                message=str(error),
                custom_context={"exception": error},
            )

    provider.delete = delete  # type: ignore[method-assign]  # one object, for one deployment
    return provider
