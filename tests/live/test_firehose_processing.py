"""Firehose's processing and other destinations over its API, as AWS documents them."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.live.conftest import MakeFunction, MakeRole
from tests.live.hosts import Host
from tests.live.names import unique_letters
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients, ClientError, error_code, sandbox_clients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.settings import SANDBOX_OTHER_ACCOUNT

SOURCE = """
import base64, json

def handler(event, context):
    return {"records": [one(record) for record in event["records"]]}

def one(record):
    data = json.loads(base64.b64decode(record["data"]))
    result = {"keep": "Ok", "drop": "Dropped", "fail": "ProcessingFailed"}[data["do"]]
    text = base64.b64encode(json.dumps({**data, "seen": True}).encode()).decode()
    keys = {"partitionKeys": {"kind": data["do"]}}
    return {"recordId": record["recordId"], "result": result, "data": text, "metadata": keys}
"""
PARTITIONED: dict[str, Any] = {
    "Prefix": "!{timestamp:YYYY}/id=!{partitionKeyFromQuery:id}/"
    "kind=!{partitionKeyFromLambda:kind}/",
    "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
    "DynamicPartitioningConfiguration": {"Enabled": True},
    "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
}


EMBEDDED = [pytest.param("embedded", marks=pytest.mark.embedded)]
"""Only a child process reaches an endpoint on the loopback interface of the tests."""


def _processor(kind: str, **parameters: str) -> dict[str, Any]:
    found = [{"ParameterName": n, "ParameterValue": v} for n, v in parameters.items()]
    return {"Type": kind, "Parameters": found}


def _bucket(aws: AwsClients) -> str:
    name = f"test-{unique_letters()}"
    aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name


def _objects(aws: AwsClients, bucket: str) -> dict[str, bytes]:
    listed = aws.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {
        entry["Key"]: aws.s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
        for entry in listed
    }


def _put(firehose: Any, stream: str, *records: object) -> None:
    entries: Any = [{"Data": json.dumps(record).encode()} for record in records]
    firehose.put_record_batch(DeliveryStreamName=stream, Records=entries)


@pytest.fixture
def role(make_role: MakeRole) -> str:
    """A role with which streams deliver, invoke functions and log errors."""
    actions = ["s3:PutObject", "lambda:InvokeFunction", "logs:PutLogEvents"]
    return make_role({"Effect": "Allow", "Action": actions, "Resource": "*"}, service="firehose")


@pytest.fixture
def controls(localstack: Host) -> SandboxControls:
    """The sandbox's own routes."""
    return SandboxControls(localstack.endpoint)


def test_a_function_partitions_and_error_records(
    aws: AwsClients, role: str, make_function: MakeFunction, controls: SandboxControls
) -> None:
    """Separated, transformed, partitioned; what failed is under the error prefix, and counted."""
    bucket, name = _bucket(aws), f"test-{unique_letters()}"
    arn = aws.awslambda.get_function(FunctionName=make_function(SOURCE).name)["Configuration"]
    processors = [
        _processor("RecordDeAggregation", SubRecordType="JSON"),
        _processor("Lambda", LambdaArn=arn["FunctionArn"]),
        _processor(
            "MetadataExtraction", MetadataExtractionQuery="{id: .id}", JsonParsingEngine="JQ-1.6"
        ),
        _processor("AppendDelimiterToRecord", Delimiter="\\n"),
    ]
    configuration: Any = {
        "BucketARN": f"arn:aws:s3:::{bucket}",
        "RoleARN": role,
        "ProcessingConfiguration": {"Enabled": True, "Processors": processors},
        **PARTITIONED,
    }
    aws.firehose.create_delivery_stream(
        DeliveryStreamName=name, ExtendedS3DestinationConfiguration=configuration
    )
    packed = b'{"id":1,"do":"keep"}{"id":2,"do":"keep"}{"id":3,"do":"drop"}{"id":4,"do":"fail"}'
    aws.firehose.put_record(DeliveryStreamName=name, Record={"Data": packed})
    controls.deliver_now()
    found = {key.split(name)[0]: body for key, body in _objects(aws, bucket).items()}
    error = json.loads(next(body for key, body in found.items() if key.startswith("errors")))
    del found[next(key for key in found if key.startswith("errors/processing-failed/"))]
    year = next(iter(found))[:4]
    assert found == {
        f"{year}/id=1/kind=keep/": b'{"id": 1, "do": "keep", "seen": true}\n',
        f"{year}/id=2/kind=keep/": b'{"id": 2, "do": "keep", "seen": true}\n',
    }
    assert json.loads(base64.b64decode(error["rawData"])) == {"id": 4, "do": "fail"}
    assert error["errorCode"] == "Lambda.ProcessingFailedStatus"
    aws.firehose.delete_delivery_stream(DeliveryStreamName=name)


