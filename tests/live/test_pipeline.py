"""The whole pipeline on LocalStack: ticks become records, and failures become alerts."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.live.conftest import ADDRESS, MakePipeline, Pipeline
from tests.live.hosts import PROJECT, Host
from tests.waiting import wait_until_seen
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import DeliveredObject, delivered_objects
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import MailboxMessage, alerts
from wavetank.core.clock import WallClock, floor_to_minute, rfc3339
from wavetank.core.errors import FunctionFailedError
from wavetank.core.findings import Verdict
from wavetank.core.lambda_package import package_files
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.inspection.requirements import check_requirements
from wavetank.live.running_sandbox import attach
from wavetank.ticker.observers import last_tick, read_prices, read_records
from wavetank.ticker.records import Sample

MINUTE = timedelta(minutes=1)
START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def _objects(pipeline: Pipeline) -> list[DeliveredObject]:
    """What is in the bucket once the stream has delivered all that it holds."""
    assert pipeline.aws.endpoint is not None
    SandboxControls(pipeline.aws.endpoint).deliver_now()
    return delivered_objects(pipeline.aws, pipeline.names.bucket)


def _records(pipeline: Pipeline) -> list[Sample]:
    return [
        record
        for entry in _objects(pipeline)
        for record in read_records(pipeline.aws, pipeline.names.bucket, entry.key)
    ]


def _alerts(localstack: Host, pipeline: Pipeline) -> list[MailboxMessage]:
    name = pipeline.names.streaming_function
    return [message for message in alerts(localstack.endpoint) if name in message.text]


def _use_handler(pipeline: Pipeline, source: str) -> None:
    package = package_files("streaming", {"streaming/handler.py": source.encode()})
    name = pipeline.names.streaming_function
    pipeline.aws.awslambda.update_function_code(FunctionName=name, ZipFile=package.content)
    wait_until_seen(
        lambda: pipeline.aws.awslambda.get_function_configuration(FunctionName=name),
        lambda found: found.get("LastUpdateStatus") == "Successful",
        "the handler to be replaced",
    )


def test_ticks_become_records_once_each_and_the_table_ends_on_the_last(
    make_pipeline: MakePipeline,
) -> None:
    """With a duplicate, a missed and a late tick, each sample is delivered once, without a jump."""
    pipeline = make_pipeline()
    trigger = StreamingInvoker(pipeline.aws, pipeline.names)
    answers = [
        trigger.fire_and_wait(START + minutes * MINUTE)["records"] for minutes in (0, 1, 1, 3, 2)
    ]
    assert answers == [20, 20, 0, 40, 0]
    records = sorted(_records(pipeline), key=lambda record: record.instant)
    counts = Counter((record.ticker, record.instant) for record in records)
    assert set(counts.values()) == {1}
    assert len(counts) == 4 * 20
    last = {record.ticker: record.price for record in records}
    prices = read_prices(pipeline.aws, pipeline.names.table)
    assert {price.ticker: price.price for price in prices} == last
    assert last_tick(prices) == START + 3 * MINUTE


def test_a_tick_takes_three_aws_calls(make_pipeline: MakePipeline) -> None:
    """LocalStack receives one Scan, one PutRecordBatch and one TransactWriteItems."""
    pipeline = make_pipeline()
    counting = (
        "import botocore.client\n"
        "calls = []\n"
        "original = botocore.client.BaseClient._make_api_call\n"
        "def counted(self, name, parameters):\n"
        "    calls.append(name)\n"
        "    return original(self, name, parameters)\n"
        "botocore.client.BaseClient._make_api_call = counted\n"
        "from streaming import handler\n"
        "def lambda_handler(event, context):\n"
        "    calls.clear()\n"
        "    handler.lambda_handler(event, context)\n"
        "    return {'calls': list(calls)}\n"
    )
    folder = PROJECT / "lambdas" / "streaming"
    files = {f"streaming/{path.name}": path.read_bytes() for path in folder.glob("*.py")}
    package = package_files("counting", {**files, "counting.py": counting.encode()})
    name = pipeline.names.streaming_function
    lambdas = pipeline.aws.awslambda
    lambdas.update_function_code(FunctionName=name, ZipFile=package.content)
    _settled(pipeline)
    lambdas.update_function_configuration(FunctionName=name, Handler="counting.lambda_handler")
    _settled(pipeline)
    answer = StreamingInvoker(pipeline.aws, pipeline.names).fire_and_wait(START)
    assert answer["calls"] == ["Scan", "PutRecordBatch", "TransactWriteItems"]


def _settled(pipeline: Pipeline) -> None:
    name = pipeline.names.streaming_function
    wait_until_seen(
        lambda: pipeline.aws.awslambda.get_function_configuration(FunctionName=name),
        lambda found: found.get("LastUpdateStatus") == "Successful",
        "the update to settle",
    )


def test_the_log_is_structured_and_in_its_own_group(pipeline: Pipeline) -> None:
    """What a tick did can be queried by field in CloudWatch."""
    StreamingInvoker(pipeline.aws, pipeline.names).fire_and_wait(START)
    group = f"/aws/lambda/{pipeline.names.streaming_function}"

    def delivered() -> list[dict[str, object]]:
        events = pipeline.aws.logs.filter_log_events(logGroupName=group)["events"]
        lines = [json.loads(event["message"]) for event in events]
        return [line for line in lines if line.get("message") == "tick delivered"]

    seen = wait_until_seen(delivered, bool, "a line about the tick")
    assert seen[0]["records"] == 20
    assert seen[0]["tick"] == "2026-11-23T12:00:00+00:00"


def test_an_event_without_a_time_fails_with_the_reason(pipeline: Pipeline) -> None:
    """A malformed event is an error of that invocation, and the pipeline lives on."""
    name = pipeline.names.streaming_function
    answer = pipeline.aws.awslambda.invoke(FunctionName=name, Payload=b'{"time": "soon"}')
    payload = json.loads(answer["Payload"].read())
    assert payload["errorType"] == "EventError"
    assert "expected a scheduled event with a time" in payload["errorMessage"]


def test_a_failing_tick_is_tried_three_times_and_then_alerted(
    make_pipeline: MakePipeline, localstack: Host
) -> None:
    """One attempt and two retries fail, then one e-mail has the failure record."""
    pipeline = make_pipeline()
    _use_handler(pipeline, "def lambda_handler(event, context): raise RuntimeError('on purpose')")
    StreamingInvoker(pipeline.aws, pipeline.names).fire(START)
    received = wait_until_seen(
        lambda: _alerts(localstack, pipeline), bool, "an alert", within_seconds=30
    )
    assert [alert.address for alert in received] == [ADDRESS]
    for part in ("RuntimeError: on purpose", "Attempts:    3", rfc3339(START), "RetriesExhausted"):
        assert part in received[0].text


def test_original_records_are_the_scripts_text(make_pipeline: MakePipeline) -> None:
    """RECORD_FORMAT=original delivers what the assignment's own script would."""
    pipeline = make_pipeline()
    name = pipeline.names.streaming_function
    found = pipeline.aws.awslambda.get_function_configuration(FunctionName=name)
    variables = {**found["Environment"]["Variables"], "RECORD_FORMAT": "original"}
    pipeline.aws.awslambda.update_function_configuration(
        FunctionName=name, Environment={"Variables": variables}
    )
    _settled(pipeline)
    StreamingInvoker(pipeline.aws, pipeline.names).fire_and_wait(START)
    entry = _objects(pipeline)[0]
    body = pipeline.aws.s3.get_object(Bucket=pipeline.names.bucket, Key=entry.key)["Body"].read()
    assert body.startswith(b"{ticker : Index_1, timestamp : 2026-11-23 12:00:00, price : ")
    assert b"\n" not in body
    assert body.count(b"}{") == 19


