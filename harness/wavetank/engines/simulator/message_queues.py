"""The SQS queues of the simulator, as far as a simulation sees them beyond their API."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wavetank.engines.simulator.hooks import SimulatorHooks


class MessageQueues:
    """What queues hold; each is named by its ARN."""

    def next_visible(self, arn: str) -> datetime | None:
        """When a message of the queue can be received, now or later; None without one."""
        from wavetank.emulator.sqs.visibility import next_visible, queue_of  # noqa: PLC0415 - imports LocalStack

        queue = queue_of(arn)
        instant = None if queue is None else next_visible(queue)
        return None if instant is None else datetime.fromtimestamp(instant, UTC)

    def messages(self, arn: str) -> list[str]:
        """The ids of all messages that the queue holds."""
        from wavetank.emulator.sqs.visibility import messages_of, queue_of  # noqa: PLC0415 - as above

        queue = queue_of(arn)
        return [] if queue is None else [each.message_id for each in messages_of(queue)]

    def gone(self, arn: str, ids: Collection[str]) -> frozenset[str]:
        """Which of the messages the queue holds no longer; none if it does not exist itself."""
        from wavetank.emulator.sqs.visibility import queue_of  # noqa: PLC0415 - as above

        return frozenset() if queue_of(arn) is None else frozenset(ids) - {*self.messages(arn)}

    def texts(self, arn: str) -> list[str]:
        """The bodies of all messages that the queue holds."""
        from wavetank.emulator.sqs.visibility import messages_of, queue_of  # noqa: PLC0415 - as above

        queue = queue_of(arn)
        return [] if queue is None else [each.message["Body"] or "" for each in messages_of(queue)]

    def has_dead_letter_queue(self, arn: str) -> bool:
        """Whether messages that are received too often leave the queue."""
        from wavetank.emulator.sqs.visibility import queue_of  # noqa: PLC0415 - as above

        queue = queue_of(arn)
        return queue is not None and queue.max_receive_count is not None

    @contextmanager
    def hooked(self, hooks: "SimulatorHooks") -> Iterator[None]:
        """Call the hooks for messages and waiting receivers while the body runs."""
        from wavetank.emulator.sqs.queue_hooks import QUEUE_HOOKS  # noqa: PLC0415 - as above

        stock = QUEUE_HOOKS.observer, QUEUE_HOOKS.wait
        QUEUE_HOOKS.observer, QUEUE_HOOKS.wait = hooks.messages, hooks.wait
        try:
            yield
        finally:
            QUEUE_HOOKS.observer, QUEUE_HOOKS.wait = stock
