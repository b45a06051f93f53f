"""Subscription filters: matching events for a function, a delivery stream or a data stream.

The events of a put are one JSON document, compressed by gzip, and for a function in Base64 too. A
destination that answers with a retryable error is tried again for 24 hours.
[CloudWatch Logs user guide, SubscriptionFilters, ValidateLogEventFlow]
"""

import base64
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localstack.utils.aws.arns import firehose_name

from wavetank.emulator.logs.filter_patterns import parse_filter_pattern
from wavetank.emulator.logs.ingestion import InputEvent
from wavetank.emulator.target_delivery.deliveries import TargetDeliveries, TargetDelivery
from wavetank.emulator.target_delivery.function_invoker import FUNCTIONS, EventOrigin
from wavetank.emulator.target_delivery.retry_policy import AGE_DEFAULT, TargetRetryPolicy
from wavetank.emulator.target_delivery.role_clients import (
    TARGET_SESSIONS,
    role_client,
    service_client,
)

PRINCIPAL = "logs"
RETRIES_MAX = 1_000
"""More than fit into 24 hours: only these are a limit."""
ID_DIGITS = 56
RANDOM = "Random"


@dataclass(frozen=True, kw_only=True)
class StoredEvents:
    """The log events that one put stored, with their ids and their log stream."""

    account: str
    group_arn: str
    group: str
    stream: str
    events: Sequence[tuple[int, InputEvent]]


@dataclass(frozen=True)
class LogSubscription:
    """A subscription filter as LocalStack stores it."""

    name: str
    pattern: str
    destination: str
    role: str | None
    distribution: str | None = None


@dataclass(frozen=True)
class _Batch:
    """What the destination receives of a put; `source` has the ids of the events that matched."""

    stored: StoredEvents
    source: EventOrigin
    compressed: bytes


def send_to_subscription(
    subscription: LogSubscription,
    stored: StoredEvents,
    deliveries: TargetDeliveries,
    now: datetime,
) -> None:
    """Send the matching events, if there are any; an error is no error of the put."""
    document = subscription_document(subscription, stored)
    if not document["logEvents"]:
        return
    ids = tuple(event["id"] for event in document["logEvents"])
    source = EventOrigin(arn=stored.group_arn, ids=ids)
    batch = _Batch(stored, source, _compressed(document))
    deliveries.begin(
        TargetDelivery(
            key=f"{stored.group} {stored.stream} for {subscription.destination}",
            target=f"{stored.group_arn} {subscription.destination}",
            send=lambda _: _send(subscription, batch),
            give_up=lambda _: False,  # CloudWatch Logs drops the events
            policy=TargetRetryPolicy(RETRIES_MAX, AGE_DEFAULT),
            accepted=now,
            destination=subscription.destination,
            source=source,
        )
    )


def subscription_document(subscription: LogSubscription, stored: StoredEvents) -> dict[str, Any]:
    """What the destination receives, before it is compressed."""
    pattern = parse_filter_pattern(subscription.pattern)
    matching = [(number, it) for number, it in stored.events if pattern.matches(it["message"])]
    return {
        "messageType": "DATA_MESSAGE",
        "owner": stored.account,
        "logGroup": stored.group,
        "logStream": stored.stream,
        "subscriptionFilters": [subscription.name],
        "logEvents": [
            {
                "id": f"{number:0{ID_DIGITS}d}",
                "timestamp": event["timestamp"],
                "message": event["message"],
                **_extracted_fields(pattern.extracted(event["message"])),
            }
            for number, event in matching
        ],
    }


def _extracted_fields(values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The fields of a pattern of fields, by their names."""
    fields = {name.removeprefix("$"): value for name, value in values.items()}
    return {"extractedFields": fields} if fields else {}


def _compressed(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


def _send(subscription: LogSubscription, batch: _Batch) -> None:
    destination, role = subscription.destination, subscription.role
    service, region = destination.split(":")[2:4]
    if not role:
        client = service_client(service, destination, PRINCIPAL, batch.stored.group_arn)
        SENDERS[service](client, subscription, batch)
        return

    def send() -> None:
        client = role_client(service, role, region, PRINCIPAL)
        SENDERS[service](client, subscription, batch)

    TARGET_SESSIONS[PRINCIPAL].call(role, send)


def _invoke(client: Any, subscription: LogSubscription, batch: _Batch) -> None:
    payload = {"awslogs": {"data": base64.b64encode(batch.compressed).decode()}}
    FUNCTIONS.invoke(client, subscription.destination, json.dumps(payload), batch.source)


def _put_firehose_record(client: Any, subscription: LogSubscription, batch: _Batch) -> None:
    client.put_record(
        DeliveryStreamName=firehose_name(subscription.destination),
        Record={"Data": batch.compressed},
    )


def _put_kinesis_record(client: Any, subscription: LogSubscription, batch: _Batch) -> None:
    """By default the events of one log stream are in one shard."""
    is_random = subscription.distribution == RANDOM
    client.put_record(
        StreamName=subscription.destination.split("/")[-1],
        Data=batch.compressed,
        PartitionKey=batch.source.ids[0] if is_random else batch.stored.stream,
    )


SENDERS: Mapping[str, Callable[[Any, LogSubscription, _Batch], None]] = {
    "firehose": _put_firehose_record,
    "kinesis": _put_kinesis_record,
    "lambda": _invoke,
}
"""By the service in the destination's ARN."""
