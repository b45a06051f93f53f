"""What is there when a story has been told: in the bucket, in the mailbox, in the table, in logs.

Only looked at, by the same calls on a sandbox and on AWS, but for the mailbox.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain

from wavetank.clients import AwsClients
from wavetank.clock import Clock
from wavetank.history import Event, MessageSent, ObjectDelivered, TableSeen
from wavetank.invariants.ticker.sample import split_body
from wavetank.live.attempts import attempts_in_log
from wavetank.naming import Names
from wavetank.probes import Message, alerts, delivered_objects

FOOTER = "\n\n--\nIf you wish to stop receiving notifications"
"""What SNS adds below the text that was published."""


def observed(aws: AwsClients, names: Names, endpoint: str, clock: Clock) -> Iterator[Event]:
    """What came of all that was done to the pipeline; `endpoint` is the sandbox's.

    Raises:
        InfrastructureError: there is no mailbox.
    """
    now = clock.now()
    return chain(
        attempts_in_log(aws, names.streaming_function),
        attempts_in_log(aws, names.notification_function),
        _objects(aws, names),
        [_sent(names, message, now) for message in messages_of(names, endpoint)],
        [table_seen(aws, names.table, now)],
    )


def table_seen(aws: AwsClients, table: str, now: datetime) -> TableSeen:
    """What the table holds now."""
    pages = aws.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    items = [_texts(item) for page in pages for item in page["Items"]]
    items.sort(key=lambda item: json.dumps(item, sort_keys=True))
    return TableSeen(now, table, tuple(items))


def _objects(aws: AwsClients, names: Names) -> Iterator[ObjectDelivered]:
    for entry in delivered_objects(aws, names.bucket):
        body = aws.s3.get_object(Bucket=names.bucket, Key=entry.key)["Body"].read()
        records = tuple(split_body(body.decode(errors="replace")))
        yield ObjectDelivered(
            entry.modified, names.delivery_stream, names.bucket, entry.key, records
        )


def messages_of(names: Names, endpoint: str) -> list[Message]:
    """The alerts of the pipeline's topic, which the link to leave it names.

    Raises:
        InfrastructureError: there is no mailbox.
    """
    return [message for message in alerts(endpoint) if f":{names.topic}:" in message.link]


def _sent(names: Names, message: Message, now: datetime) -> MessageSent:
    text, _, _ = message.text.partition(FOOTER)
    return MessageSent(now, names.topic, message.address, message.subject, text)


def _texts(item: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """Each attribute as text: what is no number or text itself, as JSON."""
    return {name: _text(next(iter(value.values()))) for name, value in item.items()}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
