"""LocalStack's CloudFormation API with Wavetank's stacks and stack operations.

LocalStack's handlers check a request and prepare its change set; `execution` does what they would
then do in a thread of their own. A list of stacks omits the deleted ones, as on AWS.

Selected with `PROVIDER_OVERRIDE_CLOUDFORMATION=wavetank`.
[LocalStack 4.14: services/cloudformation/v2/provider.py]
"""

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.cloudformation import (
    DescribeStacksOutput,
    ExecutionStatus,
    ListImportsOutput,
)
from localstack.aws.connect import connect_to
from localstack.services.cloudformation.engine.validations import ValidationError
from localstack.services.cloudformation.stores import get_cloudformation_store
from localstack.services.cloudformation.v2.provider import (
    CloudformationProviderV2,
    StackNotFoundError,
    find_change_set_v2,
    is_stack_arn,
)
from localstack.services.plugins import Service, aws_provider

from wavetank.emulator.cloudformation.actions import ResourceActions
from wavetank.emulator.cloudformation.changes import ManagedChangeSet
from wavetank.emulator.cloudformation.conditions import delete_resources_with_false_condition
from wavetank.emulator.cloudformation.empty_parameters import keep_empty_parameters
from wavetank.emulator.cloudformation.execution import (
    PendingOperation,
    start_in_order,
    start_pending,
)
from wavetank.emulator.cloudformation.exports import (
    ExportConflictError,
    importing_stacks,
    refuse_exports,
)
from wavetank.emulator.cloudformation.rollback import (
    delete_all,
    roll_back_creation,
    roll_back_update,
)
from wavetank.emulator.cloudformation.stack import DELETED, REVIEW, FailurePolicy, ManagedStack
from wavetank.emulator.cloudformation.updates.tags import tag_map
from wavetank.emulator.cloudformation.validation import (
    denied,
    refuse_both,
    refuse_cycles,
    refuse_deletion,
    refuse_name,
    refuse_status,
    refuse_type_changes,
    refuse_update,
)
from wavetank.emulator.iam_enforcement.caller_credentials import act_for_callers, acting_as
from wavetank.emulator.iam_enforcement.forwarding import acting_for
from wavetank.emulator.patches import patch_of

IN_PROVIDER: Mapping[str, Any] = {
    "localstack.services.cloudformation.v2.provider:ChangeSet": ManagedChangeSet,
    "localstack.services.cloudformation.v2.provider:ChangeSetModelExecutor": PendingOperation,
    "localstack.services.cloudformation.v2.provider:Stack": ManagedStack,
    "localstack.services.cloudformation.v2.provider:start_worker_thread": start_pending,
}
"""The classes and functions that LocalStack's provider uses, and their replacements."""
REQUESTED = "User Initiated"


