"""Finds whether an update changes anything; an update without changes is refused.

LocalStack ignores changed tags of the stack, and an `Fn::GetAtt` that refers to another resource
than before.
[LocalStack 4.14: services/cloudformation/engine/v2/change_set_model.py,
_resolve_intrinsic_function_fn_get_att]
"""

from collections.abc import Mapping
from typing import Any

from localstack.services.cloudformation.v2.entities import ChangeSet

from wavetank.emulator.cloudformation.updates.tags import tag_map

DEPLOYED_SECTIONS = ("Outputs", "Resources")


class ManagedChangeSet(ChangeSet):
    """LocalStack's change set, extended to detect changed stack tags and references."""

    def has_changes(self) -> bool:
        """Whether the template, the value of a parameter or a tag of the stack changes."""
        stack: Any = self.stack  # Ours: a ManagedStack.
        has_other_tags = bool(self.tags) and tag_map(self.tags) != tag_map(stack.tags)
        return bool(
            super().has_changes()
            or stack.has_new_tags
            or has_other_tags
            or _deployed(stack.processed_template) != _deployed(self.processed_template)
        )


def _deployed(template: Mapping[str, Any] | None) -> list[Any]:
    return [(template or {}).get(section) for section in DEPLOYED_SECTIONS]
