"""The creation or update of a stack, from its first event to its final status.

LocalStack's visitor resolves the values of the template, resource by resource in the order of their
dependencies; this module decides what is done with each resource, and finally with the stack.
[CloudFormation user guide: "Stack failure options", "Understand stack status codes"]
[LocalStack 4.14: services/cloudformation/engine/v2/change_set_model_executor.py]
"""

import copy
import logging
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NoReturn

from localstack.aws.api.cloudformation import ExecutionStatus
from localstack.services.cloudformation.engine.v2.change_set_model import is_nothing
from localstack.services.cloudformation.engine.v2.change_set_model_executor import (
    ChangeSetModelExecutor,
    TriggerRollback,
)
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
    ChangeSetModelPreproc,
)
from localstack.services.cloudformation.v2.entities import ChangeSet

from wavetank.core.clock import WallClock
from wavetank.emulator.cloudformation.actions import ActionOutcome, ResourceActions
from wavetank.emulator.cloudformation.conflicts import conflict_reason, same_resource
from wavetank.emulator.cloudformation.exports import ExportConflictError, refuse_exports
from wavetank.emulator.cloudformation.ownership import (
    DELETE,
    RETAIN,
    RETAIN_EXCEPT_ON_CREATE,
    OwnedResource,
)
from wavetank.emulator.cloudformation.removal import physical_ids, remove_resources
from wavetank.emulator.cloudformation.replacement import changed_properties, needs_replacement
from wavetank.emulator.cloudformation.rollback import roll_back
from wavetank.emulator.cloudformation.stack import FailedOperation, ManagedStack
from wavetank.emulator.cloudformation.stack_tags import with_stack_tags

LOG = logging.getLogger(__name__)