def test_streams_of_one_name_in_two_accounts_and_two_regions_are_different_streams(
    aws: AwsClients, role: str, localstack: Host, controls: SandboxControls
) -> None:
    """Records arrive in the bucket of the stream that they were put into, and in no other."""
    name, other = (
        f"test-{unique_letters()}",
        sandbox_clients(localstack.endpoint, SANDBOX_OTHER_ACCOUNT),
    )
    trust = {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}}
    policy = json.dumps(
        {"Version": "2012-10-17", "Statement": {**trust, "Action": "sts:AssumeRole"}}
    )
    allow = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    theirs = other.iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    other.iam.put_role_policy(
        RoleName=name,
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allow}),
    )
    frankfurt: Any = aws.session.client(
        "firehose", region_name="eu-central-1", endpoint_url=aws.endpoint, config=aws.config
    )
    places: list[tuple[Any, AwsClients, str, str]] = [
        (aws.firehose, aws, role, "ours"),
        (frankfurt, aws, role, "frankfurt"),
        (other.firehose, other, theirs, "theirs"),
    ]
    buckets = []
    for firehose, clients, role_arn, _ in places:
        buckets.append(_bucket(clients))
        firehose.create_delivery_stream(
            DeliveryStreamName=name,
            ExtendedS3DestinationConfiguration={
                "BucketARN": f"arn:aws:s3:::{buckets[-1]}",
                "RoleARN": role_arn,
            },
        )
    for firehose, _, _, text in places:
        _put(firehose, name, text)
    states = controls.streams()
    assert [
        state["buffered_records"] for label, state in states.items() if label.endswith(name)
    ] == [1] * 3
    controls.deliver_now()
    for (firehose, clients, _, text), bucket in zip(places, buckets, strict=True):
        assert list(_objects(clients, bucket).values()) == [json.dumps(text).encode()]
        firehose.delete_delivery_stream(DeliveryStreamName=name)


class _Endpoint:
    """An HTTP endpoint that accepts what it gets, or answers with a status."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.status = 200

    @contextmanager
    def served(self) -> Iterator[str]:
        """The address, while it is served."""
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.requests.append((dict(self.headers), body))
                content = {"requestId": body["requestId"], "timestamp": 1}
                self.send_response(endpoint.status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(content).encode())

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/ingest"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.mark.parametrize("localstack", EMBEDDED, indirect=True)
def test_an_http_endpoint_gets_records_and_the_bucket_those_that_it_refuses(
    aws: AwsClients, role: str, controls: SandboxControls
) -> None:
    """In Firehose's format; after the last retry records are in S3, and the error is logged."""
    bucket, name, endpoint = _bucket(aws), f"test-{unique_letters()}", _Endpoint()
    group = f"/aws/kinesisfirehose/{name}"
    aws.logs.create_log_group(logGroupName=group)
    aws.logs.create_log_stream(logGroupName=group, logStreamName="DestinationDelivery")
    with endpoint.served() as url:
        aws.firehose.create_delivery_stream(
            DeliveryStreamName=name,
            HttpEndpointDestinationConfiguration={
                "EndpointConfiguration": {"Url": url, "AccessKey": "secret"},
                "RequestConfiguration": {
                    "CommonAttributes": [{"AttributeName": "a", "AttributeValue": "b"}]
                },
                "RetryOptions": {"DurationInSeconds": 0},
                "RoleARN": role,
                "S3Configuration": {"BucketARN": f"arn:aws:s3:::{bucket}", "RoleARN": role},
                "CloudWatchLoggingOptions": {
                    "Enabled": True,
                    "LogGroupName": group,
                    "LogStreamName": "DestinationDelivery",
                },
            },
        )
        _put(aws.firehose, name, "one", "two")
        controls.deliver_now()
        endpoint.status = 500
        _put(aws.firehose, name, "three")
        controls.deliver_now()
    (headers, body), _ = endpoint.requests
    assert [base64.b64decode(record["data"]) for record in body["records"]] == [b'"one"', b'"two"']
    assert headers["X-Amz-Firehose-Request-Id"] == body["requestId"]
    assert headers["X-Amz-Firehose-Access-Key"] == "secret"
    assert json.loads(headers["X-Amz-Firehose-Common-Attributes"]) == {
        "commonAttributes": {"a": "b"}
    }
    controls.deliver_now()
    ((key, content),) = _objects(aws, bucket).items()
    error = json.loads(content)
    assert key.startswith("http-endpoint-failed/")
    assert base64.b64decode(error["rawData"]) == b'"three"'
    (event,) = aws.logs.filter_log_events(logGroupName=group)["events"]
    logged = json.loads(event["message"])
    assert logged["errorCode"] == error["errorCode"] == "HttpEndpoint.DestinationException"
    aws.firehose.delete_delivery_stream(DeliveryStreamName=name)


