"""LocalStack's SQS with the corrections that every engine needs.

A message of a FIFO queue is visible again when its own visibility timeout ends: LocalStack stops at
the first message of the queue that is not. Expired messages are deleted, as they are not by
default. Messages of one instant keep their order.

Selected with `PROVIDER_OVERRIDE_SQS=wavetank`.
[SQS developer guide: sqs-visibility-timeout, FIFO-queues-understanding-logic; SQS API reference:
SetQueueAttributes, MessageRetentionPeriod; LocalStack 4.14: services/sqs/models.py]
"""

from itertools import count
from typing import Any

from localstack.services.plugins import Service, aws_provider
from localstack.services.sqs.provider import SqsProvider

from wavetank.emulator.patches import patch_of
from wavetank.emulator.sqs.visibility import return_in_flight

ARRIVALS = count()
"""Numbers all messages in the order in which they were made."""


def correct_queues() -> None:
    """Apply the patches."""
    patch_of("localstack.config:SQS_ENABLE_MESSAGE_RETENTION_PERIOD").apply(new=True)
    patch_of("localstack.services.sqs.models:FifoQueue.requeue_inflight_messages").apply(_requeue)
    patch_of("localstack.services.sqs.models:SqsMessage.__lt__").apply(_precedes)
    patch = patch_of("localstack.services.sqs.models:SqsMessage.__init__")
    stock = patch.original()

    def begin(message: Any, *arguments: Any, **named: Any) -> None:
        stock(message, *arguments, **named)
        message.arrival = next(ARRIVALS)

    patch.apply(begin)


def _requeue(queue: Any) -> None:
    with queue.mutex:
        return_in_flight(queue)


def _precedes(first: Any, second: Any) -> bool:
    """By arrival, where LocalStack compares the time stamps, which are equal at one instant.

    Messages of a snapshot that was written before have no number, and come first.
    """
    one, other = getattr(first, "arrival", -1), getattr(second, "arrival", -1)
    return bool((first.priority, one) < (second.priority, other))


@aws_provider(api="sqs", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_sqs() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    correct_queues()
    return Service.for_provider(SqsProvider())
