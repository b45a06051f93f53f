"""Sends what could not be delivered to a dead-letter queue.

The message's body is the event; its attributes say why it is there.
[EventBridge user guide, eb-rule-dlq; EventBridge Scheduler user guide, configuring-schedule-dlq]
"""

from collections.abc import Mapping
from typing import Any

from localstack.aws.connect import connect_to
from localstack.utils.aws.arns import sqs_queue_url_for_arn
from localstack.utils.aws.client_types import ServicePrincipal

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


def service_client(service: str, arn: str, principal: str, source_arn: str) -> Any:
    """A client of the account and region of `arn`, which calls as the service principal.

    `source_arn` is the rule that the call is for, which policies may require.
    """
    _, _, _, region, account, *_ = arn.split(":")
    factory: Any = connect_to(aws_access_key_id=account, region_name=region)
    client: Any = factory.get_client(service)
    return client.request_metadata(service_principal=principal, source_arn=source_arn)


def role_client(service: str, role_arn: str, region: str, principal: str) -> Any:
    """A client with the permissions of the role, which the service principal assumes.

    Raises:
        ClientError: of AssumeRole, if the role does not trust the service.
    """
    factory: Any = connect_to.with_assumed_role(
        role_arn=role_arn, service_principal=ServicePrincipal(principal), region_name=region
    )
    return factory.get_client(service)