def test_metrics_are_published(aws: AwsClients, role: str, controls: SandboxControls) -> None:
    """Those that alarms watch, with the stream as their dimension."""
    bucket, name = _bucket(aws), f"test-{unique_letters()}"
    aws.firehose.create_delivery_stream(
        DeliveryStreamName=name,
        S3DestinationConfiguration={"BucketARN": f"arn:aws:s3:::{bucket}", "RoleARN": role},
    )
    _put(aws.firehose, name, 1, 2)
    controls.deliver_now()
    cloudwatch: Any = aws.session.client("cloudwatch", endpoint_url=aws.endpoint, config=aws.config)
    expected = {
        *("DeliveryToS3.Bytes", "DeliveryToS3.DataFreshness", "DeliveryToS3.Records"),
        *("DeliveryToS3.Success", "IncomingBytes", "IncomingRecords"),
    }

    def names() -> set[str]:
        dimensions = [{"Name": "DeliveryStreamName", "Value": name}]
        found = cloudwatch.list_metrics(Namespace="AWS/Firehose", Dimensions=dimensions)
        return {metric["MetricName"] for metric in found["Metrics"]}

    wait_until_seen(names, expected.issubset, "the metrics")
    aws.firehose.delete_delivery_stream(DeliveryStreamName=name)


@pytest.mark.parametrize(
    ("request_of", "says"),
    [
        (
            lambda s3: {"ExtendedS3DestinationConfiguration": {**s3, **_conversion()}},
            "converts no record format",
        ),
        (
            lambda s3: {
                "SplunkDestinationConfiguration": {
                    "HECEndpoint": "https://splunk.example.com:8088",
                    "HECEndpointType": "Raw",
                    "S3Configuration": s3,
                }
            },
            "has no Splunk",
        ),
        (
            lambda s3: {
                "HttpEndpointDestinationConfiguration": {
                    "EndpointConfiguration": {"Url": "https://example.com/"},
                    "S3Configuration": s3,
                }
            },
            "on another machine",
        ),
        (
            lambda s3: {"ExtendedS3DestinationConfiguration": {**s3, **PARTITIONED}},
            "MetadataExtraction processor should be present",
        ),
    ],
)
def test_what_the_sandbox_lacks_is_refused_by_name(
    aws: AwsClients, role: str, request_of: Callable[[Any], Any], says: str
) -> None:
    """When the stream is created, and not when its records do not arrive."""
    s3 = {"BucketARN": "arn:aws:s3:::bucket", "RoleARN": role}
    with pytest.raises(ClientError, match=says) as refused:
        aws.firehose.create_delivery_stream(DeliveryStreamName="refused", **request_of(s3))
    assert error_code(refused.value) == "InvalidArgumentException"


def _conversion() -> dict[str, Any]:
    return {"DataFormatConversionConfiguration": {"Enabled": True}}


def test_a_stack_may_leave_the_name_to_cloudformation(aws: AwsClients, role: str) -> None:
    """CDK and SAM do so; Ref is the generated name."""
    bucket, stack = _bucket(aws), f"test-{unique_letters()}"
    configuration = {"BucketARN": f"arn:aws:s3:::{bucket}", "RoleARN": role}
    template = {
        "Resources": {
            "Delivery": {
                "Type": "AWS::KinesisFirehose::DeliveryStream",
                "Properties": {"ExtendedS3DestinationConfiguration": configuration},
            }
        },
        "Outputs": {"Name": {"Value": {"Ref": "Delivery"}}},
    }
    aws.cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(template))
    aws.cloudformation.get_waiter("stack_create_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    (found,) = aws.cloudformation.describe_stacks(StackName=stack)["Stacks"]
    name = found["Outputs"][0]["OutputValue"]
    assert name.startswith(f"{stack}-Delivery-")
    described = aws.firehose.describe_delivery_stream(DeliveryStreamName=name)
    assert described["DeliveryStreamDescription"]["DeliveryStreamStatus"] == "ACTIVE"
    aws.cloudformation.delete_stack(StackName=stack)
