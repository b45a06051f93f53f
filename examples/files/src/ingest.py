"""Put the rows of each uploaded file into the delivery stream."""

import csv
import itertools
import json
import os
import time
from collections.abc import Sequence
from typing import Any

import boto3

BATCH_MAX = 500
"""Records of one call. [Amazon Data Firehose API reference: PutRecordBatch]"""
ATTEMPTS = 5

s3 = boto3.client("s3")
firehose = boto3.client("firehose")


def handler(event: dict[str, Any], context: object) -> None:
    """Read the version of the file that the event is about: a newer one has its own event."""
    bucket, uploaded = event["detail"]["bucket"]["name"], event["detail"]["object"]
    file = s3.get_object(Bucket=bucket, Key=uploaded["key"], VersionId=uploaded["version-id"])
    rows = csv.DictReader(file["Body"].read().decode().splitlines())
    records = [record_of(uploaded["key"], number, row) for number, row in enumerate(rows, 1)]
    for batch in itertools.batched(records, BATCH_MAX, strict=False):
        put(batch)


def record_of(file: str, number: int, row: dict[str, str]) -> dict[str, bytes]:
    """A row as the stream takes it, with the place where it was found."""
    return {"Data": json.dumps({"file": file, "row": number, **row}).encode()}


def put(records: Sequence[dict[str, bytes]]) -> None:
    """Put the records; those that Firehose refuses are put again, after a pause."""
    for attempt in range(ATTEMPTS):
        answer = firehose.put_record_batch(
            DeliveryStreamName=os.environ["DELIVERY_STREAM"], Records=records
        )
        if not answer["FailedPutCount"]:
            return
        results = zip(records, answer["RequestResponses"], strict=True)
        records = [record for record, result in results if "ErrorCode" in result]
        time.sleep(2**attempt)
    raise RuntimeError(f"Firehose refuses {len(records)} records")