def test_every_requirement_is_found_broken_where_it_is(
    localstack: Host, make_pipeline: MakePipeline
) -> None:
    """`check` checks what runs: with parts removed, only their requirements become invalid."""
    pipeline = make_pipeline()
    aws, names = pipeline.aws, pipeline.names
    record = SandboxRecord(engine=Engine.ATTACHED, endpoint=localstack.endpoint, log="")
    target = attach(record, names, (ADDRESS,)).checked()

    def verdicts() -> dict[str, Verdict]:
        return {finding.requirement: finding.verdict for finding in check_requirements(target)}

    before = verdicts()
    assert before.pop("fires every 60 seconds") is Verdict.INVALID  # deployed with it off
    assert before.pop("content arrives") is Verdict.INVALID
    assert before.pop("failure reaches people") is Verdict.UNKNOWN
    assert set(before.values()) == {Verdict.VALID}

    StreamingInvoker(aws, names).fire_and_wait(floor_to_minute(WallClock().now()))
    assert len(_objects(pipeline)) == 1
    assert verdicts()["content arrives"] is Verdict.VALID

    aws.awslambda.delete_function_event_invoke_config(FunctionName=names.streaming_function)
    aws.s3.put_bucket_policy(Bucket=names.bucket, Policy=_anonymous_policy(names.bucket))
    aws.dynamodb.delete_item(TableName=names.table, Key={"TickerName": {"S": "Index_3"}})
    after = verdicts()
    broken = {requirement for requirement, verdict in after.items() if verdict is Verdict.INVALID}
    assert broken == {
        "fires every 60 seconds",
        "failures go to the notification function",
        "bucket readable by any AWS account, writable by none",
        "table with the five indices",
    }


def _anonymous_policy(bucket: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "s3:GetObject",
                    "Resource": f"arn:aws:s3:::{bucket}/*",
                }
            ],
        }
    )


def _allow_to_put_items(pipeline: Pipeline) -> None:
    """Our own handler needs less."""
    aws, names = pipeline.aws, pipeline.names
    role = aws.awslambda.get_function_configuration(FunctionName=names.streaming_function)["Role"]
    table = aws.dynamodb.describe_table(TableName=names.table)["Table"]["TableArn"]
    allow = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": table}
    aws.iam.put_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyName="put-items",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allow}),
    )


def test_the_naive_handler_loses_a_tick_that_ours_delivers(make_pipeline: MakePipeline) -> None:
    """It keeps the prices first: a failed put leaves a permanent gap."""
    pipeline = make_pipeline()
    naive = Path(PROJECT / "tests" / "handlers" / "naive" / "handler.py").read_text()
    _allow_to_put_items(pipeline)
    trigger = StreamingInvoker(pipeline.aws, pipeline.names)
    _use_handler(pipeline, naive)
    trigger.fire_and_wait(START)
    failing = naive.replace("firehose.put_record_batch(", "firehose.no_such_call(")
    _use_handler(pipeline, failing)
    with pytest.raises(FunctionFailedError):
        trigger.fire_and_wait(START + MINUTE)
    moved = {p.ticker: p.price for p in read_prices(pipeline.aws, pipeline.names.table)}
    delivered = {record.ticker: record.price for record in _records(pipeline)}
    assert moved != delivered
    _use_handler(pipeline, naive)
    trigger.fire_and_wait(START + 2 * MINUTE)
    minutes = {floor_to_minute(record.instant) for record in _records(pipeline)}
    assert minutes == {START, START + 2 * MINUTE}
