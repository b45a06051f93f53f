"""The functions of the harbour."""

import base64
import gzip
import hashlib
import json
import os
from typing import Any

import boto3


def call(event: Any, _: object) -> dict[str, int]:
    """Make the calls that the event lists: service, method, parameters."""
    for service, method, parameters in event["calls"]:
        getattr(boto3.client(service), method)(**parameters)
    if event.get("fails"):
        raise RuntimeError("on purpose")
    return {"calls": len(event["calls"])}


def enter(event: Any, _: object) -> None:
    """Store the event, and what is in it, as one item."""
    if "awslogs" in event:
        event = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    text = json.dumps(event, sort_keys=True)
    item = {
        "id": {"S": hashlib.sha256(text.encode()).hexdigest()},
        "event": {"S": text},
    }
    boto3.client("dynamodb").put_item(TableName=os.environ["LOGBOOK"], Item=item)


def copy(event: Any, _: object) -> None:
    """Store each new object again in its own bucket, for which there is another event."""
    client = boto3.client("s3")
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
        client.put_object(Bucket=bucket, Key=f"{key}-copy", Body=b"")


def settings(event: Any, _: object) -> None:
    """Compare a parameter and a secret with what is expected, and change both."""
    ssm = boto3.client("ssm")
    found = ssm.get_parameter(Name=os.environ["PARAMETER"])["Parameter"]["Value"]
    ssm.put_parameter(Name=os.environ["PARAMETER"], Value=f"{found}+", Overwrite=True)
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET"])
    boto3.client("secretsmanager").put_secret_value(
        SecretId=os.environ["SECRET"], SecretString="changed"
    )
    if {"parameter": found, "secret": secret["SecretString"]} != event["expected"]:
        raise ValueError(f"{found}, {secret['SecretString']}")
