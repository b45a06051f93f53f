"""`teardown --delete-data`: the data of a deleted pipeline, and the stack of their bucket.

The bucket goes before its stack, which names it: whatever cuts this off leaves what says what is
still to be done. The stack keeps its bucket and its policy when it is deleted, so it deletes none.
"""

from collections.abc import Callable

from wavetank.aws.target import Target
from wavetank.core.clock import Clock
from wavetank.core.errors import UsageError
from wavetank.deployment.cloudformation import ResourceEvent
from wavetank.deployment.deletion import StackDeletion
from wavetank.deployment.teardown.buckets import bucket_exists, delete_bucket
from wavetank.deployment.teardown.inventory import PipelineInventory


def require_torn_down(standing: PipelineInventory) -> None:
    """Returns where no pipeline delivers to the bucket any more.

    Raises:
        UsageError: one does.
    """
    if standing.pipeline is not None:
        raise UsageError(
            "a pipeline that is torn down",
            f"stack {standing.names.pipeline_stack} in {standing.pipeline}",
            "run ./wavetank teardown first",
        )


def release_bucket(
    target: Target,
    standing: PipelineInventory,
    clock: Clock,
    on_progress: Callable[[int], None] = lambda _: None,
    on_event: Callable[[ResourceEvent], None] = lambda _: None,
) -> int:
    """Deletes the bucket with all that is in it, then its stack; returns how many objects it had.

    Raises:
        UsageError: a pipeline still delivers to it.
        InfrastructureError: the bucket is another account's, or something stands in the way.
    """
    require_torn_down(standing)
    aws = target.aws
    bucket, count = standing.names.bucket, 0
    if bucket_exists(aws.s3, bucket, target.account):
        count = delete_bucket(aws.s3, bucket, on_progress)
    deletion = StackDeletion(aws.cloudformation, clock, target.pace_seconds, on_event)
    deletion.delete(standing.names.storage_stack)
    return count
