"""The items of a DynamoDB table at one instant, as an event of a run's history."""

import json
from collections.abc import Mapping
from datetime import datetime

from wavetank.aws.clients import AwsClients
from wavetank.history import TableSnapshot


def table_snapshot(aws: AwsClients, table: str, now: datetime) -> TableSnapshot:
    """All items of the table, in an order that does not depend on how DynamoDB stores them.

    Numbers are texts, as DynamoDB sends them; other values are JSON.
    """
    pages = aws.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    items = [_texts(item) for page in pages for item in page["Items"]]
    items.sort(key=lambda item: json.dumps(item, sort_keys=True))
    return TableSnapshot(now, table, tuple(items))


def _texts(item: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """Each attribute as text: values other than numbers and strings as JSON."""
    return {name: _text(next(iter(value.values()))) for name, value in item.items()}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
