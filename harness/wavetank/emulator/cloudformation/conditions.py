"""Resources whose condition no longer holds, which LocalStack leaves where they are.

It passes over every resource whose condition is false, also those that are there because it was
true before: a right that a parameter took away would stay.
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


def delete_what_is_no_longer_wanted() -> None:
    """From here on such a resource is visited, and found to be gone from the template."""

    def visit_node_resources(self: ChangeSetModelPreproc, node_resources: NodeResources) -> None:
        for node in node_resources.resources:
            if _is_or_was_wanted(self, node):
                self.visit(node)

    patch_of(
        "localstack.services.cloudformation.engine.v2.change_set_model_preproc"
        ":ChangeSetModelPreproc.visit_node_resources"
    ).apply(visit_node_resources)


def _is_or_was_wanted(model: ChangeSetModelPreproc, node: NodeResource) -> bool:
    if is_nothing(node.condition_reference):
        return True
    held = model._resolve_resource_condition_reference(node.condition_reference)  # noqa: SLF001 - there is no other
    return held.after is not False or held.before is True
