"""One call of AWS for each kind of workload; each returns the ids that the service gave.

[SQS: SendMessage; S3: PutObject; EventBridge: PutEvents; Firehose and Kinesis: PutRecord;
DynamoDB: PutItem; SNS: Publish, in their API references]
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.core.resource_name import is_fifo
from wavetank.scenario.workload.body import ActionValues, render
from wavetank.scenario.workload.kinds import (
    PublishMessage,
    PutEvents,
    PutItem,
    PutObject,
    PutRecord,
    SendMessage,
    WorkloadSpec,
)
from wavetank.simulation.workload.targets import KINESIS


class RefusedError(Exception):
    """The service accepted the call, but not the entry; says its error code."""


@dataclass(frozen=True)
class WorkloadAction:
    """One action: the handle of its target, the values of its placeholders, and its body."""

    aws: AwsClients
    handle: str
    values: ActionValues
    body: bytes
    new_id: Callable[[], str]

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    def rendered(self, text: str) -> str:
        """A field of the workload, with the values of its placeholders."""
        return render(text, self.values)


def put_object(workload: PutObject, action: WorkloadAction) -> tuple[str, ...]:
    """Put the object; returns its key, and its version if the bucket has versions."""
    key = action.rendered(workload.key)
    answer = action.aws.s3.put_object(Bucket=action.handle, Key=key, Body=action.body)
    version = answer.get("VersionId")
    return (key, version) if version else (key,)


def send_message(workload: SendMessage, action: WorkloadAction) -> tuple[str, ...]:
    """Send the message; returns its id. Each message for a FIFO queue is a new one."""
    more = _group(workload.key, action)
    answer = action.aws.sqs.send_message(QueueUrl=action.handle, MessageBody=action.text, **more)
    return (answer["MessageId"],)


def put_events(workload: PutEvents, action: WorkloadAction) -> tuple[str, ...]:
    """Send the event; returns its id.

    Raises:
        RefusedError: EventBridge refuses the entry.
    """
    entry = {
        "EventBusName": action.handle,
        "Source": action.rendered(workload.source),
        "DetailType": action.rendered(workload.detail_type),
        "Detail": action.text,
        "Time": action.values.at,
    }
    entries: Any = [entry]
    (answer,) = action.aws.events.put_events(Entries=entries)["Entries"]
    if "ErrorCode" in answer:
        raise RefusedError(answer["ErrorCode"])
    return (answer["EventId"],)


def put_record(workload: PutRecord, action: WorkloadAction) -> tuple[str, ...]:
    """Put the record; returns its id, in a Kinesis stream its shard and sequence number."""
    service, _, name = action.handle.partition(":")
    if service == KINESIS:
        key = action.rendered(workload.key)
        answer = action.aws.kinesis.put_record(StreamName=name, Data=action.body, PartitionKey=key)
        return answer["ShardId"], answer["SequenceNumber"]
    record: Any = {"Data": action.body}
    return (action.aws.firehose.put_record(DeliveryStreamName=name, Record=record)["RecordId"],)


def put_item(workload: PutItem, action: WorkloadAction) -> tuple[str, ...]:
    """Put the item; returns the values of its key."""
    del workload
    item = _attributes(json.loads(action.text, parse_float=Decimal, parse_int=Decimal))
    action.aws.dynamodb.put_item(TableName=action.handle, Item=item)
    schema = action.aws.dynamodb.describe_table(TableName=action.handle)["Table"]["KeySchema"]
    return tuple(str(*item[entry["AttributeName"]].values()) for entry in schema)


def publish_message(workload: PublishMessage, action: WorkloadAction) -> tuple[str, ...]:
    """Publish the message; returns its id. Each message for a FIFO topic is a new one."""
    more = _group(workload.key, action)
    answer = action.aws.sns.publish(TopicArn=action.handle, Message=action.text, **more)
    return (answer["MessageId"],)


def _group(key: str, action: WorkloadAction) -> Any:
    """The message group, which only FIFO queues and topics need."""
    if not is_fifo(action.handle):
        return {}
    return {"MessageGroupId": action.rendered(key), "MessageDeduplicationId": action.new_id()}


def _attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _attribute(value) for name, value in item.items()}


def _attribute(value: Any) -> Any:
    """A value of JSON with its type in DynamoDB."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case Decimal():
            return {"N": str(value)}
        case list():
            return {"L": [_attribute(each) for each in value]}
        case dict():
            return {"M": _attributes(value)}
    return {"S": str(value)}


SENDERS: Mapping[type[WorkloadSpec], Callable[[Any, WorkloadAction], tuple[str, ...]]] = {
    PublishMessage: publish_message,
    PutEvents: put_events,
    PutItem: put_item,
    PutObject: put_object,
    PutRecord: put_record,
    SendMessage: send_message,
}
"""All but those that invoke a function themselves."""
