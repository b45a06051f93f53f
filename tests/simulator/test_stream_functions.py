"""A delivery stream with a function, partitions and a log group, in virtual time."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.conftest import NO_DURATIONS, START, Deployed
from wavetank.core.findings import Verdict
from wavetank.core.lambda_package import package_files
from wavetank.core.settings import SANDBOX_ACCOUNT
from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    Event,
    ObjectDelivered,
    Outcome,
    RecordsProcessed,
    Trigger,
)
from wavetank.invariants.conservation import Conservation
from wavetank.invariants.history_completeness import HistoryEnd
from wavetank.simulation.run import Run, RunOptions

NAME = "processed-stream"
MINUTE = timedelta(minutes=1)
NOTHING = timedelta()
SOURCE = b"""
import base64, json, time

def handler(event, context):
    time.sleep(5)
    records = []
    for record in event["records"]:
        data = json.loads(base64.b64decode(record["data"]))
        if data["do"] == "raise":
            raise RuntimeError("on purpose")
        result = {"keep": "Ok", "drop": "Dropped", "fail": "ProcessingFailed"}[data["do"]]
        text = base64.b64encode(json.dumps({**data, "seen": True}).encode()).decode()
        keys = {"partitionKeys": {"day": "monday"}}
        records.append(
            {"recordId": record["recordId"], "result": result, "data": text, "metadata": keys}
        )
    return {"records": records}
"""
PREFIX = "id=!{partitionKeyFromQuery:id}/day=!{partitionKeyFromLambda:day}/!{timestamp:HH}/"


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _role(aws: Any, service: str, *actions: str) -> str:
    name = f"{NAME}-{service}"
    principal = {"Service": f"{service}.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    role = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
    allow = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    aws.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=_policy(allow))
    return str(role["Role"]["Arn"])


def _processing(function: str) -> dict[str, Any]:
    function_parameters = {
        "LambdaArn": f"{function}:$LATEST",
        "BufferIntervalInSeconds": "60",
        "NumberOfRetries": "1",
    }
    query = {"MetadataExtractionQuery": "{id: .id}", "JsonParsingEngine": "JQ-1.6"}
    kinds = {"Lambda": function_parameters, "MetadataExtraction": query}
    processors = [
        {
            "Type": kind,
            "Parameters": [
                {"ParameterName": name, "ParameterValue": value} for name, value in given.items()
            ],
        }
        for kind, given in kinds.items()
    ]
    return {"Enabled": True, "Processors": processors}


@pytest.fixture
def stream(pipeline: Deployed) -> Iterator[Deployed]:
    """The simulator with a stream besides the pipeline's; deleted afterwards."""
    aws = pipeline.simulator.aws
    function = aws.awslambda.create_function(
        FunctionName=NAME,
        Runtime="python3.13",
        Role=_role(aws, "lambda", "logs:*"),
        Handler="function.handler",
        Timeout=30,
        Code={"ZipFile": package_files(NAME, {"function.py": SOURCE}).content},
    )["FunctionArn"]
    configuration: Any = {
        "BucketARN": f"arn:aws:s3:::{pipeline.names.bucket}",
        "RoleARN": _role(aws, "firehose", "s3:PutObject", "lambda:InvokeFunction"),
        "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
        "Prefix": PREFIX,
        "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
        "DynamicPartitioningConfiguration": {"Enabled": True},
        "ProcessingConfiguration": _processing(function),
    }
    aws.firehose.create_delivery_stream(
        DeliveryStreamName=NAME, ExtendedS3DestinationConfiguration=configuration
    )
    yield pipeline
    aws.firehose.delete_delivery_stream(DeliveryStreamName=NAME)
    aws.awslambda.delete_function(FunctionName=NAME)
    for service in ("lambda", "firehose"):
        aws.iam.delete_role_policy(RoleName=f"{NAME}-{service}", PolicyName="p")
        aws.iam.delete_role(RoleName=f"{NAME}-{service}")


@contextmanager
def _run(deployed: Deployed, events: list[Event]) -> Iterator[Run]:
    options = RunOptions(
        scenario="records", seed=1, start=START, horizon=NOTHING, durations=NO_DURATIONS
    )
    run = Run(deployed.simulator, options, events.append)
    with run.started():
        yield run
        run.end(START)


def _put(deployed: Deployed, *doings: str) -> None:
    records: Any = [
        {"Data": json.dumps({"id": number, "do": doing}).encode()}
        for number, doing in enumerate(doings)
    ]
    deployed.simulator.aws.firehose.put_record_batch(DeliveryStreamName=NAME, Records=records)


def _conserved(events: list[Event]) -> bool:
    """Whether every record, or what processing made of it, was delivered exactly once."""
    end, invariant = HistoryEnd(), Conservation()
    for event in events:
        end.observe(event)
        invariant.observe(event)
    finding = invariant.finding(end)
    return finding is not None and finding.verdict is Verdict.VALID


