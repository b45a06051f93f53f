"""Calls of the services that a rule's targets belong to, with the text that the target receives.

LocalStack's own senders do the rest, such as APIs. They make their client with
the target's role or, without one, as EventBridge, so that the resource's policy is checked.
[EventBridge user guide, eb-targets, eb-use-resource-based, eb-use-identity-based; EventBridge API
reference, Target; LocalStack 4.14: services/events/target.py]
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localstack.services.events.target import TargetSender
from localstack.utils.aws.arns import firehose_name, sqs_queue_url_for_arn

from wavetank.emulator.events.input_transformer import is_json
from wavetank.emulator.events.json_path import MissingValueError, value_at
from wavetank.emulator.service_ids import IDS
from wavetank.emulator.target_delivery.failures import FailureCode, TargetError
from wavetank.emulator.target_delivery.function_invoker import FUNCTIONS, EventOrigin

EVENT_ID = "$.id"
LOG_MEMBERS = {"timestamp", "message"}
NOT_JSON = "The input of the target is not valid JSON: "
"""The message of INVALID_JSON, before the input; AWS does not document the text."""
NOT_AN_OBJECT = "The input of the target is not a JSON object: "
"""The message for a bus, before the input; AWS does not document the text."""


@dataclass(frozen=True, kw_only=True)
class TargetInput:
    """The text that a rule's target receives, the event it is made from, and the time.

    `source` is the rule with the event's id.
    """

    text: str
    event: Mapping[str, Any]
    source: EventOrigin
    now: datetime
    trace: Any

    def check_json(self) -> None:
        """Check that the text is JSON, which some targets require.

        Raises:
            TargetError: INVALID_JSON, if it is not.
        """
        if not is_json(self.text):
            raise TargetError(FailureCode.INVALID_JSON, NOT_JSON + self.text)

    @property
    def value(self) -> Any:
        """The text as JSON.

        Raises:
            TargetError: INVALID_JSON, if it is not.
        """
        self.check_json()
        return json.loads(self.text)


type Send = Callable[[TargetSender, TargetInput], object]


def send_input(sender: TargetSender, content: TargetInput) -> None:
    """Send the text to the sender's target.

    Raises:
        ClientError: the target's service refused it.
        TargetError: the target accepts only JSON, and the text is not; or a bus refused it.
    """
    SENDERS.get(sender.service, _send_by_localstack)(sender, content)


def _send_by_localstack(sender: TargetSender, content: TargetInput) -> None:
    sender.send_event(content.value, content.trace)


def _send_to_state_machine(sender: TargetSender, content: TargetInput) -> None:
    sender.service = "stepfunctions"  # the SDK's name, by which the sender makes its client
    sender.client.start_execution(
        stateMachineArn=sender.target["Arn"], name=content.event["id"], input=content.text
    )


def _send_to_function(sender: TargetSender, content: TargetInput) -> None:
    content.check_json()
    arn = sender.target["Arn"]
    FUNCTIONS.invoke(sender.client, arn, content.text, content.source, TraceHeader=content.trace)


def _send_to_queue(sender: TargetSender, content: TargetInput) -> None:
    group = (sender.target.get("SqsParameters") or {}).get("MessageGroupId")
    sender.client.send_message(
        QueueUrl=sqs_queue_url_for_arn(sender.target["Arn"]),
        MessageBody=content.text,
        **({"MessageGroupId": group} if group else {}),
    )


def _send_to_topic(sender: TargetSender, content: TargetInput) -> None:
    sender.client.publish(TopicArn=sender.target["Arn"], Message=content.text)


def _send_to_delivery_stream(sender: TargetSender, content: TargetInput) -> None:
    sender.client.put_record(
        DeliveryStreamName=firehose_name(sender.target["Arn"]),
        Record={"Data": content.text.encode()},
    )


def _send_to_data_stream(sender: TargetSender, content: TargetInput) -> None:
    """The partition key is a value of the event, by default its id."""
    path = (sender.target.get("KinesisParameters") or {}).get("PartitionKeyPath", EVENT_ID)
    sender.client.put_record(
        StreamName=sender.target["Arn"].split("/")[-1],
        Data=content.text.encode(),
        PartitionKey=_partition_key(path, content.event),
    )


def _partition_key(path: str, event: Mapping[str, Any]) -> str:
    try:
        return str(value_at(path, event))
    except MissingValueError:
        return str(event["id"])


def _send_to_log_group(sender: TargetSender, content: TargetInput) -> None:
    """An input of a timestamp and a message sets both; the event's text is the message otherwise.

    [EventBridge user guide, eb-targets: CloudWatch Logs]
    """
    group, stream = sender.target["Arn"].split(":")[6], IDS.new()
    sender.client.create_log_stream(logGroupName=group, logStreamName=stream)
    sender.client.put_log_events(
        logGroupName=group, logStreamName=stream, logEvents=[_log_event(content)]
    )


def _log_event(content: TargetInput) -> dict[str, Any]:
    value = json.loads(content.text) if is_json(content.text) else None
    if isinstance(value, dict) and value.keys() == LOG_MEMBERS:
        message = value["message"]
        text = message if isinstance(message, str) else json.dumps(message)
        return {"timestamp": _milliseconds(value["timestamp"], content.now), "message": text}
    return {"timestamp": _milliseconds(None, content.now), "message": content.text}


def _milliseconds(timestamp: Any, now: datetime) -> int:
    """Milliseconds since 1970 of a number or of an ISO 8601 time; now, if it is neither."""
    if isinstance(timestamp, int):
        return timestamp
    try:
        return int(datetime.fromisoformat(str(timestamp)).timestamp() * 1000)
    except ValueError:
        return int(now.timestamp() * 1000)


def _send_to_bus(sender: TargetSender, content: TargetInput) -> None:
    """Send the event itself, with its own time; a bus accepts no other input.

    Raises:
        TargetError: INVALID_JSON, if the input is no object or has an invalid time; or the bus
            refused the event.
    """
    event = content.value
    if not isinstance(event, dict):
        raise TargetError(FailureCode.INVALID_JSON, NOT_AN_OBJECT + content.text)
    entry = {
        "EventBusName": sender.target["Arn"],
        "Source": event.get("source", ""),
        "DetailType": event.get("detail-type", ""),
        "Detail": json.dumps(event.get("detail", {})),
        "Resources": event.get("resources", []),
        **_time(event),
    }
    answer = sender.client.put_events(Entries=[entry], TraceHeader=content.trace)
    for failed in answer["Entries"]:
        if "ErrorCode" in failed:
            raise TargetError(FailureCode.ERROR_FROM_TARGET, failed.get("ErrorMessage", ""))


def _time(event: Mapping[str, Any]) -> dict[str, datetime]:
    try:
        return {"Time": datetime.fromisoformat(str(event["time"]))} if "time" in event else {}
    except ValueError as error:
        raise TargetError(FailureCode.INVALID_JSON, str(error)) from error


SENDERS: Mapping[str, Send] = {
    "events": _send_to_bus,
    "firehose": _send_to_delivery_stream,
    "kinesis": _send_to_data_stream,
    "lambda": _send_to_function,
    "logs": _send_to_log_group,
    "sns": _send_to_topic,
    "sqs": _send_to_queue,
    "states": _send_to_state_machine,
    "stepfunctions": _send_to_state_machine,
}
"""By the service in the target's ARN."""
