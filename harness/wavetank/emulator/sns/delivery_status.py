"""Delivery status logging: an entry in CloudWatch Logs for each delivery, if the topic asks for it.

LocalStack logs failures into the group of successes, does not sample, and reads `SqsSuccess...` in
place of AWS's attribute `SQSSuccess...`; its ids and times are not those of a simulation. Successes
are in `sns/REGION/ACCOUNT/TOPIC`, failures in `.../Failure`.
[Amazon SNS developer guide, sns-topic-attributes, topics-attrib-viewing; Amazon SNS API reference,
SetTopicAttributes; LocalStack 4.14: services/sns/publisher.py, store_delivery_log]
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from wavetank.emulator.service_ids import IDS
from wavetank.emulator.service_log_groups import SERVICE_GROUPS
from wavetank.emulator.target_delivery.deliveries import Undelivered
from wavetank.emulator.target_delivery.retry_policy import jitter_of
from wavetank.emulator.target_delivery.role_clients import service_client

LOG = logging.getLogger(__name__)
PRINCIPAL = "sns"
ATTRIBUTE_PREFIXES = {"firehose": "Firehose", "lambda": "Lambda", "sqs": "SQS"}
"""How the names of a topic's attributes for a protocol begin."""
SAMPLE_RATE_MAX = 100.0
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class DeliveryStatus:
    """What became of a message for one subscription; `failure` is None if it was delivered."""

    topic: str
    protocol: str
    endpoint: str
    message_id: str
    message: str
    accepted: datetime
    finished: datetime
    attempts: int
    failure: Undelivered | None = None

    @property
    def scope(self) -> tuple[str, str]:
        """The topic's account and region."""
        _, _, _, region, account, _ = self.topic.split(":")
        return account, region

    @property
    def group(self) -> str:
        """The name of the log group."""
        _, _, _, region, account, name = self.topic.split(":")
        return f"sns/{region}/{account}/{name}" + ("/Failure" if self.failure else "")

    def is_logged(self, attributes: Mapping[str, Any]) -> bool:
        """Whether the topic's attributes ask for the entry; of successes for a percentage."""
        prefix = ATTRIBUTE_PREFIXES.get(self.protocol)
        if self.failure:
            return bool(attributes.get(f"{prefix}FailureFeedbackRoleArn"))
        rate = float(attributes.get(f"{prefix}SuccessFeedbackSampleRate") or SAMPLE_RATE_MAX)
        is_sampled = jitter_of(self.message_id, 0) * SAMPLE_RATE_MAX < rate
        return is_sampled and bool(attributes.get(f"{prefix}SuccessFeedbackRoleArn"))

    def entry(self, delivery_id: str) -> dict[str, Any]:
        """The entry as AWS writes it; of a success without the response of the target."""
        time = self.accepted.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        digest = hashlib.md5(self.message.encode(), usedforsecurity=False).hexdigest()
        return {
            "notification": {
                "messageMD5Sum": digest,
                "messageId": self.message_id,
                "topicArn": self.topic,
                "timestamp": time,
            },
            "delivery": {
                "deliveryId": delivery_id,
                "destination": self.endpoint,
                **self._response(),
                "dwellTimeMs": (self.finished - self.accepted) // MILLISECOND,
                "attempts": self.attempts,
            },
            "status": "FAILURE" if self.failure else "SUCCESS",
        }

    def _response(self) -> dict[str, str]:
        if self.failure is None:
            return {}
        error = self.failure.failure
        response = {"ErrorCode": error.service_code, "ErrorMessage": error.message}
        return {"providerResponse": json.dumps(response)}


def log_delivery_status(status: DeliveryStatus, attributes: Mapping[str, Any]) -> None:
    """Log the entry if the topic's attributes ask for it; an error is no error of the delivery."""
    try:
        if status.is_logged(attributes):
            _put(status)
    except Exception:  # the message is delivered, or belongs into the dead-letter queue, anyway
        LOG.exception("no delivery status is logged for message %s", status.message_id)


def _put(status: DeliveryStatus) -> None:
    client = service_client("logs", status.topic, PRINCIPAL, status.topic)
    group, stream = status.group, IDS.new()
    try:
        client.create_log_group(logGroupName=group)
        SERVICE_GROUPS[status.scope].add(group)
    except client.exceptions.ResourceAlreadyExistsException:
        LOG.debug("the log group %s exists", group)
    client.create_log_stream(logGroupName=group, logStreamName=stream)
    timestamp = int(status.finished.timestamp() * 1000)
    event = {"timestamp": timestamp, "message": json.dumps(status.entry(IDS.new()))}
    client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
