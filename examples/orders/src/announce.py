"""Announce each new order to those who subscribed to the topic."""

import logging
import os
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger()
sns = boto3.client("sns")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Publish a message for each order; after a failure the batch continues from there."""
    for record in event["Records"]:
        try:
            announce(record["dynamodb"]["NewImage"])
        except (BotoCoreError, ClientError):
            number = record["dynamodb"]["SequenceNumber"]
            logger.exception("record %s is not announced", number)
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}


def announce(order: dict[str, Any]) -> None:
    """Publish what became of the order."""
    sns.publish(
        TopicArn=os.environ["TOPIC_ARN"],
        Message="Order {id}, {quantity} x {product}: {status}".format(
            **{name: next(iter(value.values())) for name, value in order.items()}
        ),
    )
