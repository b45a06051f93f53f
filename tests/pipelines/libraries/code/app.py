"""Uses compiled libraries and Powertools for AWS Lambda, one for each path."""

import io
import json
import os
from datetime import UTC, datetime
from typing import Any

import numpy as np
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from PIL import Image
from pydantic import BaseModel

logger, metrics, tracer = Logger(), Metrics(), Tracer()
layer = DynamoDBPersistenceLayer(table_name=os.environ["TABLE"])
STARTS: list[int] = []


class Order(BaseModel):
    """An order, with the instant at which it was placed."""

    number: int
    at: datetime


@idempotent_function(
    data_keyword_argument="order",
    persistence_store=layer,
    config=IdempotencyConfig(event_key_jmespath="number", expires_after_seconds=3600),
)
def place(order: dict[str, Any]) -> dict[str, Any]:
    """Places an order once an hour."""
    return {"number": order["number"], "placed": datetime.now(UTC).isoformat()}


@tracer.capture_method
def traced() -> str:
    """Is a segment, where there is X-Ray."""
    tracer.put_annotation("key", "value")
    return "traced"


def batch(event: dict[str, Any], context: Any) -> object:
    """Fails the record that says so."""

    def one(record: Any) -> None:
        if record.body == "bad":
            raise ValueError("bad")

    processor = BatchProcessor(event_type=EventType.SQS)
    return process_partial_response(event, one, processor, context)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
@tracer.capture_lambda_handler
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What the path asks for, with how often this environment has been used."""
    STARTS.append(1)
    path, body = event["rawPath"].strip("/"), event.get("body") or "null"
    logger.info("asked", path=path)
    metrics.add_metric(name="Asked", unit=MetricUnit.Count, value=1)
    result: object = None
    if path == "numpy":
        result = [np.__version__, float(np.linalg.inv(np.eye(2) * 2).sum())]
    elif path == "pillow":
        image = io.BytesIO()
        Image.new("RGB", (2, 3)).resize((4, 6)).save(image, "PNG")
        result = list(Image.open(image).size)
    elif path == "pydantic":
        order = Order.model_validate_json(body)
        later = Order(number=np.int64(2), at=datetime.now(UTC))
        result = [order.number, order.at.isoformat(), later.at.isoformat()]
    elif path == "idempotency":
        result = place(order=json.loads(body))
    elif path == "batch":
        result = batch(json.loads(body), context)
    elif path == "parameters":
        secret = parameters.get_secret("shop", transform="json")
        names = parameters.get_parameters("/shop", max_age=60)
        result = [parameters.get_parameter("/shop/rate"), names, secret]
    elif path == "tracer":
        result = traced()
    return {"statusCode": 200, "body": json.dumps({"result": result, "starts": len(STARTS)})}
