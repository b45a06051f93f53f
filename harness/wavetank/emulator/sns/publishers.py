"""Publishes to functions, queues, delivery streams and addresses of HTTP, with retries.

LocalStack makes one attempt, and sends what fails to the subscription's dead-letter queue as if the
subscription were the source, which a queue's policy for the topic refuses.
[Amazon SNS developer guide, sns-message-delivery-retries, sns-dead-letter-queues; LocalStack 4.14:
services/sns/publisher.py]
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localstack.services.sns import publisher
from localstack.utils.aws.arns import firehose_name, sqs_queue_url_for_arn
from localstack.utils.aws.aws_responses import create_sqs_system_attributes

from wavetank.core.clock import Clock
from wavetank.core.resource_name import is_fifo
from wavetank.emulator.sns.delivery_status import DeliveryStatus, log_delivery_status
from wavetank.emulator.sns.retry_policy import TopicRetryPolicy
from wavetank.emulator.target_delivery.deliveries import (
    TargetDeliveries,
    TargetDelivery,
    Undelivered,
)
from wavetank.emulator.target_delivery.failures import FailureCode, TargetError
from wavetank.emulator.target_delivery.function_invoker import FUNCTIONS, EventOrigin
from wavetank.emulator.target_delivery.role_clients import (
    TARGET_SESSIONS,
    role_client,
    service_client,
)

PRINCIPAL = "sns"
RAW_MAX = 10
"""The attributes that a raw message for a queue may have; SNS discards others as client errors.

[Amazon SNS developer guide, sns-large-payload-raw-message-delivery]
"""
TOO_MANY_ATTRIBUTES = "A raw message for a queue has more than 10 message attributes."


@dataclass(frozen=True, kw_only=True)
class TopicMessage:
    """A message for one subscription; `body` is what a queue or a dead-letter queue gets.

    `published` is the message as LocalStack keeps it, for all subscriptions.
    """

    subscriber: Mapping[str, Any]
    published: Any
    body: str

    @property
    def id(self) -> str:
        """The id that Publish has returned."""
        return str(self.published.message_id)

    @property
    def group(self) -> str | None:
        """The message group whose order counts; None for a topic that is not FIFO."""
        return self.published.message_group_id if is_fifo(self.topic) else None

    @property
    def topic(self) -> str:
        """The ARN of the topic."""
        return str(self.subscriber["TopicArn"])

    @property
    def endpoint(self) -> str:
        """The ARN of the target."""
        return str(self.subscriber["Endpoint"])

    @property
    def source(self) -> EventOrigin:
        """The topic, and the message's id."""
        return EventOrigin(arn=self.topic, ids=(self.id,))

    def parameters(self, queue: str) -> Mapping[str, Any]:
        """The parameters of SendMessage besides the body; a FIFO queue needs more of them."""
        subscriber: Any = {**self.subscriber, "Endpoint": queue}
        found: dict[str, Any] = publisher.SqsTopicPublisher.get_sqs_kwargs(
            self.published, subscriber
        )
        return found


class TopicDeliveries:
    """Delivers messages with SNS's retries, and to dead-letter queues in the end."""

    def __init__(self, deliveries: TargetDeliveries, clock: Clock) -> None:
        self._deliveries = deliveries
        self._clock = clock

    def begin(self, context: Any, subscriber: Any, send: Callable[[TopicMessage], None]) -> None:
        """Make the first attempt now; `send` raises if the target refuses the message."""
        message, accepted = _message(context, subscriber), self._clock.now()

        def log(attempts: int, failure: Undelivered | None = None) -> None:
            status = _status(message, accepted, self._clock.now(), attempts, failure)
            log_delivery_status(status, context.topic_attributes)

        def send_and_log(attempt: int) -> None:
            send(message)
            log(attempt)

        def give_up(undelivered: Undelivered) -> bool:
            log(undelivered.retries + 1, undelivered)
            return send_to_dead_letters(message)

        self._deliveries.begin(
            TargetDelivery(
                key=f"{message.id} for {subscriber['SubscriptionArn']}",
                target=str(subscriber["SubscriptionArn"]),
                send=send_and_log,
                give_up=give_up,
                policy=TopicRetryPolicy(),
                accepted=accepted,
                destination=message.endpoint,
                source=message.source,
                group=message.group,
            )
        )


