"""The events of LocalStack's poller of queues, as Lambda makes them; for live engines.

LocalStack parses a body that is JSON, and writes it anew: the function gets another text than was
sent. It makes one event for each group of a FIFO queue, where a batch of Lambda's has all groups,
and after one that fails it skips the others, which are received once more then.
[Lambda developer guide: with-sqs, services-sqs-scaling; LocalStack 4.14: services/lambda_/
event_source_mapping/pollers/sqs_poller.py]
"""

from typing import Any

from localstack.services.lambda_.event_source_mapping.event_processor import (
    PartialBatchFailureError,
)

from wavetank.emulator.lambda_.event_filters import matches_filters
from wavetank.emulator.lambda_.item_failures import reported_failures
from wavetank.emulator.lambda_.queue_records import message_record
from wavetank.emulator.patches import patch_of

HANDLE = (
    "localstack.services.lambda_.event_source_mapping.pollers.sqs_poller:SqsPoller.handle_messages"
)
SPLIT = (
    "localstack.services.lambda_.event_source_mapping.pollers.sqs_poller:split_by_message_group_id"
)


def correct_queue_events() -> None:
    """Apply the patches."""
    patch_of(HANDLE).apply(handle_messages)
    patch_of(SPLIT).apply(lambda messages: {"all": messages})


def handle_messages(poller: Any, messages: list[dict[str, Any]]) -> None:
    """Invoke the function with the messages that match a filter, and delete what is processed."""
    records = [message_record(message, poller.source_arn) for message in messages]
    matching = [each for each in records if matches_filters(each, poller.filter_patterns)]
    ids = {record["messageId"] for record in matching}
    poller.delete_messages(messages, {message["MessageId"] for message in messages} - ids)
    if not matching:
        return
    try:
        poller.processor.process_events_batch(matching)
    except PartialBatchFailureError as error:
        failed = reported_failures(error.partial_failure_payload, ids)
        poller.delete_messages(messages, ids - failed)
    else:
        poller.delete_messages(messages, ids)
