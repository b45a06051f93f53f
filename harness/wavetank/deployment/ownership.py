"""Whose a stack is: nothing that Wavetank did not make is changed by it.

What it makes carries a tag. Stacks of versions that gave none are known by a parameter.
"""

from wavetank.core.errors import UsageError
from wavetank.deployment.cloudformation import FoundStack

TAG = "wavetank"
"""On every stack, and by CloudFormation on its resources, and on the artifact bucket."""
IDENTITY = "DeliveryBucketName"
"""The parameter that two people cannot share, though their letters may be the same."""


def check_ours(standing: FoundStack, bucket: str) -> None:
    """Returns where the stack is new, or of the pipeline that delivers into the bucket.

    Raises:
        UsageError: it is somebody else's, or of another person's pipeline.
    """
    if standing.is_new:
        return
    if TAG not in standing.tags and IDENTITY not in standing.parameters:
        raise UsageError(
            f"stack {standing.name} to be one of Wavetank's, with its tag {TAG}",
            "a stack of something else",
            "choose another --prefix, or delete that stack if nothing needs it",
        )
    found = standing.parameters.get(IDENTITY, bucket)
    if found != bucket:
        raise UsageError(
            f"stack {standing.name} with the bucket {bucket}",
            f"one with {found}: somebody's whose letters are the same",
            "choose another --prefix",
        )
