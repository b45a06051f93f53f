"""Each trigger delivers the same event to its function in virtual time and on a sandbox.

A function stores what it gets. Ids, instants and the hosts of requests differ between any two runs
and are masked; deployed names are replaced by logical ids. All else is compared.
"""

import base64
import gzip
import http.client
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.pipelines.triggers import TRIGGERS
from tests.simulator.conftest import START, Deployed
from tests.simulator.stacks import delete
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients
from wavetank.core.clock import WallClock
from wavetank.core.http_call import http_call
from wavetank.deployment.pipelines.user_pipeline import DEFAULT_STACK
from wavetank.inspection.stack_resources import every_resource
from wavetank.pytest_plugin.sandbox_fixture import LiveSandbox, live_sandbox
from wavetank.simulation.entries.http_entries import EntryChoice
from wavetank.simulation.run import Run, RunOptions

pytestmark = pytest.mark.embedded
HEADERS = {"Content-Type": "text/plain", "User-Agent": "parity", "X-Test": "yes"}
REQUEST = ("POST", "/orders/7?size=S", HEADERS, "body")
SENT_HEADERS = {"content-type", "x-test"}
ENTRIES = {
    "rest": EntryChoice(api="ServerlessRestApi"),
    "http": EntryChoice(api="ServerlessHttpApi"),
    "url": EntryChoice(function_url="FromUrl"),
}
MASKED = {
    *("accountId", "apiId", "domainName", "domainPrefix", "eventID", "extendedRequestId", "id"),
    *("sequenceNumber", "SequenceNumber", "sequencer", "sourceIp", "sourceIPAddress", "userAgent"),
    *("principalId", "receiptHandle", "requestId", "requestTime", "requestTimeEpoch", "resourceId"),
    *("time", "timeEpoch", "timestamp", "x-amz-id-2", "x-amz-request-id", "deploymentId"),
    *("ApproximateCreationDateTime", "approximateArrivalTimestamp", "SentTimestamp", "SenderId"),
    *("ApproximateFirstReceiveTimestamp", "Signature", "SigningCertUrl", "UnsubscribeUrl"),
    *("awsRegion", "AWSTraceHeader", "logStream", "host", "configurationId"),
}
"""The members that no two runs have the same value of."""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?")
EVENTS = frozenset(
    {
        *("bucket", "destination", "http", "invocation", "kinesis", "logs", "pattern", "queue"),
        *("rest", "schedule", "table", "topic", "url"),
    }
)


def deployed_names(aws: AwsClients) -> dict[str, str]:
    """The deployed name of each logical id."""
    return {each.logical_id: each.physical_id for each in every_resource(aws) if each.exists}


def send(aws: Any, schedule_at: datetime) -> None:
    """What invokes the functions, apart from requests over HTTP."""
    of = deployed_names(aws)
    account = "000000000000"
    aws.sqs.send_message(QueueUrl=of["Jobs"], MessageBody="job")
    aws.kinesis.put_record(StreamName=of["Clicks"], Data=b"click", PartitionKey="key")
    aws.dynamodb.put_item(TableName=of["Orders"], Item={"id": {"S": "1"}, "n": {"N": "7"}})
    aws.dynamodb.delete_item(TableName=of["Orders"], Key={"id": {"S": "1"}})
    entry = {"Source": "shop", "DetailType": "paid", "Detail": '{"order": 7}'}
    aws.events.put_events(Entries=[entry])
    aws.s3.put_object(Bucket=of["Uploads"], Key="in/a b.txt", Body=b"text")
    aws.sns.publish(TopicArn=of["News"], Subject="subject", Message="news")
    aws.logs.create_log_stream(logGroupName=of["Lines"], logStreamName="stream")
    lines = [{"timestamp": int(schedule_at.timestamp() * 1000), "message": "ERROR: line"}]
    aws.logs.put_log_events(logGroupName=of["Lines"], logStreamName="stream", logEvents=lines)
    for name in ("Failing", "Succeeding"):
        aws.awslambda.invoke(FunctionName=of[name], InvocationType="Event", Payload='{"a": 1}')
    aws.scheduler.create_schedule(
        Name="once",
        ScheduleExpression=f"at({schedule_at:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": f"arn:aws:lambda:eu-west-1:{account}:function:{of['FromSchedule']}",
            "RoleArn": f"arn:aws:iam::{account}:role/{of['ScheduleRole']}",
        },
    )


