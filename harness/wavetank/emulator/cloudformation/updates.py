"""Updates that LocalStack reports as done and does not do.

Where a resource type has no update, LocalStack logs a line and calls the stack updated: a rule
switched off goes on firing. Here such an update either happens, by deleting and creating where
that loses nothing, or fails the stack.
[LocalStack 4.14: services/cloudformation/resource_provider.py]
"""

from collections.abc import Iterable
from typing import Any

from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

RECREATED = frozenset({"AWS::Events::Rule", "AWS::Lambda::EventInvokeConfig"})
"""Types that hold nothing but their settings."""
OVERWRITTEN = frozenset({"AWS::S3::BucketPolicy"})
"""Types whose creation replaces what is there."""


def with_true_update(provider: ResourceProvider[Any]) -> ResourceProvider[Any]:
    """The provider with an update where LocalStack's has none."""
    stock = provider.update

    def update(request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        try:
            return stock(request)
        except NotImplementedError:
            return _update(provider, request)

    provider.update = update  # type: ignore[method-assign]  # one object, for one deployment
    return provider


def changed_properties(request: ResourceRequest[Any]) -> set[str]:
    """Those that the template says differently now."""
    previous, desired = request.previous_state or {}, request.desired_state
    return {name for name in desired if desired[name] != previous.get(name)}


def refusal(request: ResourceRequest[Any], names: Iterable[str]) -> ProgressEvent[Any]:
    """The failure that names what cannot be done."""
    return ProgressEvent(
        OperationStatus.FAILED,
        resource_model=request.previous_state or {},
        message=(
            f"LocalStack 4.14 cannot set {', '.join(sorted(names))} of {request.resource_type} "
            f"{request.logical_resource_id} as the template says; leave it out, or start the "
            "sandbox afresh"
        ),
    )


def _update(provider: ResourceProvider[Any], request: ResourceRequest[Any]) -> ProgressEvent[Any]:
    previous, desired = request.previous_state or {}, request.desired_state
    changed = changed_properties(request)
    if not changed:
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=previous)
    if request.resource_type in RECREATED:
        request.desired_state = previous
        provider.delete(request)
        request.desired_state = {**previous, **desired}
        return provider.create(request)
    if request.resource_type in OVERWRITTEN:
        return provider.create(request)
    return refusal(request, changed)
