"""Deletes resources whose condition has become false, which LocalStack keeps.

LocalStack skips every resource whose condition is false, even one that exists because its condition
was true before: a permission that a parameter took away would remain.
[LocalStack 4.14: services/cloudformation/engine/v2/change_set_model_preproc.py]
"""

from localstack.services.cloudformation.engine.v2.change_set_model import (
    NodeResource,
    NodeResources,
    is_nothing,
)
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
    ChangeSetModelPreproc,
)

from wavetank.emulator.patches import patch_of


def delete_resources_with_false_condition() -> None:
    """Make LocalStack visit such resources, so that they count as removed from the template."""

    def visit_node_resources(self: ChangeSetModelPreproc, node_resources: NodeResources) -> None:
        for node in node_resources.resources:
            if _is_or_was_included(self, node):
                self.visit(node)

    patch_of(
        "localstack.services.cloudformation.engine.v2.change_set_model_preproc"
        ":ChangeSetModelPreproc.visit_node_resources"
    ).apply(visit_node_resources)


def _is_or_was_included(model: ChangeSetModelPreproc, node: NodeResource) -> bool:
    if is_nothing(node.condition_reference):
        return True
    held = model._resolve_resource_condition_reference(node.condition_reference)  # noqa: SLF001 - there is no other
    return held.after is not False or held.before is True
