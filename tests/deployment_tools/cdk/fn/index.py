"""Puts the item that the event names."""

import os
from typing import Any

import boto3


def handler(event: dict[str, Any], context: object) -> None:
    """Puts one item."""
    del context
    table = os.environ["TABLE"]  # noqa: TID251 - a function's environment is its configuration
    boto3.client("dynamodb").put_item(TableName=table, Item={"id": {"S": event["id"]}})
