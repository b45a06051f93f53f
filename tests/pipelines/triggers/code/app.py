"""Store each event that arrives, by its trigger."""

import json
import os
from typing import Any

import boto3

TABLE = boto3.resource("dynamodb").Table(os.environ["SEEN"])


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Store the event, and return what an API sends to its client."""
    item = {"id": context.aws_request_id, "trigger": os.environ["TRIGGER"]}
    TABLE.put_item(Item=item | {"event": json.dumps(event)})
    return {"statusCode": 201, "body": json.dumps({"by": os.environ["TRIGGER"]})}


def failing(event: Any, context: Any) -> None:
    """Fail, so that the event reaches the destination for failures."""
    del event, context
    raise ValueError("on purpose")
