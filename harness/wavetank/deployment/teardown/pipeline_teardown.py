"""Delete a pipeline except its data, in an order in which nothing is lost."""

from collections.abc import Callable
from dataclasses import dataclass

from wavetank.aws.clients import ClientError, error_code
from wavetank.aws.target import Target
from wavetank.core.clock import Clock, rfc3339
from wavetank.core.text import pluralize
from wavetank.deployment.cloudformation import ResourceEvent
from wavetank.deployment.deletion import StackDeletion
from wavetank.deployment.ownership import TAG
from wavetank.deployment.teardown.buckets import bucket_exists, bucket_tags, delete_bucket
from wavetank.deployment.teardown.drain import PipelineDrain
from wavetank.deployment.teardown.inventory import PipelineInventory
from wavetank.deployment.teardown.residual_resources import (
    StoredData,
    delete_log_groups,
    pending_addresses,
    stored_data,
)

IN_PROGRESS = "DELETE_IN_PROGRESS"
"""Status of a stack that an earlier teardown is deleting: its pipeline was drained before."""


@dataclass(frozen=True)
class TeardownResult:
    """What remains after a teardown; `stack` and `data` are None if they do not exist."""

    stack: str | None
    data: StoredData | None
    pending: tuple[str, ...]


class Teardown:
    """Deletes one pipeline except its data.

    `say` is called with each step, `on_event` with the events of resources.
    """

    def __init__(
        self,
        target: Target,
        inventory: PipelineInventory,
        clock: Clock,
        say: Callable[[str], None],
        on_event: Callable[[ResourceEvent], None] = lambda _: None,
    ) -> None:
        self._target = target
        self._aws = target.aws
        self._inventory = inventory
        self._names = inventory.names
        self._clock = clock
        self._say = say
        self._on_event = on_event

    def run(self, *, abandon_buffer: bool = False) -> TeardownResult:
        """Takes every step that was not taken yet.

        Raises:
            ConditionTimeoutError: the last records did not arrive, or the stack does not settle.
            InfrastructureError: a resource blocks the deletion; the error names it.
        """
        if self._inventory.pipeline is not None:
            if self._inventory.pipeline != IN_PROGRESS:
                self._drain(abandon=abandon_buffer)
            self._delete_stack()
        self.remove_artifacts()
        for group in delete_log_groups(self._aws, self._names):
            self._say(f"removed the late log group {group}")
        return self.remains()

    def remove_artifacts(self) -> None:
        """Empties and deletes the artifact bucket, if it has the deployer's tag."""
        s3, bucket = self._aws.s3, self._names.artifact_bucket
        if not bucket_exists(s3, bucket, self._target.account):
            return
        if TAG not in bucket_tags(s3, bucket):
            self._say(f"bucket {bucket} is not deleted: it lacks Wavetank's tag {TAG}")
            return
        count = delete_bucket(s3, bucket)
        self._say(f"removed the artifact bucket {bucket} with {pluralize(count, 'package')}")

    def remains(self) -> TeardownResult:
        """What remains now."""
        pending = pending_addresses(self._aws, self._target.account, self._names)
        stack = self._names.storage_stack if self._inventory.storage else None
        return TeardownResult(stack, self._data() if stack else None, tuple(pending))

    def _drain(self, *, abandon: bool) -> None:
        drain = PipelineDrain(self._aws, self._inventory, self._clock, self._say)
        drain.switch_rule_off()
        drained = drain.wait_until_delivered(abandon=abandon)
        if drained is None:
            return
        if drained.last_tick is not None:
            self._say(f"the last tick is that of {rfc3339(drained.last_tick)}")
        if drained.newest is not None:
            self._say(f"the last object is {drained.newest.key}")

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
