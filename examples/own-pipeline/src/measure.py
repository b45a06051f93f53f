"""Measures the temperature of each place, every minute."""

import json
import math
import os
from datetime import datetime

import boto3


def handler(event, context):
    """Puts a record for each place into the stream."""
    places = boto3.client("dynamodb").scan(TableName=os.environ["PLACES"])["Items"]
    records = [measured(place["Name"]["S"], event["time"]) for place in places]
    answer = boto3.client("firehose").put_record_batch(
        DeliveryStreamName=os.environ["DELIVERY"],
        Records=[{"Data": json.dumps(record) + "\n"} for record in records],
    )
    if answer["FailedPutCount"]:
        raise RuntimeError(f"{answer['FailedPutCount']} records were not taken")


def measured(place, minute):
    """What a thermometer would say: of one minute, the same whenever it is asked."""
    hour = datetime.fromisoformat(minute).hour
    degrees = 10 + 5 * math.sin((hour - 9) / 12 * math.pi) + len(place)
    return {"place": place, "minute": minute, "degrees": round(degrees, 1)}