def _only[E: Event](events: list[Event], kind: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def test_a_function_transforms_records_in_virtual_time(stream: Deployed) -> None:
    """After a minute of buffering and five seconds of sleep; each partition is an object."""
    events: list[Event] = []
    with _run(stream, events):
        _put(stream, "keep", "drop", "fail", "keep")
    (began,) = _only(events, AttemptBegan)
    assert (began.trigger, began.at) == (Trigger.DELIVERY_STREAM, START + MINUTE)
    processed = _only(events, RecordsProcessed)
    assert {event.at for event in processed} == {START + MINUTE + timedelta(seconds=5)}
    assert [event.is_failed for event in processed].count(True) == 1
    delivered = {event.key.split(NAME)[0]: event for event in _only(events, ObjectDelivered)}
    folders = {"id=0/day=monday/10/", "id=3/day=monday/10/", "errors/processing-failed/"}
    assert delivered.keys() == folders
    assert {event.at for event in delivered.values()} == {START + 2 * MINUTE + timedelta(seconds=5)}
    assert json.loads(delivered["id=0/day=monday/10/"].records[0])["seen"]
    assert _conserved(events)


def test_a_function_that_fails_is_tried_again_and_its_records_are_errors(stream: Deployed) -> None:
    """Once more, as configured; then they are delivered with what they were."""
    events: list[Event] = []
    with _run(stream, events):
        _put(stream, "raise")
    assert len(_only(events, AttemptEnded)) == 2
    (delivered,) = _only(events, ObjectDelivered)
    error = json.loads(delivered.records[0])
    assert (error["attemptsMade"], error["errorCode"]) == (2, "Lambda.FunctionError")
    assert json.loads(base64.b64decode(error["rawData"])) == {"id": 0, "do": "raise"}
    assert _conserved(events)


def test_a_stream_needs_the_permission_to_invoke_its_function(stream: Deployed) -> None:
    """No attempt is made without it, and the error names it."""
    iam = stream.simulator.aws.iam
    allow = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    iam.put_role_policy(RoleName=f"{NAME}-firehose", PolicyName="p", PolicyDocument=_policy(allow))
    events: list[Event] = []
    with _run(stream, events):
        _put(stream, "keep")
    assert _only(events, AttemptBegan) == []
    (delivered,) = _only(events, ObjectDelivered)
    assert json.loads(delivered.records[0])["errorCode"] == "Lambda.InvokeAccessDenied"


def _reconfigure(deployed: Deployed, **parameters: str) -> None:
    """Change parameters of the stream's function."""
    firehose: Any = deployed.simulator.aws.firehose
    found = firehose.describe_delivery_stream(DeliveryStreamName=NAME)["DeliveryStreamDescription"]
    destination = found["Destinations"][0]
    processing = destination["ExtendedS3DestinationDescription"]["ProcessingConfiguration"]
    for processor in processing["Processors"]:
        for each in processor["Parameters"]:
            name = each["ParameterName"]
            each["ParameterValue"] = parameters.get(name, each["ParameterValue"])
    firehose.update_destination(
        DeliveryStreamName=NAME,
        CurrentDeliveryStreamVersionId=found["VersionId"],
        DestinationId=destination["DestinationId"],
        ExtendedS3DestinationUpdate={"ProcessingConfiguration": processing},
    )


def test_the_role_must_trust_firehose(stream: Deployed) -> None:
    """When it invokes the function, too; that the account may assume the role is not enough."""
    iam, name = stream.simulator.aws.iam, f"{NAME}-firehose"
    trust = {"Effect": "Allow", "Principal": {"AWS": SANDBOX_ACCOUNT}, "Action": "sts:AssumeRole"}
    before = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=_policy(trust))
    try:
        events: list[Event] = []
        with _run(stream, events):
            _put(stream, "keep")
    finally:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(before))
    assert _only(events, AttemptBegan) == []


def test_a_stream_invokes_the_version_of_its_alias(stream: Deployed) -> None:
    """And not the newest code."""
    aws = stream.simulator.aws
    version = aws.awslambda.publish_version(FunctionName=NAME)["Version"]
    alias = aws.awslambda.create_alias(FunctionName=NAME, Name="live", FunctionVersion=version)
    _reconfigure(stream, LambdaArn=alias["AliasArn"])
    broken = package_files(NAME, {"function.py": b"def handler(*_): raise ValueError"}).content
    restore = stream.simulator.replace_code(alias["AliasArn"].removesuffix(":live"), broken)
    try:
        events: list[Event] = []
        with _run(stream, events):
            _put(stream, "keep")
    finally:
        restore()
    assert [event.outcome for event in _only(events, AttemptEnded)] == [Outcome.SUCCESS]
