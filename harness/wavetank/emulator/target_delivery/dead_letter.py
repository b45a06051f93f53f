"""Sends what could not be delivered to a dead-letter queue.

The message's body is the event; its attributes say why it is there.
[EventBridge user guide, eb-rule-dlq; EventBridge Scheduler user guide, configuring-schedule-dlq]
"""

from collections.abc import Mapping
from typing import Any

from localstack.utils.aws.arns import sqs_queue_url_for_arn

from wavetank.emulator.target_delivery.deliveries import Undelivered


def retry_attributes(undelivered: Undelivered) -> dict[str, str]:
    """The attributes that both services send.

    EXHAUSTED_RETRY_CONDITION is one of two limits, so a message that reached neither has none.
    """
    found = {
        "ERROR_MESSAGE": undelivered.failure.message,
        "RETRY_ATTEMPTS": str(undelivered.retries),
    }
    if undelivered.limit is not None:
        found["EXHAUSTED_RETRY_CONDITION"] = undelivered.limit
    return found


def send_dead_letter(client: Any, queue_arn: str, body: str, attributes: Mapping[str, str]) -> None:
    """Send the message by `client`, whose caller needs the permission to send."""
    client.send_message(
        QueueUrl=sqs_queue_url_for_arn(queue_arn),
        MessageBody=body,
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value}
            for name, value in attributes.items()
            if value  # SQS refuses an empty value
        },
    )
