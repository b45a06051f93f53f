"""Records in a delivery stream: AWS's behaviours, as they are seen."""

import gzip
import re
from typing import Any

from tests.fidelity.ground import Ground, answer_to
from tests.fidelity.row import Area

AREA = Area("Data Firehose")
FIREHOSE_NAME = re.compile(r"\d{4}/\d\d/\d\d/\d\d/[\w-]+?-(\d+-)?\d{4}(-\d\d){5}-[0-9a-f-]{36}$")


@AREA.row(
    "two puts into a stream that buffers for a minute",
    aws="no object yet",
    localstack="2 objects at once",
    source="Firehose developer guide: buffering",
)
def _puts_are_buffered(ground: Ground) -> str:
    stream, bucket = ground.stream()
    for data in (b"one", b"two"):
        ground.put(stream, data)
    count = len(ground.objects(bucket))
    return f"{count} objects at once" if count else "no object yet"


@AREA.row(
    "the object's name",
    aws="holds the configuration's version",
    localstack="holds no version",
    source="Firehose developer guide: s3-object-name",
)
def _names_hold_the_version(ground: Ground) -> str:
    stream, bucket = ground.stream()
    ground.put(stream, b"one")
    ground.deliver()
    (key,) = ground.objects(bucket)
    found = FIREHOSE_NAME.fullmatch(key)
    assert found is not None, key
    return f"holds {"the configuration's" if found.group(1) else 'no'} version"


@AREA.row(
    "a prefix with !{timestamp:yyyy}",
    aws="the year",
    localstack="the expression itself",
    source="Firehose developer guide: s3-prefixes",
)
def _prefixes_are_evaluated(ground: Ground) -> str:
    expressions = {
        "Prefix": "year=!{timestamp:yyyy}/",
        "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
    }
    stream, bucket = ground.stream(**expressions)
    ground.put(stream, b"one")
    ground.deliver()
    (key,) = ground.objects(bucket)
    return "the year" if re.match(r"year=\d{4}/", key) else "the expression itself"


@AREA.row(
    "compression GZIP",
    aws="compressed",
    localstack="ignored",
    source="Firehose developer guide: create-destination",
)
def _compression_compresses(ground: Ground) -> str:
    stream, bucket = ground.stream(CompressionFormat="GZIP")
    ground.put(stream, b"one")
    ground.deliver()
    (body,) = ground.objects(bucket).values()
    return "compressed" if body[:2] == b"\x1f\x8b" and gzip.decompress(body) else "ignored"


@AREA.row(
    "a put while the bucket does not exist",
    aws="done",
    localstack="InternalError",
    source="Firehose developer guide: retry",
)
def _puts_do_not_fail_because_of_s3(ground: Ground) -> str:
    stream, bucket = ground.stream()
    ground.aws.s3.delete_bucket(Bucket=bucket)
    return answer_to(lambda: ground.put(stream, b"one"))


@AREA.row(
    "a batch of 501 records",
    aws="ValidationException",
    localstack="done",
    source="Firehose API: PutRecordBatch",
)
def _batches_are_limited(ground: Ground) -> str:
    stream, _ = ground.stream()
    return answer_to(lambda: ground.put(stream, *[b"x"] * 501))


@AREA.row(
    "the version after UpdateDestination",
    aws="2",
    localstack="1",
    source="Firehose API: UpdateDestination",
)
def _updates_raise_the_version(ground: Ground) -> str:
    stream, bucket = ground.stream()
    described: Any = ground.aws.firehose.describe_delivery_stream(DeliveryStreamName=stream)
    before = described["DeliveryStreamDescription"]
    ground.aws.firehose.update_destination(
        DeliveryStreamName=stream,
        CurrentDeliveryStreamVersionId=before["VersionId"],
        DestinationId=before["Destinations"][0]["DestinationId"],
        ExtendedS3DestinationUpdate={"BucketARN": f"arn:aws:s3:::{bucket}", "Prefix": "p/"},
    )
    described = ground.aws.firehose.describe_delivery_stream(DeliveryStreamName=stream)
    return str(described["DeliveryStreamDescription"]["VersionId"])
