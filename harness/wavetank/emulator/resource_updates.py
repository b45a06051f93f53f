"""CloudFormation updates that LocalStack reports as done and does not do.

Where a resource type has no update, LocalStack logs a line and calls the stack updated: a rule
switched off goes on firing. Here such an update either happens, by deleting and creating where
that loses nothing, or fails the stack.
[LocalStack 4.14: services/cloudformation/resource_provider.py]
"""

from typing import Any

from localstack.runtime import hooks
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceProviderExecutor,
    ResourceRequest,
)

RECREATED = frozenset({"AWS::Events::Rule", "AWS::Lambda::EventInvokeConfig"})
"""Types that hold nothing but their settings."""
OVERWRITTEN = frozenset({"AWS::S3::BucketPolicy"})
"""Types whose creation replaces what is there."""


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def make_updates_true() -> None:
    """Wraps every resource provider as it is loaded."""
    stock = ResourceProviderExecutor.try_load_resource_provider

    def try_load(resource_type: str) -> ResourceProvider[Any] | None:
        provider = stock(resource_type)
        return _with_true_update(provider) if provider is not None else None

    # LocalStack's own patch helper would make a method of this static one.
    ResourceProviderExecutor.try_load_resource_provider = staticmethod(try_load)  # type: ignore[method-assign]  # on purpose


def _with_true_update(provider: ResourceProvider[Any]) -> ResourceProvider[Any]:
    stock = provider.update

    def update(request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        try:
            return stock(request)
        except NotImplementedError:
            return _update(provider, request)

    provider.update = update  # type: ignore[method-assign]  # one object, for one deployment
    return provider


def _update(provider: ResourceProvider[Any], request: ResourceRequest[Any]) -> ProgressEvent[Any]:
    previous, desired = request.previous_state or {}, request.desired_state
    changed = sorted(name for name in desired if desired[name] != previous.get(name))
    if not changed:
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=previous)
    if request.resource_type in RECREATED:
        request.desired_state = previous
        provider.delete(request)
        request.desired_state = {**previous, **desired}
        return provider.create(request)
    if request.resource_type in OVERWRITTEN:
        return provider.create(request)
    return ProgressEvent(
        OperationStatus.FAILED,
        resource_model=previous,
        message=(
            f"LocalStack 4.14 cannot update {', '.join(changed)} of {request.resource_type} "
            f"{request.logical_resource_id}; start the sandbox afresh"
        ),
    )