class WavetankCloudFormation(CloudformationProviderV2):
    """LocalStack's CloudFormation provider with Wavetank's stacks and operations."""

    def describe_stacks(
        self, context: RequestContext, stack_name: str | None = None, *args: Any, **kwargs: Any
    ) -> DescribeStacksOutput:
        """The named stack, or all stacks that are not deleted.

        [CloudFormation API reference, DescribeStacks]
        """
        stock: Any = super()
        answer: DescribeStacksOutput = stock.describe_stacks(context, stack_name, *args, **kwargs)
        if stack_name is not None:
            return answer
        there = [stack for stack in answer["Stacks"] or [] if stack["StackStatus"] != DELETED]
        return DescribeStacksOutput(Stacks=there)

    def list_imports(  # type: ignore[override]  # the rest is by keyword
        self, context: RequestContext, export_name: str, **_: Any
    ) -> ListImportsOutput:
        """The stacks that import the export.

        Raises:
            ValidationError: no stack does.
        """
        names = importing_stacks(context.account_id, context.region, export_name)
        if not names:
            raise ValidationError(f"Export '{export_name}' is not imported by any stack.")
        return ListImportsOutput(Imports=names)

    def create_stack(self, context: RequestContext, request: Any) -> Any:  # type: ignore[override]  # the request is whole, as in LocalStack's
        """Create the stack; on failure, follow the request's failure options."""
        refuse_both(request)
        refuse_name(request.get("StackName"))
        stacks = _store(context).stacks_v2
        known = set(stacks)
        try:
            return super().create_stack(context, request)
        except Exception:  # any error: it is raised again below
            # LocalStack stores the stack before it validates the template.
            for stack_id in stacks.keys() - known:
                if stacks[stack_id].stack_name == request.get("StackName"):
                    del stacks[stack_id]
            raise

    def update_stack(self, context: RequestContext, request: Any) -> Any:  # type: ignore[override]  # as above
        """Update the stack, unless its status forbids it."""
        if stack := _find(context, request.get("StackName")):
            refuse_update(stack)
            stack.failure_policy = FailurePolicy.of(request)
            return self._update_with_tags(context, request, stack)
        return super().update_stack(context, request)

    def _update_with_tags(self, context: RequestContext, request: Any, stack: ManagedStack) -> Any:
        """Update the stack and set the request's tags on its resources.

        The tags are set before the operation starts in its thread, which reads them.
        """
        stack.former_tags = stack.tags
        if request.get("Tags") is not None:
            stack.tags = request["Tags"]
        stack.has_new_tags = tag_map(stack.tags) != tag_map(stack.former_tags)
        try:
            return super().update_stack(context, request)
        except Exception:  # any error: the tags must stay those of the deployed stack
            stack.tags = stack.former_tags
            raise
        finally:
            stack.has_new_tags = False

    def create_change_set(self, context: RequestContext, request: Any) -> Any:  # type: ignore[override]  # as above
        """Prepare a change; its failure options are given here or when it is executed."""
        stack = _find(context, request.get("StackName"))
        if stack is not None and request.get("ChangeSetType", "UPDATE") == "UPDATE":
            refuse_update(stack)
        if stack is None and request.get("ChangeSetType") == "CREATE":
            refuse_name(request.get("StackName"))
        answer = super().create_change_set(context, request)
        change_set: Any = _store(context).change_sets[answer["Id"]]
        change_set.failure_policy = FailurePolicy.of(request)
        return answer

    def execute_change_set(  # type: ignore[override]  # the rest is by keyword
        self,
        context: RequestContext,
        change_set_name: str,
        stack_name: str | None = None,
        **request: Any,
    ) -> Any:
        """Execute the change set, unless the status of its stack forbids it."""
        change_set: Any = find_change_set_v2(_store(context), change_set_name, stack_name)
        # A change set that was executed already is refused for its own status: an SDK that
        # retries after a lost response then knows that the first request succeeded.
        if change_set is not None and change_set.execution_status == ExecutionStatus.AVAILABLE:
            stack: ManagedStack = change_set.stack
            if stack.status != REVIEW:
                refuse_update(stack)
            policy: FailurePolicy = change_set.failure_policy
            stack.failure_policy = FailurePolicy(
                on_failure="DO_NOTHING" if request.get("disable_rollback") else policy.on_failure,
                retain_except_on_create=bool(request.get("retain_except_on_create")),
            )
            stack.former_tags = stack.tags
        stock: Any = super()
        return stock.execute_change_set(context, change_set_name, stack_name, **request)

    def delete_stack(  # type: ignore[override]  # as above
        self, context: RequestContext, stack_name: str, **request: Any
    ) -> None:
        """Delete what the stack created; deleting a stack that does not exist succeeds.

        Raises:
            ValidationError: the stack is protected.
        """
        stack = _find(context, stack_name)
        if stack is None or stack.status == DELETED:
            return
        retained = request.get("retain_resources") or []
        refuse_deletion(stack, retained)
        actions = ResourceActions(stack)
        is_forced = request.get("deletion_mode") == "FORCE_DELETE_STACK"
        if stack.status == REVIEW:
            delete_all(stack, actions)
            return

        def delete() -> None:
            stack.set_stack_status("DELETE_IN_PROGRESS", REQUESTED)
            try:
                refuse_exports(stack, {})
            except ExportConflictError as conflict:
                stack.set_stack_status(stack.former_status, str(conflict))
                return
            delete_all(stack, actions, retained, is_forced=is_forced)

        start_in_order(stack, delete, on_error="DELETE_FAILED", initial_status="DELETE_IN_PROGRESS")

    def rollback_stack(  # type: ignore[override]  # as above
        self, context: RequestContext, stack_name: str, **_: Any
    ) -> Any:
        """Roll back a stack whose operation failed without rollback."""
        stack = _existing(context, stack_name)
        refuse_status(stack, "rolled back", {"CREATE_FAILED", "UPDATE_FAILED"})
        actions = ResourceActions(stack)
        if stack.status == "UPDATE_FAILED":
            _start_update_rollback(stack, actions, [])
        else:
            start_in_order(
                stack,
                lambda: roll_back_creation(stack, actions, REQUESTED),
                on_error="ROLLBACK_FAILED",
                initial_status="ROLLBACK_IN_PROGRESS",
            )
        return {"StackId": stack.stack_id}

    def continue_update_rollback(  # type: ignore[override]  # as above
        self, context: RequestContext, stack_name: str, **request: Any
    ) -> Any:
        """Retry a rollback that failed, without the skipped resources."""
        stack = _existing(context, stack_name)
        refuse_status(stack, "rolled back", {"UPDATE_ROLLBACK_FAILED"})
        skipped = request.get("resources_to_skip") or []
        _start_update_rollback(stack, ResourceActions(stack), skipped)
        return {}

    @classmethod
    def _setup_change_set_model(
        cls,
        change_set: Any,
        before_template: Any,
        after_template: Any,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """LocalStack's method, for templates that CloudFormation accepts."""
        refuse_cycles(after_template)
        refuse_type_changes(before_template, after_template)
        stock: Any = super()._setup_change_set_model
        return stock(change_set, before_template, after_template, *args, **kwargs)


def _start_update_rollback(
    stack: ManagedStack, actions: ResourceActions, skipped: list[str]
) -> None:
    start_in_order(
        stack,
        lambda: roll_back_update(stack, actions, REQUESTED, skipped),
        on_error="UPDATE_ROLLBACK_FAILED",
        initial_status="UPDATE_ROLLBACK_IN_PROGRESS",
    )


def _store(context: RequestContext) -> Any:
    return get_cloudformation_store(context.account_id, context.region)


def _find(context: RequestContext, name: str | None) -> ManagedStack | None:
    stacks: dict[str, Any] = _store(context).stacks_v2
    if name and is_stack_arn(name):
        return stacks.get(name)
    named = [stack for stack in stacks.values() if stack.stack_name == name]
    return next((stack for stack in named if stack.status != DELETED), None)


def _existing(context: RequestContext, name: str) -> ManagedStack:
    stack = _find(context, name)
    if stack is None:
        raise StackNotFoundError(name)
    return stack


@aws_provider(api="cloudformation", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_cloudformation() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    for target, ours in IN_PROVIDER.items():
        patch_of(target).apply(ours)
    delete_resources_with_false_condition()
    keep_empty_parameters()
    act_for_callers()
    service = Service.for_provider(WavetankCloudFormation())
    _handle_for_callers(service.skeleton)
    return service


def _handle_for_callers(skeleton: Any) -> None:
    """Handle each request with its caller's permissions."""
    stock = skeleton.invoke
    client: Any = connect_to().s3

    def invoke(context: RequestContext) -> Any:
        try:
            with acting_as(acting_for(context)):
                return stock(context)
        except client.exceptions.ClientError as error:
            raise denied(error) from error

    patch_of("localstack.aws.skeleton:Skeleton.invoke").apply(invoke, to=skeleton)
