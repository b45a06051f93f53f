"""Reads every gauge, delivers the readings, and keeps when each gauge was read last."""

import os
from typing import TYPE_CHECKING, Any

import boto3

from gauge import level, line

if TYPE_CHECKING:
    from mypy_boto3_firehose.type_defs import RecordTypeDef


def measure(event: dict[str, Any], context: object) -> dict[str, int]:
    """Delivers before it keeps, so that what is kept was delivered."""
    del context
    time = event["time"]
    dynamodb, firehose = boto3.client("dynamodb"), boto3.client("firehose")
    gauges = dynamodb.scan(TableName=os.environ["GAUGES"])["Items"]
    levels = {gauge["GaugeId"]["S"]: int(gauge["Level"]["N"]) for gauge in gauges}
    records: list[RecordTypeDef] = [
        {"Data": line(name, level(name, mean, time), time)} for name, mean in levels.items()
    ]
    answer = firehose.put_record_batch(DeliveryStreamName=os.environ["DELIVERY"], Records=records)
    if answer["FailedPutCount"]:
        raise RuntimeError(f"{answer['FailedPutCount']} readings were not taken")
    for name in levels:
        dynamodb.update_item(
            TableName=os.environ["GAUGES"],
            Key={"GaugeId": {"S": name}},
            UpdateExpression="SET ReadAt = :time",
            ExpressionAttributeValues={":time": {"S": time}},
        )
    return {"readings": len(records)}
