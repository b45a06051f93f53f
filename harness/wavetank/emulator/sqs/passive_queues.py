"""Replaces what LocalStack's queues do in threads, in real time, or at random.

Only queues of SQS are meant: LocalStack's Lambda has a queue of its own for each function, in an
account of LocalStack's, whose receiver is a thread that must go on waiting in real time.

A receiver that waits for messages gets them at the instant at which the first can be received; one
outside of a handler does not wait.
[LocalStack 4.14: services/sqs/models.py, services/sqs/provider.py; SQS developer guide:
sqs-short-and-long-polling]
"""

import base64
from typing import Any

from localstack.config import INTERNAL_RESOURCE_ACCOUNT
from localstack.services.sqs.models import MessageMoveTask, SqsMessage
from localstack.services.sqs.utils import encode_receipt_handle

from wavetank.core.resource_name import is_fifo
from wavetank.emulator.patches import patch_of
from wavetank.emulator.service_ids import IDS
from wavetank.emulator.sqs.queue_hooks import QUEUE_HOOKS
from wavetank.emulator.sqs.visibility import (
    is_past,
    is_receivable,
    next_visible,
    refresh,
    schedule_of,
    timestamp,
)

SEQUENCE_START = 18_850_000_000_000_000_000
"""The first sequence number of FIFO queues, with AWS's 20 digits."""
SEQUENCE = [SEQUENCE_START]
"""The next sequence number, which `restart_numbers` sets back."""


def make_queues_passive() -> None:
    """Apply the replacements."""
    patch_of("localstack.config:SQS_DISABLE_CLOUDWATCH_METRICS").apply(new=True)
    for target, new in REPLACED.items():
        patch_of(target).apply(new)
    for target, wrapped in WRAPPED.items():
        patch = patch_of(target)
        patch.apply(wrapped(patch.original()))


def restart_numbers() -> None:
    """Begin again with the sequence numbers of messages, as at the baseline of a run."""
    SEQUENCE[0] = SEQUENCE_START


def _is_delayed(message: SqsMessage) -> bool:
    """LocalStack withholds a message at the instant at which its delay ends, or without one."""
    delay = message.delay_seconds
    return bool(delay) and not is_past(message.created + (delay or 0))


def _receipt_handle(queue_arn: str, message: SqsMessage) -> str:
    """LocalStack's receipt handle, with our source of random ids."""
    if INTERNAL_RESOURCE_ACCOUNT in queue_arn:  # in a thread, which must not draw from the seed
        return str(encode_receipt_handle(queue_arn, message))
    text = f"{IDS.new()} {queue_arn} {message.message_id} {message.last_received}"
    return base64.b64encode(text.encode()).decode()


def _next_sequence_number(_: object) -> int:
    SEQUENCE[0] += 1
    return SEQUENCE[0]


def _move_messages(manager: Any, task: MessageMoveTask) -> None:
    """Move all messages before StartMessageMoveTask returns, at any rate that the task names."""
    source = manager._get_queue_by_arn(task.source_arn)  # noqa: SLF001 - as LocalStack's own
    task.approximate_number_of_messages_to_move = source.approximate_number_of_messages
    task.approximate_number_of_messages_moved = 0
    task.mark_started()
    task.max_number_of_messages_per_second = None
    manager.move_tasks[task.task_id] = task
    manager._run(task)  # noqa: SLF001 - as above


def _refreshed(stock: Any) -> Any:
    """Answer as of now, before attributes are read."""

    def call(queue: Any, *arguments: Any, **named: Any) -> Any:
        refresh(queue)
        return stock(queue, *arguments, **named)

    return call


def _noting_visibility(stock: Any) -> Any:
    """Answer as of now, and note when the message becomes visible instead."""

    def update(queue: Any, receipt_handle: str, visibility_timeout: int) -> None:
        refresh(queue)
        stock(queue, receipt_handle, visibility_timeout)
        schedule_of(queue).note(queue, [queue.receipts[receipt_handle]])

    return update


