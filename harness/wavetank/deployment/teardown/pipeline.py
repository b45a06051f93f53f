"""`teardown`: everything of a pipeline but its data, in the order in which nothing is lost."""

from collections.abc import Callable
from dataclasses import dataclass

from wavetank.aws.clients import ClientError, error_code
from wavetank.aws.target import Target
from wavetank.core.clock import Clock, rfc3339
from wavetank.core.text import counted
from wavetank.deployment.cloudformation import ResourceEvent
from wavetank.deployment.deletion import StackDeletion
from wavetank.deployment.ownership import TAG
from wavetank.deployment.teardown.buckets import bucket_exists, bucket_tags, delete_bucket
from wavetank.deployment.teardown.drain import Quieting
from wavetank.deployment.teardown.inventory import PipelineInventory
from wavetank.deployment.teardown.residual_resources import (
    StoredData,
    delete_log_groups,
    pending_addresses,
    stored_data,
)

UNDER_WAY = "DELETE_IN_PROGRESS"
"""Of a stack that a teardown before this one had deleted: there is nothing to wait for any more."""


@dataclass(frozen=True)
class Remains:
    """What is left after a teardown; `stack` and `data` are None where there is no such thing."""

    stack: str | None
    data: StoredData | None
    pending: tuple[str, ...]


class Teardown:
    """Tears one pipeline down; `say` hears of each step, `on_event` of each resource."""

    def __init__(
        self,
        target: Target,
        standing: PipelineInventory,
        clock: Clock,
        say: Callable[[str], None],
        on_event: Callable[[ResourceEvent], None] = lambda _: None,
    ) -> None:
        self._target = target
        self._aws = target.aws
        self._standing = standing
        self._names = standing.names
        self._clock = clock
        self._say = say
        self._on_event = on_event

    def run(self, *, abandon_buffer: bool = False) -> Remains:
        """Takes every step that is still to be taken.

        Raises:
            ConditionTimeoutError: the last records did not arrive, or the stack does not settle.
            InfrastructureError: something stands in the way; it is named.
        """
        if self._standing.pipeline is not None:
            if self._standing.pipeline != UNDER_WAY:
                self._come_to_rest(abandon=abandon_buffer)
            self._delete_stack()
        self.remove_artifacts()
        for group in delete_log_groups(self._aws, self._names):
            self._say(f"removed the late log group {group}")
        return self.remains()

    def remove_artifacts(self) -> None:
        """Empties and deletes the artifact bucket, where it is the deployer's own."""
        s3, bucket = self._aws.s3, self._names.artifact_bucket
        if not bucket_exists(s3, bucket, self._target.account):
            return
        if TAG not in bucket_tags(s3, bucket):
            self._say(f"bucket {bucket} stays: it has no tag {TAG}, so it is not this project's")
            return
        count = delete_bucket(s3, bucket)
        self._say(f"removed the artifact bucket {bucket} with {counted(count, 'package')}")

    def remains(self) -> Remains:
        """What is left now."""
        pending = pending_addresses(self._aws, self._target.account, self._names)
        stack = self._names.storage_stack if self._standing.storage else None
        return Remains(stack, self._data() if stack else None, tuple(pending))

    def _come_to_rest(self, *, abandon: bool) -> None:
        quieting = Quieting(self._aws, self._standing, self._clock, self._say)
        quieting.switch_rule_off()
        rest = quieting.wait_until_delivered(abandon=abandon)
        if rest is None:
            return
        if rest.last_tick is not None:
            self._say(f"the last tick is that of {rfc3339(rest.last_tick)}")
        if rest.newest is not None:
            self._say(f"the last object is {rest.newest.key}")

    def _delete_stack(self) -> None:
        deletion = StackDeletion(
            self._aws.cloudformation, self._clock, self._target.pace_seconds, self._on_event
        )
        if deletion.delete(self._names.pipeline_stack):
            self._say(f"deleted the stack {self._names.pipeline_stack}")

    def _data(self) -> StoredData | None:
        try:
            return stored_data(self._aws, self._names.bucket)
        except ClientError as error:
            if error_code(error) != "NoSuchBucket":
                raise
            return None