def _message(context: Any, subscriber: Any) -> TopicMessage:
    found = context.message
    body = publisher.create_sns_message_body(found, subscriber, context.topic_attributes)
    return TopicMessage(subscriber=subscriber, published=found, body=body)


def _status(
    message: TopicMessage,
    accepted: datetime,
    finished: datetime,
    attempts: int,
    failure: Undelivered | None,
) -> DeliveryStatus:
    protocol = str(message.subscriber["Protocol"])
    return DeliveryStatus(
        topic=message.topic,
        protocol=protocol,
        endpoint=message.endpoint,
        message_id=message.id,
        message=message.published.message_content(protocol),
        accepted=accepted,
        finished=finished,
        attempts=attempts,
        failure=failure,
    )


def send_to_dead_letters(message: TopicMessage) -> bool:
    """Send the message to the subscription's dead-letter queue; returns whether it has one.

    Raises:
        ClientError: the queue does not exist, or its policy does not allow the topic to send.
    """
    policy = json.loads(message.subscriber.get("RedrivePolicy") or "{}")
    queue = policy.get("deadLetterTargetArn")
    if not queue:
        return False
    client = service_client("sqs", queue, PRINCIPAL, message.topic)
    client.send_message(
        QueueUrl=sqs_queue_url_for_arn(queue),
        MessageBody=message.body,
        **message.parameters(queue),
    )
    return True


class FunctionPublisher(publisher.LambdaTopicPublisher):
    """Protocol `lambda`: invokes the function asynchronously."""

    def __init__(self, deliveries: TopicDeliveries) -> None:
        super().__init__()
        self._deliveries = deliveries

    def _publish(self, context: Any, subscriber: Any) -> None:
        event = self.prepare_message(context.message, subscriber, context.topic_attributes)

        def send(message: TopicMessage) -> None:
            client = service_client("lambda", message.endpoint, PRINCIPAL, message.topic)
            FUNCTIONS.invoke(client, message.endpoint, event, message.source)

        self._deliveries.begin(context, subscriber, send)


class QueuePublisher(publisher.SqsTopicPublisher):
    """Protocol `sqs`: sends the message, raw or in SNS's JSON."""

    def __init__(self, deliveries: TopicDeliveries) -> None:
        super().__init__()
        self._deliveries = deliveries

    def _publish(self, context: Any, subscriber: Any) -> None:
        system_attributes = create_sqs_system_attributes(context.request_headers)

        def send(message: TopicMessage) -> None:
            if len(message.parameters(message.endpoint).get("MessageAttributes", ())) > RAW_MAX:
                raise TargetError(FailureCode.INVALID_PARAMETER, TOO_MANY_ATTRIBUTES)
            client = service_client("sqs", message.endpoint, PRINCIPAL, message.topic)
            client.send_message(
                QueueUrl=sqs_queue_url_for_arn(message.endpoint),
                MessageBody=message.body,
                MessageSystemAttributes=system_attributes,
                **message.parameters(message.endpoint),
            )

        self._deliveries.begin(context, subscriber, send)


class StreamPublisher(publisher.FirehoseTopicPublisher):
    """Protocol `firehose`: puts a record with the permissions of the subscription's role."""

    def __init__(self, deliveries: TopicDeliveries) -> None:
        super().__init__()
        self._deliveries = deliveries

    def _publish(self, context: Any, subscriber: Any) -> None:
        def send(message: TopicMessage) -> None:
            role = str(message.subscriber["SubscriptionRoleArn"])
            TARGET_SESSIONS[PRINCIPAL].call(role, lambda: _put_record(message, role))

        self._deliveries.begin(context, subscriber, send)


def _put_record(message: TopicMessage, role: str) -> None:
    client = role_client("firehose", role, message.endpoint.split(":")[3], PRINCIPAL)
    client.put_record(
        DeliveryStreamName=firehose_name(message.endpoint),
        Record={"Data": message.body.encode()},
    )


type OnPosted = Callable[[str, str, str | None, str], None]
"""Gets the topic, the URL, the subject and the body of a message."""


class RecordingHttpPublisher(publisher.HttpTopicPublisher):
    """Protocols `http` and `https` in the simulator, which has no network: every URL accepts."""

    def __init__(self, posted: OnPosted) -> None:
        super().__init__()
        self._posted = posted

    def _publish(self, context: Any, subscriber: Any) -> None:
        message = _message(context, subscriber)
        self._posted(message.topic, message.endpoint, context.message.subject, message.body)
