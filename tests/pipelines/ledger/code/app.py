"""Adds each event to a ledger twice: as a first version of a handler does, and idempotently.

Items whose ids begin with `naive` are those of the first version.
"""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

import boto3

CLIENT = boto3.client("dynamodb")
TABLE = os.environ["LEDGER"]


class Entry(NamedTuple):
    """An event: where it comes from, its id, its number and the minute in which it was sent."""

    source: str
    id: str
    number: int
    minute: str


def handler(event: dict[str, Any], _: object) -> None:
    """Add all events of a batch, or a single one."""
    for raw in events(event):
        with suppress(ValueError):  # one that cannot be read must not keep the others back
            add_once(entry_of(*raw))
    for raw in events(event):
        add_naively(entry_of(*raw))


def events(event: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The source, the id and the content of each event."""
    if "detail" in event:
        yield "events", event["id"], json.dumps(event["detail"])
    for record in event.get("Records", ()):
        if "body" in record:
            yield "message", record["messageId"], record["body"]
        elif "kinesis" in record:
            yield "record", record["eventID"], base64.b64decode(record["kinesis"]["data"]).decode()
        else:
            key = record["s3"]["object"]["key"]
            yield "object", key, json.dumps({"number": key, "time": record["eventTime"]})


def entry_of(source: str, name: str, text: str) -> Entry:
    """The entry of an event with this content.

    Raises:
        ValueError: it is not JSON.
    """
    content = json.loads(text)
    return Entry(source, name, int(content["number"]), content["time"][:16])


def add_naively(entry: Entry) -> None:
    """Read the total and write it back; what comes last is the newest, and came just now."""
    key = {"id": {"S": f"naive-total-{entry.source}"}}
    total = int(CLIENT.get_item(TableName=TABLE, Key=key).get("Item", {}).get("n", {}).get("N", 0))
    CLIENT.put_item(TableName=TABLE, Item=key | {"n": {"N": str(total + 1)}})
    put(f"naive-last-{entry.source}", entry.number)
    put(f"naive-{datetime.now(UTC):%Y-%m-%dT%H:%M}-{entry.source}", 1)


def add_once(entry: Entry) -> None:
    """Add an event that was not added before; the newest is the one with the greatest number."""
    try:
        CLIENT.transact_write_items(TransactItems=[note(entry), increment(entry.source)])
    except CLIENT.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
    put(f"{entry.minute}-{entry.source}", 1)
    with suppress(CLIENT.exceptions.ConditionalCheckFailedException):  # a newer one is there
        put(f"last-{entry.source}", entry.number, "attribute_not_exists(id) OR n < :n")


def note(entry: Entry) -> Any:
    """Note that the event was added; fails if that is noted already."""
    item = {"id": {"S": f"event-{entry.source}-{entry.id}"}}
    condition = "attribute_not_exists(id)"
    return {"Put": {"TableName": TABLE, "Item": item, "ConditionExpression": condition}}


def increment(source: str) -> Any:
    """Add one to the total of a source."""
    return {
        "Update": {
            "TableName": TABLE,
            "Key": {"id": {"S": f"total-{source}"}},
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }


def put(name: str, number: int, condition: str = "") -> None:
    """Store a number, if the condition holds."""
    value: Any = {":n": {"N": str(number)}}
    more: Any = {"ConditionExpression": condition} if condition else {}
    CLIENT.update_item(
        TableName=TABLE,
        Key={"id": {"S": name}},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues=value,
        **more,
    )
