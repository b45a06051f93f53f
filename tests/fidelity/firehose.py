"""Records in a delivery stream: AWS's behaviours, as they are seen."""

import gzip
import json
import re
from datetime import timedelta
from typing import Any

from tests.fidelity.ground import ALLOW_ALL, Ground, answer_to, happens
from tests.fidelity.row import Area
from tests.live.names import unique_letters
from wavetank.core.clock import WallClock
from wavetank.core.lambda_package import package_files

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
    "CreateDeliveryStream with a name that has a space",
    aws="ValidationException",
    localstack="done",
    source="Firehose API: CreateDeliveryStream, DeliveryStreamName: Pattern",
)
def _names_have_a_pattern(ground: Ground) -> str:
    role = ground.role(ALLOW_ALL, service="firehose")
    bucket: Any = {"BucketARN": "arn:aws:s3:::bucket", "RoleARN": role}
    return answer_to(
        lambda: ground.aws.firehose.create_delivery_stream(
            DeliveryStreamName="a name", ExtendedS3DestinationConfiguration=bucket
        )
    )


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


FUNCTION = b"""
import base64, json
def handler(event, context):
    return {"records": [
        {"recordId": r["recordId"], "result": results[base64.b64decode(r["data"]).decode()],
         "data": base64.b64encode(b"transformed").decode()}
        for r in event["records"]
    ]}
results = {"keep": "Ok", "drop": "Dropped", "fail": "ProcessingFailed"}
"""
ERRORS = {"ErrorOutputPrefix": "errors/!{firehose:error-output-type}/"}


def _processing(*processors: tuple[str, dict[str, str]]) -> dict[str, Any]:
    """The configuration with these processors, each with its parameters."""
    found = [
        {
            "Type": kind,
            "Parameters": [
                {"ParameterName": name, "ParameterValue": value} for name, value in given.items()
            ],
        }
        for kind, given in processors
    ]
    return {"ProcessingConfiguration": {"Enabled": True, "Processors": found}}


def _folders(ground: Ground, bucket: str, name: str) -> str:
    """The folders of the stream's objects, without the default time."""
    keys = sorted(key.split(name)[0] for key in ground.objects(bucket) if name in key)
    return ", ".join(dict.fromkeys(re.sub(r"\d{4}/\d\d/\d\d/\d\d/", "", key) for key in keys))


@AREA.row(
    "a stream of another region with the same name",
    aws="has its own records",
    localstack="has its own records",
    source="Firehose API: CreateDeliveryStream, unique per account and Region",
)
def _names_are_of_a_region(ground: Ground) -> str:
    stream, bucket = ground.stream()
    other, elsewhere = (
        ground.bucket(),
        ground.aws.session.client(
            "firehose",
            region_name="eu-central-1",
            endpoint_url=ground.endpoint,
            config=ground.aws.config,
        ),
    )
    role = ground.role(ALLOW_ALL, service="firehose")
    elsewhere.create_delivery_stream(
        DeliveryStreamName=stream,
        S3DestinationConfiguration={"BucketARN": f"arn:aws:s3:::{other}", "RoleARN": role},
    )
    ground.put(stream, b"one")
    ground.deliver()
    own = [body for key, body in ground.objects(bucket).items() if stream in key]
    theirs = [body for key, body in ground.objects(other).items() if stream in key]
    return "has its own records" if (own, theirs) == ([b"one"], []) else "has the others' records"


@AREA.row(
    "a stack with a stream that has no name",
    aws="CREATE_COMPLETE",
    localstack="CREATE_FAILED",
    source="CloudFormation template reference: AWS::KinesisFirehose::DeliveryStream",
)
def _names_are_generated(ground: Ground) -> str:
    configuration = {
        "BucketARN": f"arn:aws:s3:::{ground.bucket()}",
        "RoleARN": ground.role(ALLOW_ALL, service="firehose"),
    }
    resource = {
        "Type": "AWS::KinesisFirehose::DeliveryStream",
        "Properties": {"ExtendedS3DestinationConfiguration": configuration},
    }
    template, cloudformation = {"Resources": {"D": resource}}, ground.aws.cloudformation
    name = f"test-{unique_letters()}"
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))

    def status() -> str:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]

    happens(status, lambda found: not found.endswith("_IN_PROGRESS"), within_seconds=20.0)
    return status()


@AREA.row(
    "records with a jq expression for their partition, and one without the key",
    aws="c=1/, c=2/, errors/processing-failed/",
    localstack="c=!{partitionKeyFromQuery:c}/",
    source="Firehose developer guide: dynamic-partitioning-partitioning-keys",
)
def _records_are_partitioned(ground: Ground) -> str:
    query = {"MetadataExtractionQuery": "{c: .customer}", "JsonParsingEngine": "JQ-1.6"}
    stream, bucket = ground.stream(
        Prefix="c=!{partitionKeyFromQuery:c}/",
        BufferingHints={"IntervalInSeconds": 60, "SizeInMBs": 64},
        DynamicPartitioningConfiguration={"Enabled": True},
        **_processing(("MetadataExtraction", query)),
        **ERRORS,
    )
    ground.put(stream, b'{"customer":1}', b'{"customer":2}', b"{}")
    ground.deliver()
    return _folders(ground, bucket, stream)


