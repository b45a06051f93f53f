"""Which messages of a queue are visible now, which are next, and which have expired.

LocalStack moves messages whose delay or visibility timeout has ended by a thread, once a second;
here that is done whenever a queue is called, so that it answers as of now. A simulation asks after
each of its actions, so that no answer may take time that grows with the queue, unless messages are
due.
[SQS developer guide: sqs-visibility-timeout, sqs-delay-queues, FIFO-queues-understanding-logic;
LocalStack 4.14: services/sqs/models.py, QueueUpdateWorker in services/sqs/provider.py]
"""

import heapq
import math
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from localstack.services.sqs.models import FifoQueue, SqsMessage, SqsQueue, sqs_stores

from wavetank.core.clock import WallClock
from wavetank.emulator.sqs.queue_hooks import QUEUE_HOOKS

CLOCK = WallClock()
"""In a run its time is the frozen one."""
STEP_SECONDS = 0.001
"""The least time until a message becomes visible that is not yet: no loop at one instant."""


GROUPS_MIN = 16
"""So many groups of a FIFO queue may be empty before they are removed."""


class QueueSchedule:
    """When messages of a queue become visible that are in flight or delayed, and when some expire.

    An entry counts while its message still becomes visible at that time.
    """

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, SqsMessage]] = []
        self._numbers = count()
        self.oldest = -math.inf
        """No message that waits to be received was created before."""
        self.groups_max = GROUPS_MIN

    def note(self, queue: Any, messages: Iterable[SqsMessage]) -> None:
        """Take the messages, which are new in the queue, or have changed."""
        for message in messages:
            self.oldest = min(self.oldest, message.created)
            if (visible := visible_at(queue, message)) is not None:
                heapq.heappush(self._entries, (visible, next(self._numbers), message))

    def next_visible(self, queue: Any) -> float | None:
        """When the next one becomes visible; None without one."""
        while self._entries:
            visible, _, message = self._entries[0]
            if visible_at(queue, message) == visible:
                return visible
            heapq.heappop(self._entries)
        return None


SCHEDULES: WeakKeyDictionary[Any, QueueSchedule] = WeakKeyDictionary()
"""By queue."""


def schedule_of(queue: Any) -> QueueSchedule:
    """The schedule of the queue."""
    if queue not in SCHEDULES:
        SCHEDULES[queue] = made = QueueSchedule()
        made.note(queue, [*queue.inflight, *queue.delayed])
    return SCHEDULES[queue]


def visible_at(queue: Any, message: SqsMessage) -> float | None:
    """When a message that is in flight or delayed becomes visible; None for any other."""
    if message in queue.inflight:
        return message.visibility_deadline
    return message.created + (message.delay_seconds or 0) if message in queue.delayed else None


def timestamp() -> float:
    """The time, as LocalStack has it in its messages."""
    return CLOCK.now().timestamp()


def is_past(instant: float) -> bool:
    """Whether the time stamp is now or past, to the microsecond: sums of floats are inexact."""
    return not math.isinf(instant) and round(instant * 1e6) <= round(timestamp() * 1e6)


def queue_of(arn: str) -> Any:
    """LocalStack's queue of that ARN; None if it was deleted."""
    _, _, _, region, account, name = arn.split(":")
    return sqs_stores[account][region].queues.get(name)


def refresh(queue: Any) -> None:
    """Make visible what is due, and delete what has expired."""
    schedule = schedule_of(queue)
    visible = schedule.next_visible(queue)
    if visible is not None and is_past(visible):
        _make_visible(queue)
        schedule.oldest = -math.inf
    if _may_expire(queue, schedule.oldest):
        with queue.mutex:
            expired = list(_remove_expired(queue))
            schedule.oldest = min(
                (each[0].created for each in _heaps(queue) if each), default=math.inf
            )
        if expired and QUEUE_HOOKS.observer is not None:
            QUEUE_HOOKS.observer.expired(queue.arn, [message.message_id for message in expired])
    if isinstance(queue, FifoQueue) and len(queue.message_groups) > schedule.groups_max:
        _remove_empty_groups(queue)
        schedule.groups_max = 2 * len(queue.message_groups) + GROUPS_MIN


def _may_expire(queue: Any, oldest: float) -> bool:
    return oldest == -math.inf or is_past(oldest + queue.message_retention_period)


def _make_visible(queue: Any) -> None:
    with queue.mutex:
        return_in_flight(queue)
        due = [message for message in queue.delayed if not message.is_delayed]
        for message in sorted(due):  # a set, so without an order of its own
            queue.delayed.remove(message)
            queue._put_message(message)  # noqa: SLF001 - as LocalStack's own thread does


def _remove_empty_groups(queue: FifoQueue) -> None:
    """Remove groups without any message, which LocalStack keeps for ever."""
    with queue.mutex:
        used = queue.inflight_groups.union(queue.message_group_queue.queue)
        for name, group in list(queue.message_groups.items()):
            if group.empty() and group not in used:
                del queue.message_groups[name]


def next_visible(queue: Any) -> float | None:
    """When a message can be received, as a time stamp: now, later, or never (None)."""
    refresh(queue)
    now = timestamp()
    if is_receivable(queue):
        return now
    later = schedule_of(queue).next_visible(queue)
    return None if later is None else max(later, now + STEP_SECONDS)


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


def is_receivable(queue: Any) -> bool:
    """Whether it has a visible message."""
    if isinstance(queue, FifoQueue):
        return any(not group.empty() for group in queue.message_group_queue.queue)
    return bool(queue.visible.queue)
