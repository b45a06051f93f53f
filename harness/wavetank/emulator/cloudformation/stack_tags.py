"""Tags of a stack, which CloudFormation also sets on its resources.

A tag of the resource overrides one of the stack with the same key. AWS's own tags
(`aws:cloudformation:stack-name` and others) are not set.
[CloudFormation user guide: "Resource tag"; CreateStack, Tags]
"""

from collections.abc import Iterable, Mapping
from typing import Any

from wavetank.emulator.cloudformation.updates import can_be_tagged
from wavetank.emulator.cloudformation.updates.tags import tag_list, tag_map

TAGS = "Tags"


def with_stack_tags(
    resource_type: str,
    schema: Mapping[str, Any],
    properties: Mapping[str, Any],
    stack_tags: Iterable[Any],
) -> dict[str, Any]:
    """The properties with the stack's tags, if resources of the type take tags."""
    inherited = tag_map(list(stack_tags))
    if not inherited or not can_be_tagged(resource_type):
        return dict(properties)
    own = properties.get(TAGS)
    merged = {**inherited, **tag_map(own)}
    is_map = schema.get("properties", {}).get(TAGS, {}).get("type") == "object"
    if is_map or isinstance(own, Mapping):
        return {**properties, TAGS: merged}
    kept = list(own or [])  # in the template's form: some tags have more members
    keys = tag_map(kept)
    added = {key: value for key, value in inherited.items() if key not in keys}
    return {**properties, TAGS: [*kept, *tag_list(added)]}