@AREA.row(
    "a record with two JSON objects, separated",
    aws='{"a":1}#{"a":2}#',
    localstack='{"a":1}{"a":2}',
    source="Firehose developer guide: dynamic-partitioning-multirecord-deaggergation",
)
def _records_are_separated(ground: Ground) -> str:
    stream, bucket = ground.stream(
        **_processing(
            ("RecordDeAggregation", {"SubRecordType": "JSON"}),
            ("AppendDelimiterToRecord", {"Delimiter": "#"}),
        )
    )
    ground.put(stream, b'{"a":1}{"a":2}')
    ground.deliver()
    (body,) = ground.objects(bucket).values()
    return body.decode()


@AREA.row(
    "records that a function keeps, drops and fails",
    aws="transformed; the failed one in errors/processing-failed/",
    localstack="an empty object",
    source="Firehose developer guide: data-transformation-status-model, "
    "data-transformation-failure-handling",
)
def _functions_transform(ground: Ground) -> str:
    name = f"test-{unique_letters()}"
    function = ground.aws.awslambda.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ground.role(ALLOW_ALL),
        Handler="function.handler",
        Code={"ZipFile": package_files(name, {"function.py": FUNCTION}).content},
    )["FunctionArn"]
    ground.aws.awslambda.get_waiter("function_active_v2").wait(FunctionName=name)
    stream, bucket = ground.stream(
        Prefix="p/", **_processing(("Lambda", {"LambdaArn": function})), **ERRORS
    )
    ground.put(stream, b"keep", b"drop", b"fail")
    ground.deliver()
    found = ground.objects(bucket)
    good = [body for key, body in found.items() if not key.startswith("errors/")]
    failed = [key for key in found if key.startswith("errors/processing-failed/")]
    shown = b"".join(good).decode() or "an empty object"
    return f"{shown}; the failed one in errors/processing-failed/" if failed else shown


@AREA.row(
    "a prefix with !{timestamp:YYYY}, the week-based year",
    aws="the year",
    localstack="the expression itself",
    source="Firehose developer guide: s3-prefixes; Java 8: DateTimeFormatter",
)
def _week_based_years_are_known(ground: Ground) -> str:
    stream, bucket = ground.stream(Prefix="!{timestamp:YYYY}/", **ERRORS)
    ground.put(stream, b"one")
    ground.deliver()
    (key,) = ground.objects(bucket)
    return "the year" if re.match(r"\d{4}/", key) else "the expression itself"


@AREA.row(
    "the metric IncomingRecords after a put of two records",
    aws="2",
    localstack="none",
    source="Firehose developer guide: monitoring-with-cloudwatch-metrics",
)
def _metrics_are_published(ground: Ground) -> str:
    stream, _ = ground.stream()
    ground.put(stream, b"one", b"two")
    ground.deliver()
    now = WallClock().now()
    client: Any = ground.aws.session.client(
        "cloudwatch", endpoint_url=ground.endpoint, config=ground.aws.config
    )
    found = client.get_metric_statistics(
        Namespace="AWS/Firehose",
        MetricName="IncomingRecords",
        Dimensions=[{"Name": "DeliveryStreamName", "Value": stream}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=600,
        Statistics=["Sum"],
    )["Datapoints"]
    return f"{found[0]['Sum']:.0f}" if found else "none"


@AREA.row(
    "a delivery that S3 refuses, in the stream's log group",
    aws="S3.NoSuchBucket",
    localstack="nothing",
    source="Firehose developer guide: monitoring-with-cloudwatch-logs",
)
def _errors_are_logged(ground: Ground) -> str:
    group = f"/aws/kinesisfirehose/test-{unique_letters()}"
    ground.aws.logs.create_log_group(logGroupName=group)
    ground.aws.logs.create_log_stream(logGroupName=group, logStreamName="S3Delivery")
    options = {"Enabled": True, "LogGroupName": group, "LogStreamName": "S3Delivery"}
    stream, bucket = ground.stream(CloudWatchLoggingOptions=options)
    ground.aws.s3.delete_bucket(Bucket=bucket)
    answer_to(lambda: ground.put(stream, b"one"))
    ground.deliver()
    events = ground.aws.logs.filter_log_events(logGroupName=group)["events"]
    ground.aws.firehose.delete_delivery_stream(DeliveryStreamName=stream)
    return json.loads(events[0]["message"])["errorCode"] if events else "nothing"


@AREA.row(
    "ListDeliveryStreams with a limit of 1, of two streams or more",
    aws="1 name, and more",
    localstack="all names",
    source="Firehose API: ListDeliveryStreams",
)
def _names_are_in_pages(ground: Ground) -> str:
    for _ in range(2):
        ground.stream()
    answer = ground.aws.firehose.list_delivery_streams(Limit=1)
    if len(answer["DeliveryStreamNames"]) > 1:
        return "all names"
    return f"1 name, and {'more' if answer['HasMoreDeliveryStreams'] else 'no more'}"