def effects(aws: Any) -> dict[str, list[Any]]:
    """The events of each trigger, record by record, and what reached the queue of failures."""
    of = deployed_names(aws)
    found: dict[str, list[Any]] = {}
    for item in aws.dynamodb.scan(TableName=of["Seen"])["Items"]:
        event = json.loads(item["event"]["S"])
        found.setdefault(item["trigger"]["S"], []).extend(event.get("Records", [event]))
    received = aws.sqs.receive_message(QueueUrl=of["Lost"], VisibilityTimeout=0)
    found["lost"] = [json.loads(each["Body"]) for each in received.get("Messages", [])]
    normalized = {kind: [_normalized(each, of) for each in found[kind]] for kind in found}
    return {kind: sorted(each, key=json.dumps) for kind, each in normalized.items()}


def _normalized(value: Any, of: dict[str, str], name: str = "") -> Any:
    if isinstance(value, dict):
        if name.lower() in {"headers", "multivalueheaders"}:
            value = {key.lower(): each for key, each in value.items()}
            value = {key: each for key, each in value.items() if key in SENT_HEADERS}
        if name == "identity":  # the sandbox also has the members that are null
            value = {key: each for key, each in value.items() if each is not None}
        if name == "requestContext":  # LocalStack's own REST APIs say it
            value = {key: each for key, each in value.items() if key != "deploymentId"}
        if name == "awslogs":
            value = json.loads(gzip.decompress(base64.b64decode(value["data"])))
        return {key: _normalized(each, of, key) for key, each in sorted(value.items())}
    if isinstance(value, list):
        return [_normalized(each, of, name) for each in value]
    if name in MASKED:
        return f"<{type(value).__name__}>"
    if not isinstance(value, str):
        return value
    for logical, physical in of.items():
        value = value.replace(physical, f"<{logical}>")
    return INSTANT.sub("<instant>", UUID.sub("<uuid>", value))


@pytest.fixture(scope="module")
def virtual(deployed: Deployed) -> Iterator[dict[str, list[Any]]]:
    """The effects in virtual time."""
    simulator = deployed.simulator
    simulator.reset()
    TRIGGERS.deploy(simulator.aws, WallClock())
    simulator.take_baseline()
    options = RunOptions(scenario="triggers", seed=1, start=START, horizon=timedelta(minutes=1))
    run = Run(simulator, options, lambda _: None)
    with run.started():
        answers = [run.http(http_call(*REQUEST), choice) for choice in ENTRIES.values()]
        send(simulator.aws, START + timedelta(seconds=30))
        run.end(options.until)
    with simulator.frozen_at(START + timedelta(hours=1)):
        found = effects(simulator.aws)
    found["answers"] = [(each.status, each.json()) for each in answers]
    yield found
    simulator.reset()
    delete(simulator.aws, DEFAULT_STACK)
    simulator.take_baseline()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Any]]]:
    """The effects on a sandbox."""
    with live_sandbox(TRIGGERS, tmp_path_factory.mktemp("sandbox")) as sandbox:
        answers = [_request(sandbox, kind) for kind in ENTRIES]
        send(sandbox.aws, WallClock().now() + timedelta(seconds=3))

        def seen() -> dict[str, list[Any]]:
            return effects(sandbox.aws)

        complete = EVENTS | {"lost"}
        found = wait_until_seen(seen, lambda kinds: _is_complete(kinds, complete), "every event")
        found["answers"] = answers
        yield found


def _is_complete(found: dict[str, list[Any]], expected: frozenset[str]) -> bool:
    return expected <= found.keys() and bool(found["lost"]) and len(found["table"]) == 2


def _request(sandbox: LiveSandbox, kind: str) -> tuple[int, Any]:
    method, path, headers, body = REQUEST
    of = deployed_names(sandbox.aws)
    domain = "localhost.localstack.cloud"
    if kind == "url":
        found = sandbox.aws.awslambda.get_function_url_config(FunctionName=of["FromUrl"])
        host = urlsplit(found["FunctionUrl"]).hostname or ""
    elif kind == "rest":
        host, path = f"{of['ServerlessRestApi']}.execute-api.{domain}", f"/Prod{path}"
    else:
        host = f"{of['ServerlessHttpApi']}.execute-api.{domain}"
    server = urlsplit(sandbox.endpoint)
    connection = http.client.HTTPConnection(server.hostname or "", server.port)
    connection.request(method, path, body, {**headers, "Host": f"{host}:{server.port}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    with suppress(ValueError):
        return answer.status, json.loads(text)
    return answer.status, text


@pytest.mark.parametrize("kind", [*sorted(EVENTS), "lost", "answers"])
def test_a_trigger_has_the_same_effect_in_virtual_time_and_in_wall_time(
    virtual: dict[str, list[Any]], live: dict[str, list[Any]], kind: str
) -> None:
    """The same events reach the function, with equal content; each has arrived."""
    assert virtual[kind]
    assert _lines(virtual[kind]) == _lines(live[kind])


def _lines(found: list[Any]) -> list[str]:
    """The JSON line by line, so that a failure shows what differs."""
    return json.dumps(found, indent=1).splitlines()
