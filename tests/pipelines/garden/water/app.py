"""Water each bed that is dry."""

import json
import os
from typing import Any

import boto3
from soil import is_dry

LITRES = int(os.environ["LITRES"])
BEDS = [bed.strip() for bed in json.loads(os.environ["BEDS"])]
QUEUES = json.loads(os.environ["QUEUES"])


def handler(event: Any, context: object) -> int:
    """Add water to the dry beds, and report each."""
    del context
    table: Any = boto3.resource("dynamodb").Table(os.environ["LEVELS"])
    watered = 0
    for bed in BEDS:
        level = int(table.get_item(Key={"Bed": bed})["Item"]["Litres"])
        if is_dry(level):
            table.put_item(Item={"Bed": bed, "Litres": level + LITRES})
            report = json.dumps({"bed": bed, "time": event["time"]})
            boto3.client("sqs").send_message(QueueUrl=QUEUES[bed], MessageBody=report)
            watered += 1
    return watered
