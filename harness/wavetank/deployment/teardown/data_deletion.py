"""Delete the data of a pipeline that was torn down, and the stack that retains them.

The bucket is deleted before its stack, which names it: after an interruption the stack still shows
what remains to be done. The stack retains its bucket when it is deleted, so it deletes none itself.
"""

from collections.abc import Callable

from wavetank.aws.target import Target
from wavetank.core.clock import Clock
from wavetank.core.errors import UsageError
from wavetank.deployment.cloudformation import ResourceEvent
from wavetank.deployment.deletion import StackDeletion
from wavetank.deployment.teardown.buckets import bucket_exists, delete_bucket
from wavetank.deployment.teardown.inventory import PipelineInventory


def require_torn_down(inventory: PipelineInventory) -> None:
    """Returns if no pipeline delivers to the bucket any more.

    Raises:
        UsageError: a pipeline still does.
    """
    if inventory.pipeline is not None:
        raise UsageError(
            "a pipeline that is torn down",
            f"stack {inventory.names.pipeline_stack} in {inventory.pipeline}",
            "run ./wavetank teardown first",
        )


def delete_stored_data(
    target: Target,
    inventory: PipelineInventory,
    clock: Clock,
    on_progress: Callable[[int], None] = lambda _: None,
    on_event: Callable[[ResourceEvent], None] = lambda _: None,
) -> int:
    """Deletes the bucket with all its objects, then its stack; returns how many objects it had.

    Raises:
        UsageError: a pipeline still delivers to it.
        InfrastructureError: the bucket is another account's, or a resource blocks the deletion.
    """
    require_torn_down(inventory)
    aws = target.aws
    bucket, count = inventory.names.bucket, 0
    if bucket_exists(aws.s3, bucket, target.account):
        count = delete_bucket(aws.s3, bucket, on_progress)
    deletion = StackDeletion(aws.cloudformation, clock, target.pace_seconds, on_event)
    deletion.delete(inventory.names.storage_stack)
    return count
