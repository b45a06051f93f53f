"""Applies a change: each property by its function, or an error that names the property."""

from collections.abc import Iterable, Mapping

from wavetank.emulator.cloudformation.updates import (
    apis,
    buckets,
    functions,
    identities,
    keys,
    logs,
    messaging,
    networks,
    rules,
    stacks,
    streams,
    tables,
    workflows,
)
from wavetank.emulator.cloudformation.updates.call import (
    Apply,
    UpdatableType,
    UpdateCall,
    UpdateRefusedError,
    by_provider,
)

MODULES = (
    apis,
    buckets,
    functions,
    identities,
    keys,
    logs,
    messaging,
    networks,
    rules,
    stacks,
    streams,
    tables,
    workflows,
)
TYPES: Mapping[str, UpdatableType] = {
    name: found for module in MODULES for name, found in module.TYPES.items()
}
OWN_UPDATE = frozenset(
    {"AWS::CDK::Metadata", "AWS::EC2::Instance", "AWS::IAM::AccessKey", "AWS::Route53::RecordSet"}
)
"""Types that are updated by LocalStack's provider."""


def update_in_place(resource_type: str, call: UpdateCall) -> None:
    """Apply the change.

    Raises:
        UpdateRefusedError: a property cannot be changed here; nothing is changed then.
    """
    if resource_type in OWN_UPDATE:
        call.touched.update(call.changed)
        by_provider(call)
        return
    found = TYPES.get(resource_type)
    known = {} if found is None else found.in_place
    if unknown := call.changed - known.keys():
        raise UpdateRefusedError(_refusal(resource_type, call, unknown))
    _apply(known, call.changed, call)


def complete_creation(resource_type: str, call: UpdateCall) -> None:
    """Set the properties that LocalStack's creation of the resource omits."""
    if found := TYPES.get(resource_type):
        wanted = (found.at_creation & call.desired.keys()) | found.always_at_creation
        _apply(found.in_place, wanted, call)


def can_be_tagged(resource_type: str) -> bool:
    """Whether resources of the type have tags that are set at creation and updated."""
    found = TYPES.get(resource_type)
    return found is not None and "Tags" in found.in_place


def name_to_generate(resource_type: str) -> str | None:
    """The property that needs a generated name which LocalStack's provider does not generate."""
    found = TYPES.get(resource_type)
    return None if found is None else found.generated_name


def delete_by_type(resource_type: str, call: UpdateCall) -> bool:
    """Delete the resource if LocalStack's provider deletes it differently from AWS.

    Returns False if the provider's deletion is correct.
    """
    found = TYPES.get(resource_type)
    if found is None or found.delete is None:
        return False
    found.delete(call)
    return True


def _apply(known: Mapping[str, Apply], names: Iterable[str], call: UpdateCall) -> None:
    """Call each function once, in the order in which the type lists them."""
    wanted = set(names)
    for apply in dict.fromkeys(apply for name, apply in known.items() if name in wanted):
        properties = {name for name in wanted if known[name] is apply}
        call.touched.update(properties)
        try:
            apply(call)
        except UpdateRefusedError:
            call.touched.difference_update(properties)
            raise


def _refusal(resource_type: str, call: UpdateCall, names: Iterable[str]) -> str:
    return (
        f"the sandbox cannot change {', '.join(sorted(names))} of {resource_type} "
        f"{call.request.logical_resource_id} in place; leave it as it is, or give the resource "
        "another logical id to have it replaced"
    )
