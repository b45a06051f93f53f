"""Reserve the pieces of each order that is in the queue.

SQS delivers a message at least once, and Lambda repeats a batch that timed out.
"""

import json
import logging
import os
from typing import Any

import boto3

ORDERS = os.environ["ORDERS_TABLE"]
STOCK = os.environ["STOCK_TABLE"]

logger = logging.getLogger()
dynamodb = boto3.client("dynamodb")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Report the messages that failed, so that only those come back."""
    failures = []
    for message in event["Records"]:
        try:
            reserve(json.loads(message["body"]))
        except Exception:
            logger.exception("message %s is not processed", message["messageId"])
            failures.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failures}


def reserve(order: dict[str, Any]) -> None:
    """Store the order and take its pieces from the stock: both or neither, and only once."""
    new_order = {
        "TableName": ORDERS,
        "Item": item_of(order, "reserved"),
        "ConditionExpression": "attribute_not_exists(id)",
    }
    try:
        dynamodb.transact_write_items(
            TransactItems=[{"Put": new_order}, {"Update": taken_pieces(order)}]
        )
    except dynamodb.exceptions.TransactionCanceledException as error:
        stored, taken = (each["Code"] for each in error.response["CancellationReasons"])
        if stored == "ConditionalCheckFailed":
            logger.info("order %s is stored already", order["id"])
        elif taken == "ConditionalCheckFailed":
            dynamodb.put_item(**new_order | {"Item": item_of(order, "sold out")})
        else:
            raise


def taken_pieces(order: dict[str, Any]) -> dict[str, Any]:
    """The update of the stock, which fails if too few pieces are left."""
    return {
        "TableName": STOCK,
        "Key": {"product": {"S": order["product"]}},
        "UpdateExpression": "SET available = available - :quantity",
        "ConditionExpression": "available >= :quantity",
        "ExpressionAttributeValues": {":quantity": {"N": str(order["quantity"])}},
    }


def item_of(order: dict[str, Any], status: str) -> dict[str, Any]:
    """The order as it is stored."""
    return {
        "id": {"S": order["id"]},
        "product": {"S": order["product"]},
        "quantity": {"N": str(order["quantity"])},
        "status": {"S": status},
    }
