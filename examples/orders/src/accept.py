"""Accept orders: PUT /orders/{id} with the product and the quantity.

The client chooses the id, so that it can send a request again whose answer it did not get.
"""

import json
import os
from typing import Any

import boto3

sqs = boto3.client("sqs")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Queue the order, and answer before it is reserved."""
    try:
        order = order_of(event["pathParameters"]["id"], json.loads(event["body"]))
    except (KeyError, TypeError, ValueError) as error:
        return answer(400, {"error": f"no valid order: {error}"})
    sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(order))
    return answer(202, order)


def order_of(order_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """The order that the request describes."""
    product, quantity = str(body["product"]), int(body["quantity"])
    if quantity < 1:
        raise ValueError(f"a quantity of {quantity}")
    return {"id": order_id, "product": product, "quantity": quantity}


def answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """A response of an HTTP API."""
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
