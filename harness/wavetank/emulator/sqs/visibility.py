"""Which messages of a queue are visible now, which are next, and which have expired.

LocalStack moves messages whose delay or visibility timeout has ended by a thread, once a second;
here that is done whenever a queue is called, so that it answers as of now.
[SQS developer guide: sqs-visibility-timeout, sqs-delay-queues, FIFO-queues-understanding-logic;
LocalStack 4.14: services/sqs/models.py, QueueUpdateWorker in services/sqs/provider.py]
"""

from collections.abc import Iterator
from typing import Any

from localstack.services.sqs.models import FifoQueue, SqsMessage, SqsQueue, sqs_stores

from wavetank.core.clock import WallClock
from wavetank.emulator.sqs.queue_hooks import QUEUE_HOOKS

CLOCK = WallClock()
"""In a run its time is the frozen one."""
STEP_SECONDS = 0.001
"""The least time until a message becomes visible that is not yet: no loop at one instant."""


def timestamp() -> float:
    """The time, as LocalStack has it in its messages."""
    return CLOCK.now().timestamp()


def is_past(instant: float) -> bool:
    """Whether the time stamp is now or past, to the microsecond: sums of floats are inexact."""
    return round(instant * 1e6) <= round(timestamp() * 1e6)


def queue_of(arn: str) -> Any:
    """LocalStack's queue of that ARN; None if it was deleted."""
    _, _, _, region, account, name = arn.split(":")
    return sqs_stores[account][region].queues.get(name)


def refresh(queue: Any) -> None:
    """Make visible what is due, and delete what has expired."""
    if not (queue.inflight or queue.delayed or queue.approximate_number_of_messages):
        return
    with queue.mutex:
        return_in_flight(queue)
        due = [message for message in queue.delayed if not message.is_delayed]
        for message in sorted(due):  # a set, so without an order of its own
            queue.delayed.remove(message)
            queue._put_message(message)  # noqa: SLF001 - as LocalStack's own thread does
        expired = list(_remove_expired(queue))
    if expired and QUEUE_HOOKS.observer is not None:
        QUEUE_HOOKS.observer.expired(queue.arn, [message.message_id for message in expired])


def next_visible(queue: Any) -> float | None:
    """When a message can be received, as a time stamp: now, later, or never (None)."""
    refresh(queue)
    now = timestamp()
    if _is_receivable(queue):
        return now
    later = [message.visibility_deadline for message in queue.inflight]
    later += [message.created + message.delay_seconds for message in queue.delayed]
    return max(min(later), now + STEP_SECONDS) if later else None


def messages_of(queue: Any) -> list[SqsMessage]:
    """All messages: visible, in flight and delayed ones."""
    refresh(queue)
    return [*_waiting(queue), *queue.inflight, *queue.delayed]


def return_in_flight(queue: Any) -> None:
    """Return the messages whose visibility timeout has ended.

    A group of a FIFO queue is available again once none of its messages is in flight; LocalStack's
    thread makes it available with the first message, and stops at the first that is in flight.
    """
    due = [message for message in queue.inflight if message.is_visible]
    for message in due:
        del queue.inflight[message]
        if isinstance(queue, FifoQueue):
            queue.get_message_group(message.message_group_id).push(message)
        else:
            queue._put_message(message)  # noqa: SLF001 - as LocalStack's own thread does
    if isinstance(queue, FifoQueue):
        for name in dict.fromkeys(message.message_group_id for message in due):
            queue.update_message_group_visibility(queue.get_message_group(name))


def _remove_expired(queue: SqsQueue) -> Iterator[SqsMessage]:
    period = queue.message_retention_period
    for heap in _heaps(queue):
        yield from queue.remove_expired_messages_from_heap(heap, period)
    if isinstance(queue, FifoQueue):
        groups = queue.message_group_queue.queue
        for group in [group for group in groups if group.empty()]:
            groups.remove(group)  # the next message of the group makes it available again


def _heaps(queue: Any) -> list[list[SqsMessage]]:
    if isinstance(queue, FifoQueue):
        return [group.messages for group in queue.message_groups.values()]
    return [queue.visible.queue]


def _waiting(queue: Any) -> list[SqsMessage]:
    return [message for heap in _heaps(queue) for message in heap]


def _is_receivable(queue: Any) -> bool:
    if isinstance(queue, FifoQueue):
        return any(not group.empty() for group in queue.message_group_queue.queue)
    return bool(queue.visible.queue)
