"""What an AWS call of a handler writes to: tables with their items, objects, queues and so on."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.core.text import last_part
from wavetank.simulation.topology import tables

RESOURCES: Mapping[tuple[str, str], str] = {
    ("firehose", "PutRecord"): "DeliveryStreamName",
    ("firehose", "PutRecordBatch"): "DeliveryStreamName",
    ("sns", "Publish"): "TopicArn",
    ("sns", "PublishBatch"): "TopicArn",
    ("sqs", "SendMessage"): "QueueUrl",
    ("sqs", "SendMessageBatch"): "QueueUrl",
}
"""The parameter that names what the call writes to, of calls that write no item or object."""
OBJECT_CALLS = frozenset({"PutObject", "CopyObject", "DeleteObject", "CompleteMultipartUpload"})
ITEM_CALLS = frozenset({"PutItem", "UpdateItem", "DeleteItem"})


class CallTargets:
    """Names the targets of calls, as `Orders {"id": "7"}`, by the keys of the deployed tables."""

    def __init__(self, aws: AwsClients) -> None:
        self._keys = {table: key_names(aws, table) for table in tables(aws)}

    def of(self, service: str, operation: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """The targets of a call, of those that write; the key of an item is JSON."""
        match service:
            case "dynamodb":
                return tuple(self._items(operation, parameters))
            case "s3" if operation in OBJECT_CALLS:
                return (f"{parameters['Bucket']} {parameters['Key']}",)
        name = parameters.get(RESOURCES.get((service, operation), ""))
        return (last_part(name),) if name else ()

    def _items(self, operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
        if operation in ITEM_CALLS:
            yield from self._item(parameters)
        elif operation == "TransactWriteItems":
            for action in parameters["TransactItems"]:
                for name, write in action.items():
                    if write and name != "ConditionCheck":
                        yield from self._item(write)
        elif operation == "BatchWriteItem":
            for table, writes in parameters["RequestItems"].items():
                for write in writes:
                    for request in filter(None, write.values()):
                        yield from self._item({"TableName": table, **request})

    def _item(self, write: Mapping[str, Any]) -> Iterator[str]:
        """The item, unless the table or a part of its key is unknown: the call fails then."""
        table, item = last_part(write["TableName"]), write.get("Key") or write.get("Item") or {}
        keys = self._keys.get(table)
        if keys and all(item.get(each) for each in keys):
            yield f"{table} {item_key(keys, {name: plain(item[name]) for name in keys})}"


def key_names(aws: AwsClients, table: str) -> Sequence[str]:
    """The attributes of a table's key, the partition key first."""
    schema = aws.dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]
    return [element["AttributeName"] for element in schema]


def item_key(keys: Sequence[str], item: Mapping[str, object]) -> str:
    """The key of an item of plain values, as a history has it."""
    return json.dumps({name: item[name] for name in keys})


def plain(value: Mapping[str, Any]) -> object:
    """DynamoDB's value as JSON has it; numbers are texts, sets are sorted."""
    kind, content = next((kind, part) for kind, part in value.items() if part is not None)
    return PLAIN[kind](content) if kind in PLAIN else content


def _base64(content: bytes | str) -> str:
    return content if isinstance(content, str) else base64.b64encode(content).decode()


PLAIN: Mapping[str, Callable[[Any], object]] = {
    "B": _base64,
    "BS": lambda parts: sorted(map(_base64, parts)),
    "L": lambda parts: [plain(part) for part in parts],
    "M": lambda parts: {name: plain(part) for name, part in parts.items()},
    "NS": sorted,
    "NULL": lambda _: None,
    "SS": sorted,
}
"""By DynamoDB's type; the content of the others is what JSON has."""
