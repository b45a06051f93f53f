"""What each kind of workload sends to its target; each action returns the ids that it got.

[SQS: SendMessage; S3: PutObject; EventBridge: PutEvents; Firehose and Kinesis: PutRecord;
DynamoDB: PutItem; SNS: Publish, in their API references]
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.core.http_call import http_call
from wavetank.core.resource_name import is_fifo
from wavetank.history import Trigger
from wavetank.scenario.workload.body import ActionValues, render
from wavetank.scenario.workload.kinds import (
    HttpRequests,
    InvokeFunction,
    PublishMessage,
    PutEvents,
    PutItem,
    PutObject,
    PutRecord,
    SendMessage,
    WorkloadSpec,
)
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.call_targets import key_names
from wavetank.simulation.deployed_resources import DeployedResources
from wavetank.simulation.entries.http_entries import EntryChoice, HttpEntries
from wavetank.simulation.workload.targets import KINESIS, find_target

OF_SERVICES = "aws."
"""How the sources of events of AWS's services begin: PutEvents refuses them from others."""


class RefusedError(Exception):
    """The service accepted the call, but not the entry; says its error code."""


@dataclass(frozen=True)
class WorkloadAction:
    """One action: the values of its placeholders, and its body."""

    values: ActionValues
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    def rendered(self, text: str) -> str:
        """A field of the workload, with the values of its placeholders."""
        return render(text, self.values)


type Ids = tuple[str, ...]
type Send = Callable[[WorkloadAction], Ids]
"""Sends one action; raises RefusedError or an error of AWS's SDK if it is refused."""


@dataclass(frozen=True, kw_only=True)
class WorkloadSenders:
    """What sends the actions of a run's workloads.

    `new_id` gives random ids of its seed; `put_service_event` puts an event on a bus as a service
    of AWS does.
    """

    aws: AwsClients
    resources: DeployedResources
    invocations: AsyncInvoker
    entries: HttpEntries
    new_id: Callable[[], str]
    put_service_event: Callable[[dict[str, Any]], dict[str, Any]]

    def sender(self, workload: WorkloadSpec) -> Send:
        """The function that sends the workload's actions to its target.

        Raises:
            UsageError: the target is not deployed, or is of another type.
        """
        return SENDERS[type(workload)](self, workload)

    def target(self, workload: WorkloadSpec) -> str:
        """What the API call of the workload takes: a name, a URL or an ARN.

        Raises:
            UsageError: no such resource is deployed, or it is of another type.
        """
        return find_target(workload, self.aws, self.resources)

    def group(self, target: str, key: str, action: WorkloadAction) -> Any:
        """The parameters of the message group, which only FIFO queues and topics need.

        Each message is a new one, whatever its body is.
        """
        if not is_fifo(target):
            return {}
        return {"MessageGroupId": action.rendered(key), "MessageDeduplicationId": self.new_id()}


def _put_object(senders: WorkloadSenders, workload: PutObject) -> Send:
    """Returns the key of the object, and its version if the bucket has versions."""
    bucket = senders.target(workload)

    def send(action: WorkloadAction) -> Ids:
        key = action.rendered(workload.key)
        answer = senders.aws.s3.put_object(Bucket=bucket, Key=key, Body=action.body)
        version = answer.get("VersionId")
        return (key, version) if version else (key,)

    return send


def _send_message(senders: WorkloadSenders, workload: SendMessage) -> Send:
    """Returns the id of the message."""
    queue = senders.target(workload)

    def send(action: WorkloadAction) -> Ids:
        more = senders.group(queue, workload.key, action)
        answer = senders.aws.sqs.send_message(QueueUrl=queue, MessageBody=action.text, **more)
        return (answer["MessageId"],)

    return send


def _put_events(senders: WorkloadSenders, workload: PutEvents) -> Send:
    """Returns the id of the event. One whose source is a service of AWS is sent as by it."""
    bus = senders.target(workload)

    def send(action: WorkloadAction) -> Ids:
        source = action.rendered(workload.source)
        entry: dict[str, Any] = {
            "EventBusName": bus,
            "Source": source,
            "DetailType": action.rendered(workload.detail_type),
            "Detail": action.text,
            "Time": action.values.at,
        }
        if source.startswith(OF_SERVICES):
            answer = senders.put_service_event(entry)
        else:
            entries: Any = [entry]
            answer = dict(senders.aws.events.put_events(Entries=entries)["Entries"][0])
        if "ErrorCode" in answer:
            raise RefusedError(answer["ErrorCode"])
        return (answer["EventId"],)

    return send


def _put_record(senders: WorkloadSenders, workload: PutRecord) -> Send:
    """Returns the id of the record, in a Kinesis stream its shard and sequence number."""
    service, _, name = senders.target(workload).partition(":")
    kinesis, firehose = senders.aws.kinesis, senders.aws.firehose

    def put_in_data_stream(action: WorkloadAction) -> Ids:
        key = action.rendered(workload.key)
        answer = kinesis.put_record(StreamName=name, Data=action.body, PartitionKey=key)
        return answer["ShardId"], answer["SequenceNumber"]

    def put_in_delivery_stream(action: WorkloadAction) -> Ids:
        record: Any = {"Data": action.body}
        return (firehose.put_record(DeliveryStreamName=name, Record=record)["RecordId"],)

    return put_in_data_stream if service == KINESIS else put_in_delivery_stream


def _put_item(senders: WorkloadSenders, workload: PutItem) -> Send:
    """Returns the values of the item's key."""
    table, dynamodb = senders.target(workload), senders.aws.dynamodb
    keys = key_names(senders.aws, table)

    def send(action: WorkloadAction) -> Ids:
        item = _attributes(json.loads(action.text, parse_float=Decimal, parse_int=Decimal))
        dynamodb.put_item(TableName=table, Item=item)
        return tuple(str(*item[name].values()) for name in keys)

    return send


def _publish_message(senders: WorkloadSenders, workload: PublishMessage) -> Send:
    """Returns the id of the message."""
    topic = senders.target(workload)

    def send(action: WorkloadAction) -> Ids:
        more = senders.group(topic, workload.key, action)
        answer = senders.aws.sns.publish(TopicArn=topic, Message=action.text, **more)
        return (answer["MessageId"],)

    return send


def _invoke_function(senders: WorkloadSenders, workload: InvokeFunction) -> Send:
    """Returns the id of the request."""
    function = senders.target(workload)

    def send(action: WorkloadAction) -> Ids:
        event = json.loads(action.text or "{}")
        return (senders.invocations.queue(function, event, Trigger.WORKLOAD),)

    return send


def _request(senders: WorkloadSenders, workload: HttpRequests) -> Send:
    """Returns the id of the function's request, if one is invoked."""
    choice = EntryChoice(target=workload.target, stage=workload.stage or None)
    entry = senders.entries.find(choice)

    def send(action: WorkloadAction) -> Ids:
        headers = {"Content-Type": workload.content_type} if action.body else {}
        path = action.rendered(workload.path)
        call = http_call(workload.method, path, headers, action.body)
        request = senders.entries.call(entry, call, lambda _: None)
        return (request,) if request else ()

    return send


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


SENDERS: Mapping[type[WorkloadSpec], Callable[[WorkloadSenders, Any], Send]] = {
    HttpRequests: _request,
    InvokeFunction: _invoke_function,
    PublishMessage: _publish_message,
    PutEvents: _put_events,
    PutItem: _put_item,
    PutObject: _put_object,
    PutRecord: _put_record,
    SendMessage: _send_message,
}