class StackOperation(ChangeSetModelExecutor):
    """Creates or updates a stack by one change set; `run` is called in a thread of its own."""

    def __init__(self, change_set: ChangeSet) -> None:
        super().__init__(change_set)
        stack: Any = change_set.stack
        self.stack: ManagedStack = stack
        self._actions = ResourceActions(stack, change_set.change_set_type)
        self.is_creation = stack.status == "CREATE_IN_PROGRESS"
        self._visiting: list[str] = []
        self._depends_on = defaultdict[str, set[str]](set)
        self._failed: dict[str, list[str]] = {"create": [], "update": []}
        self._reason: str | None = None
        self._imports: set[str] = set()

    def run(self) -> None:
        """Execute the change set; whatever happens, the stack ends in a final status."""
        stable = self._last_stable()
        try:
            self.process()
            refuse_exports(self.stack, self._exports())
        except TriggerRollback:
            self._fail(stable)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the template
            LOG.info("CloudFormation failed at %s: %r", self.stack.stack_name, error)
            self._reason = str(error)
            self._fail(stable)
        else:
            self._complete()

    def visit_node_resource(self, node_resource: Any) -> Any:
        """The resource's values before and after, once the change is made."""
        if self._visiting:
            self._depends_on[self._visiting[-1]].add(node_resource.name)
        self._visiting.append(node_resource.name)
        unresolved: Exception | None = None
        try:
            delta = ChangeSetModelPreproc.visit_node_resource(self, node_resource)
        except TriggerRollback:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            unresolved = error
        finally:
            self._visiting.pop()
        if unresolved is not None:
            self._fail_unresolved(node_resource, str(unresolved))
            raise TriggerRollback(node_resource.name, str(unresolved)) from unresolved
        if not is_nothing(delta.after):
            self._make(delta.after)
        return delta

    def visit_node_intrinsic_function_fn_import_value(self, node_intrinsic_function: Any) -> Any:
        """LocalStack's method; a missing export is an error, an existing one counts as used."""
        delta = super().visit_node_intrinsic_function_fn_import_value(node_intrinsic_function)
        name = self.visit(node_intrinsic_function.arguments).after
        if isinstance(name, str):
            if is_nothing(delta.after):
                raise ExportConflictError(f"No export named {name} found.")
            self._imports.add(name)
            self.stack.imports |= {name}
        return delta

    def _get_node_resource_for(self, resource_name: str, node_template: Any) -> Any:
        """LocalStack's method; also records dependencies on resources visited before."""
        if self._visiting and resource_name != self._visiting[-1]:
            self._depends_on[self._visiting[-1]].add(resource_name)
        return super()._get_node_resource_for(resource_name, node_template)

    def _before_deployed_property_value_of(
        self, resource_logical_id: str, property_name: str
    ) -> Any:
        """LocalStack's method; a resource that was never created has no values."""
        if resource_logical_id not in self._before_resolved_resources:
            return None
        return super()._before_deployed_property_value_of(resource_logical_id, property_name)

    def _make(self, after: Any) -> None:
        name, former = after.logical_id, self._before_resolved_resources.get(after.logical_id)
        properties = {} if is_nothing(after.properties) else after.properties.properties
        schema = self._actions.schema(after.resource_type)
        tags = self.stack.tags or []
        desired = with_stack_tags(after.resource_type, schema, copy.deepcopy(properties), tags)
        if former is None:
            self._create(after, desired, "CREATE")
        elif (previous := self._deployed_otherwise(name, former, desired)) is None:
            self.resources[name] = former
            self._record(after, ActionOutcome(model=former["Properties"], physical_id=_id(former)))
        elif self._is_replaced(after, former, desired):
            self._create(after, desired, "UPDATE")
        else:
            self._update(after, previous, desired)
        resource = self.resources[name]
        after.physical_resource_id = resource["PhysicalResourceId"]
        after.status = resource["ResourceStatus"]

    def _deployed_otherwise(
        self, name: str, former: Mapping[str, Any], desired: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """The deployed properties if they differ from the template's; None if they do not.

        They may differ if an update of the resource failed in an operation that was not rolled
        back.
        """
        if changed_properties(former.get("SpecifiedProperties") or {}, desired):
            return former
        failed = self.stack.failed_operation
        attempted = failed and failed.resources.get(name)
        return attempted if attempted and attempted is not former else None

    def _is_replaced(self, after: Any, former: Mapping[str, Any], desired: Any) -> bool:
        return after.resource_type != former["Type"] or needs_replacement(
            after.resource_type,
            self._actions.schema(after.resource_type),
            former.get("SpecifiedProperties") or {},
            desired,
        )

    def _create(self, after: Any, desired: Mapping[str, Any], verb: str) -> None:
        """Create the resource: a new one (CREATE), or a replacement of another (UPDATE)."""
        name, kind = after.logical_id, after.resource_type
        former = self._before_resolved_resources.get(name)
        former_id = _id(former)
        self.stack.report(name, kind, former_id, f"{verb}_IN_PROGRESS")
        outcome = self._actions.create(name, kind, desired)
        if outcome.is_made and former_id is not None and outcome.physical_id == former_id:
            self._fail_resource(name, kind, former_id, verb, same_resource(kind, outcome.model))
        if outcome.is_made:
            self._record(after, outcome)
        if outcome.reason is not None:
            reason = outcome.reason
            if outcome.existing is not None:
                reason = conflict_reason(self.stack, kind, outcome.existing, former) or reason
            self._fail_resource(name, kind, former_id or outcome.physical_id, verb, reason)
        self._keep(after, outcome, desired, f"{verb}_COMPLETE")

    def _update(self, after: Any, former: Mapping[str, Any], desired: Mapping[str, Any]) -> None:
        name, kind = after.logical_id, after.resource_type
        self.stack.report(name, kind, former["PhysicalResourceId"], "UPDATE_IN_PROGRESS")
        outcome = self._actions.update(name, kind, former, desired)
        reached = desired if outcome.reached is None else outcome.reached
        self._keep(after, outcome, reached, "UPDATE_COMPLETE", is_shown=outcome.reason is None)
        if outcome.reason is not None:
            physical_id = former["PhysicalResourceId"]
            self._fail_resource(name, kind, physical_id, "UPDATE", outcome.reason)
        self._record(after, outcome)

    def _keep(
        self,
        after: Any,
        outcome: ActionOutcome,
        desired: Mapping[str, Any],
        status: str,
        *,
        is_shown: bool = True,
    ) -> None:
        """Store the resource's state for references to it and for the next operation."""
        resource: Any = {
            "LastUpdatedTimestamp": WallClock().now(),
            "LogicalResourceId": after.logical_id,
            "PhysicalResourceId": outcome.physical_id,
            "Properties": dict(outcome.model),
            "ResourceStatus": status,
            "SpecifiedProperties": desired,
            "Type": after.resource_type,
        }
        self.resources[after.logical_id] = resource
        if is_shown:
            name, kind = after.logical_id, after.resource_type
            self.stack.report(name, kind, outcome.physical_id, status)

    def _record(self, after: Any, outcome: ActionOutcome) -> None:
        """Record a created resource; an updated one only if the stack had created it."""
        name = after.logical_id
        resource = OwnedResource(
            logical_id=name,
            resource_type=after.resource_type,
            physical_id=outcome.physical_id or "",
            model=copy.deepcopy(dict(outcome.model)),
            deletion_policy=_policy(after.deletion_policy),
            update_replace_policy=_policy(after.update_replace_policy),
            depends_on=frozenset(self._depends_on[name]),
            complete=outcome.reason is None,
        )
        self.stack.ledger.record_result(resource, is_made=outcome.is_made)

    def _fail_resource(
        self, name: str, kind: str, physical_id: str | None, verb: str, reason: str
    ) -> NoReturn:
        self._failed[verb.lower()].append(name)
        self.stack.report(name, kind, physical_id, f"{verb}_FAILED", reason)
        raise TriggerRollback(name, reason)

    def _fail_unresolved(self, node: Any, reason: str) -> None:
        """Fail a resource with a value that cannot be resolved, before it is changed."""
        former = self._before_resolved_resources.get(node.name)
        verb = "CREATE" if former is None else "UPDATE"
        self._failed[verb.lower()].append(node.name)
        self.stack.report(node.name, node.type_.value, _id(former), f"{verb}_FAILED", reason)

    def _last_stable(self) -> tuple[dict[str, Any], tuple[OwnedResource, ...]]:
        """The last state without a failure, and what the stack had created in it."""
        stack, failed = self.stack, self.stack.failed_operation
        if failed is not None and stack.former_status == "UPDATE_FAILED":
            return dict(failed.former), failed.former_resources
        state = stack.deployed_state()
        if stack.former_tags is not None:
            state["tags"] = stack.former_tags
        return state, tuple(stack.ledger)

    def _complete(self) -> None:
        stack, change_set = self.stack, self._change_set
        self._deploy_state(self.resources)
        stack.resolved_outputs = self.outputs
        stack.resolved_exports = self._exports()
        stack.imports = frozenset(self._imports)
        stack.failed_operation = None
        if not self.is_creation:
            stack.set_stack_status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        self._clean_up()
        change_set.set_execution_status(ExecutionStatus.EXECUTE_COMPLETE)
        stack.set_stack_status("CREATE_COMPLETE" if self.is_creation else "UPDATE_COMPLETE")

    def _exports(self) -> dict[str, str]:
        return {
            name: output["OutputValue"] or ""
            for output in self.outputs
            if (name := output.get("ExportName"))
        }

    def _deploy_state(self, resources: dict[str, Any]) -> None:
        """The template that is deployed now."""
        stack, change_set = self.stack, self._change_set
        stack.resolved_resources = resources
        stack.resolved_parameters = change_set.resolved_parameters
        stack.template = change_set.template
        stack.processed_template = change_set.processed_template
        stack.template_body = change_set.template_body
        stack.description = (change_set.template or {}).get("Description")
        # LocalStack reads the "before" values of the next change set from the one named here.
        known = change_set.change_set_id in stack.change_set_ids
        stack.change_set_id = change_set.change_set_id if known else None

    def _clean_up(self) -> None:
        """Delete what was replaced or is no longer in the template.

        A resource that cannot be deleted remains, and the stack is complete nevertheless.
        [CloudFormation user guide: UPDATE_COMPLETE_CLEANUP_IN_PROGRESS]
        """
        stack, current = self.stack, physical_ids(self.resources)
        former = stack.ledger.unused(current)

        def is_retained(resource: OwnedResource) -> bool:
            if resource.logical_id in current:
                successor = stack.ledger.find(resource.logical_id, current[resource.logical_id])
                policy = (successor or resource).update_replace_policy
                return policy == RETAIN
            return resource.deletion_policy in {RETAIN, RETAIN_EXCEPT_ON_CREATE}

        remove_resources(stack, self._actions, former, is_retained)
        for resource in stack.ledger.unused(current):
            stack.ledger.forget(resource)
            if resource.logical_id not in current:
                stack.resource_states.pop(resource.logical_id, None)

    def _fail(self, stable: tuple[dict[str, Any], tuple[OwnedResource, ...]]) -> None:
        stack, (former, former_resources) = self.stack, stable
        self._change_set.set_execution_status(ExecutionStatus.EXECUTE_FAILED)
        before = self._before_resolved_resources
        visited = {**before, **self.resources}
        stack.failed_operation = FailedOperation(
            is_creation=self.is_creation,
            former=former,
            former_resources=former_resources,
            resources=visited,
            policy=stack.failure_policy,
        )
        self._deploy_state(
            {
                name: before.get(name, resource) if name in self._failed["update"] else resource
                for name, resource in visited.items()
            }
        )
        roll_back(stack, self._actions, self._failure_reason())

    def _failure_reason(self) -> str:
        """The reason in CloudFormation's words."""
        parts = [
            f"The following resource(s) failed to {verb}: [{', '.join(names)}]. "
            for verb, names in self._failed.items()
            if names
        ]
        return "".join(parts) or self._reason or ""


def _id(resource: Mapping[str, Any] | None) -> str | None:
    return resource["PhysicalResourceId"] if resource else None


def _policy(value: Any) -> str:
    """A policy of the template; Delete by default.

    Snapshot applies to types of which LocalStack has no snapshots, so these are deleted.
    """
    return str(value) if isinstance(value, str) else DELETE
