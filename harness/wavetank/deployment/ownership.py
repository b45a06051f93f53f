"""Check that a stack belongs to Wavetank and to this pipeline before it is changed.

Wavetank tags what it creates. Stacks of versions without the tag are recognized by a parameter.
"""

from wavetank.core.errors import UsageError
from wavetank.deployment.cloudformation import FoundStack

TAG = "wavetank"
"""On every stack, by CloudFormation also on its resources, and on the artifact bucket."""
IDENTITY = "DeliveryBucketName"
"""A parameter that differs between two persons even if their initials are the same."""


def check_ownership(stack: FoundStack, bucket: str) -> None:
    """Returns if the stack is new, or belongs to the pipeline that delivers into the bucket.

    Raises:
        UsageError: the stack is not Wavetank's, or belongs to another person's pipeline.
    """
    if stack.is_new:
        return
    if TAG not in stack.tags and IDENTITY not in stack.parameters:
        raise UsageError(
            f"stack {stack.name} with Wavetank's tag {TAG}",
            "a stack that is not Wavetank's",
            "choose another --prefix, or delete that stack if nothing needs it",
        )
    found = stack.parameters.get(IDENTITY, bucket)
    if found != bucket:
        raise UsageError(
            f"stack {stack.name} with the bucket {bucket}",
            f"one with {found}, of another person with the same initials",
            "choose another --prefix",
        )