def _noting_delays(stock: Any) -> Any:
    def update(queue: Any, value: int) -> None:
        stock(queue, value)
        schedule_of(queue).note(queue, queue.delayed)

    return update


def _reporting_queued(stock: Any) -> Any:
    """Let the observer delay a message, and report it once the queue has it."""

    def put(queue: Any, message: Any, **named: Any) -> Any:
        is_internal = queue.account_id == INTERNAL_RESOURCE_ACCOUNT
        observer = None if is_internal else QUEUE_HOOKS.observer
        if observer and (later := observer.held_back_seconds(queue.arn, message["MessageId"])):
            given = named.get("delay_seconds")
            named["delay_seconds"] = (queue.delay_seconds if given is None else given) + later
        made = stock(queue, message, **named)
        schedule_of(queue).note(queue, [made])
        if observer and _is_new(queue, made):
            group = made.message_group_id if is_fifo(queue.arn) else ""
            observer.queued(queue.arn, made.message_id, group or "")
        return made

    return put


def _is_new(queue: Any, made: SqsMessage) -> bool:
    """Whether the message is not a duplicate, of which a FIFO queue keeps only the first."""
    known = getattr(queue, "deduplication", {})
    return known.get(made.message_deduplication_id, made) is made


def _receiving_in_virtual_time(stock: Any) -> Any:
    def receive(
        queue: Any,
        num_messages: int = 1,
        wait_time_seconds: float | None = None,
        visibility_timeout: int | None = None,
        *,
        poll_empty_queue: bool = False,
    ) -> Any:
        if queue.account_id == INTERNAL_RESOURCE_ACCOUNT:
            return stock(queue, num_messages, wait_time_seconds, visibility_timeout)
        del poll_empty_queue  # LocalStack's pollers of mappings set it, which do not run here
        end = timestamp() + (wait_time_seconds or 0)
        while True:
            refresh(queue)
            result = stock(queue, num_messages, 0, visibility_timeout)
            schedule_of(queue).note(queue, result.successful)
            _report_dead_letters(queue, result)
            remaining = end - timestamp()
            if result.successful or result.dead_letter_messages or remaining <= 0:
                return result
            visible = next_visible(queue)
            seconds = remaining if visible is None else min(remaining, visible - timestamp())
            if not QUEUE_HOOKS.wait(lambda: is_receivable(queue), seconds):
                return result

    return receive


def _report_dead_letters(queue: Any, result: Any) -> None:
    if result.dead_letter_messages and QUEUE_HOOKS.observer is not None:
        ids = [message.message_id for message in result.dead_letter_messages]
        QUEUE_HOOKS.observer.dead_lettered(queue.arn, ids)


REPLACED = {
    "localstack.services.sqs.models:FifoQueue.next_sequence_number": _next_sequence_number,
    "localstack.services.sqs.models:SqsMessage.is_delayed": property(_is_delayed),
    "localstack.services.sqs.models:encode_receipt_handle": _receipt_handle,
    "localstack.services.sqs.provider:MessageMoveTaskManager.submit": _move_messages,
    "localstack.services.sqs.provider:QueueUpdateWorker.start": lambda _: None,
    "localstack.services.sqs.provider:generate_message_id": IDS.new,
}
WRAPPED = {
    "localstack.services.sqs.models:FifoQueue.update_delay_seconds": _noting_delays,
    "localstack.services.sqs.models:FifoQueue.put": _reporting_queued,
    "localstack.services.sqs.models:FifoQueue.receive": _receiving_in_virtual_time,
    "localstack.services.sqs.models:SqsQueue.get_queue_attributes": _refreshed,
    "localstack.services.sqs.models:SqsQueue.update_visibility_timeout": _noting_visibility,
    "localstack.services.sqs.models:StandardQueue.put": _reporting_queued,
    "localstack.services.sqs.models:StandardQueue.receive": _receiving_in_virtual_time,
}
"""By target, what makes the replacement of the original."""
