"""Counts visits, and answers as the query asks."""

import json
import os
import time
import uuid
from typing import Any

import boto3

TABLE = boto3.resource("dynamodb").Table(os.environ["VISITS"])


def handler(event: dict[str, Any], context: object) -> object:
    """The number of visits, or what the parameter `answer` says in JSON."""
    del context
    TABLE.update_item(
        Key={"id": "all"},
        UpdateExpression="ADD visits :one",
        ExpressionAttributeValues={":one": 1},
    )
    wish = event.get("queryStringParameters") or {}
    time.sleep(float(wish.get("sleep", 0)))  # virtual time: a slow function, which times out
    if "fail" in wish:
        raise RuntimeError("on purpose")
    if "answer" in wish:
        return json.loads(wish["answer"])
    headers = {"X-Shop": "yes", "X-Id": str(uuid.uuid4())}
    return {"statusCode": 201, "headers": headers, "body": json.dumps(event)}
