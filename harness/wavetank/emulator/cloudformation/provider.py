"""LocalStack's CloudFormation, its resource providers wrapped as they are loaded.

A list of stacks has none that are deleted, as on AWS: whoever goes through it would ask for their
templates. A stack that is protected is not deleted.

Selected with `PROVIDER_OVERRIDE_CLOUDFORMATION=wavetank`.
[LocalStack 4.14: services/cloudformation/resource_provider.py]
"""

from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.cloudformation import DescribeStacksOutput
from localstack.services.cloudformation.resource_provider import (
    ResourceProvider,
    ResourceProviderExecutor,
)
from localstack.services.cloudformation.stores import get_cloudformation_store
from localstack.services.cloudformation.v2.provider import CloudformationProviderV2, find_stack_v2
from localstack.services.plugins import Service, aws_provider

from wavetank.emulator.cloudformation.buckets import with_all_properties
from wavetank.emulator.cloudformation.completion import settle_when_done
from wavetank.emulator.cloudformation.conditions import delete_what_is_no_longer_wanted
from wavetank.emulator.cloudformation.deletion import keep_what_is_retained, refuse_protected
from wavetank.emulator.cloudformation.failed_deletions import (
    fail_with_what_is_left,
    with_reason_of_failed_deletion,
)
from wavetank.emulator.cloudformation.updates import with_true_update

DELETED = "DELETE_COMPLETE"


class WavetankCloudFormation(CloudformationProviderV2):
    """LocalStack's provider; only its lists of stacks and their deletion differ."""

    def describe_stacks(
        self, context: RequestContext, stack_name: str | None = None, *args: Any, **kwargs: Any
    ) -> DescribeStacksOutput:
        """The stack that is named or, of those that are there, all.

        [CloudFormation API reference, DescribeStacks]
        """
        stock: Any = super()
        answer: DescribeStacksOutput = stock.describe_stacks(context, stack_name, *args, **kwargs)
        if stack_name is not None:
            return answer
        there = [stack for stack in answer["Stacks"] or [] if stack["StackStatus"] != DELETED]
        return DescribeStacksOutput(Stacks=there)

    def delete_stack(
        self, context: RequestContext, stack_name: str, *args: Any, **kwargs: Any
    ) -> None:
        """The stack goes, unless it is protected.

        Raises:
            ValidationError: it is.
        """
        stock: Any = super()
        stack = find_stack_v2(
            get_cloudformation_store(context.account_id, context.region), stack_name
        )
        if stack is not None:
            refuse_protected(stack)
        stock.delete_stack(context, stack_name, *args, **kwargs)


@aws_provider(api="cloudformation", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_cloudformation() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    stock = ResourceProviderExecutor.try_load_resource_provider

    def try_load(resource_type: str) -> ResourceProvider[Any] | None:
        provider = stock(resource_type)
        if provider is None:
            return None
        provider = with_reason_of_failed_deletion(provider)
        if resource_type == "AWS::S3::Bucket":
            return with_all_properties(provider)
        return with_true_update(provider)

    # LocalStack's own patch helper would make a method of this static one.
    ResourceProviderExecutor.try_load_resource_provider = staticmethod(try_load)  # type: ignore[method-assign]  # on purpose
    delete_what_is_no_longer_wanted()
    keep_what_is_retained()
    fail_with_what_is_left()
    settle_when_done()
    return Service.for_provider(WavetankCloudFormation())
