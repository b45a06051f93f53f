"""What functions print, in their log groups: read there, or matched by filters."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.simulator.conftest import START, Deployed
from tests.simulator.queues import QueueReader, deployed_function
from tests.simulator.runs import MINUTE, run_faults
from wavetank.core.clock import rfc3339
from wavetank.faults.functions import BrokenDeployment, NotificationFailure
from wavetank.history import AttemptBegan, AttemptEnded, Outcome, Trigger

NAME = "printer"
GROUP = f"/aws/lambda/{NAME}"
SOURCE = b"""
import json, logging, sys, time

def handler(event, context):
    if "awslogs" in event:
        return
    print("plain")
    print("problem", file=sys.stderr)
    logging.getLogger().warning("careful")
    time.sleep(event.get("sleep", 0))  # virtual time: the duration in REPORT
    if "group" in event:
        import boto3
        boto3.client("logs").create_log_group(logGroupName=event["group"])
    if event.get("fail"):
        raise RuntimeError("on purpose")
"""
READER = "log-reader"
READER_SOURCE = b"""
def handler(event, context):
    return None
"""
FIGURES = (
    "Duration: 2000.00 ms",
    "Billed Duration: 2000 ms",
    "Memory Size: 128 MB",
    "Max Memory Used: 0 MB",
    "Init Duration: 0.00 ms",
)
WRITE = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")


@pytest.fixture(scope="module")
def printer(deployed: Deployed) -> Iterator[QueueReader]:
    """A function that prints, with the permissions to write its log."""
    with deployed_function(deployed, NAME, SOURCE, *WRITE) as arns:
        yield QueueReader(deployed, *arns)


@pytest.fixture
def function(printer: QueueReader, pipeline: Deployed) -> Iterator[QueueReader]:
    """The function that prints, in frozen time; its log group is deleted afterwards."""
    yield printer
    printer.allow(*WRITE)
    pipeline.simulator.reset()
    for group in pipeline.simulator.aws.logs.describe_log_groups()["logGroups"]:
        if group["logGroupName"] == GROUP:
            pipeline.simulator.aws.logs.delete_log_group(logGroupName=GROUP)


def _run(function: QueueReader, *events: dict[str, Any]) -> None:
    with function.run() as run:
        for event in events:
            run.invoke(function.function, event)


def _lines(function: QueueReader) -> list[str]:
    with function.deployed.simulator.frozen_at(START):
        found = function.aws.logs.filter_log_events(logGroupName=GROUP)["events"]
    return [event["message"].rstrip("\n") for event in found]


def test_the_log_of_an_attempt_is_as_on_aws(function: QueueReader) -> None:
    """START, what was printed and logged, END and REPORT, with the duration in virtual time."""
    _run(function, {"sleep": 2})
    request = function.of(AttemptBegan)[0].request
    assert _lines(function) == [
        f"START RequestId: {request} Version: $LATEST",
        "plain",
        "problem",
        f"[WARNING]\t{rfc3339(START).replace('Z', '.000Z')}\t{request}\tcareful",
        f"END RequestId: {request}",
        "\t".join((f"REPORT RequestId: {request}", *FIGURES, "")),
    ]
    with function.deployed.simulator.frozen_at(START):
        streams = function.aws.logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
    assert streams[0]["logStreamName"].startswith("2026/11/24/[$LATEST]")


def test_an_error_and_a_timeout_are_logged(function: QueueReader) -> None:
    """With the traceback that Lambda's runtime prints, and the platform's own line."""
    with function.run() as run:
        run.invoke(function.function, {"fail": True, "sleep": 0})
    found = "\n".join(_lines(function))
    assert "[ERROR] RuntimeError: on purpose\rTraceback (most recent call last):" in found
    with function.run() as run:
        run.invoke(function.function, {"sleep": 600})
    assert "Status: timeout" in _lines(function)[-1]
    assert function.of(AttemptEnded)[0].outcome is Outcome.TIMEOUT


def test_a_function_that_a_fault_fails_before_its_handler_has_a_log(deployed: Deployed) -> None:
    """As any attempt: its error, between the lines of the platform."""
    broken = BrokenDeployment(after=MINUTE, lasts=4 * MINUTE)
    fault = NotificationFailure(after=MINUTE, lasts=8 * MINUTE)
    run = run_faults(deployed, broken, fault)
    (failed,) = [event for event in run.of(AttemptEnded) if "planned" in event.message]
    assert failed.function == deployed.names.notification_function
    group = f"/aws/lambda/{failed.function}"
    with deployed.simulator.frozen_at(failed.at):
        found = deployed.simulator.aws.logs.filter_log_events(logGroupName=group)["events"]
    lines = [json.loads(each["message"]) for each in found]
    (number,) = [n for n, each in enumerate(lines) if "planned" in each.get("errorMessage", "")]
    before, _, after = lines[number - 1 : number + 2]
    assert [each["type"] for each in (before, after)] == ["platform.start", "platform.report"]
    assert {each["record"]["requestId"] for each in (before, after)} == {failed.request}


def test_logs_are_stored_in_the_order_in_which_the_attempts_ended(function: QueueReader) -> None:
    """However many wait until they are read; each stream is created by the first one in it."""
    _run(function, *({"sleep": number / 4} for number in range(1, 40)))
    with function.deployed.simulator.frozen_at(START):
        found = function.aws.logs.filter_log_events(logGroupName=GROUP, filterPattern="REPORT")
    events = sorted(found["events"], key=lambda event: int(event["eventId"]))
    times = [event["timestamp"] for event in events]
    assert len(times) == 39
    assert times == sorted(times)


def test_a_reset_deletes_the_group_that_a_function_has_created(function: QueueReader) -> None:
    """The next run begins without it, as the first one did."""
    _run(function, {})
    assert _lines(function)
    function.deployed.simulator.reset()
    groups = function.aws.logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    assert groups == []


def test_a_reset_deletes_the_group_that_a_handler_has_created(function: QueueReader) -> None:
    """It can create it again in the next run; one that was there before stays."""
    function.aws.logs.create_log_group(logGroupName=GROUP)
    for _ in range(2):
        function.deployed.simulator.reset()
        _run(function, {"group": "/made"})
        assert function.of(AttemptEnded)[0].outcome is Outcome.SUCCESS
    function.deployed.simulator.reset()
    groups = function.aws.logs.describe_log_groups()["logGroups"]
    assert {each["logGroupName"] for each in groups} >= {GROUP}
    assert "/made" not in {each["logGroupName"] for each in groups}


def test_a_role_that_may_not_write_loses_the_log(function: QueueReader) -> None:
    """As on AWS: the invocation itself succeeds."""
    function.allow("logs:CreateLogGroup")
    _run(function, {})
    assert function.of(AttemptEnded)[0].outcome is Outcome.SUCCESS
    with function.deployed.simulator.frozen_at(START):
        groups = function.aws.logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    assert groups == []


def _subscribe(function: QueueReader, destination: str, pattern: str) -> None:
    aws = function.aws
    aws.logs.create_log_group(logGroupName=GROUP)
    aws.awslambda.add_permission(
        FunctionName=destination,
        StatementId="logs",
        Action="lambda:InvokeFunction",
        Principal="logs.amazonaws.com",
    )
    aws.logs.put_subscription_filter(
        logGroupName=GROUP, filterName="f", filterPattern=pattern, destinationArn=destination
    )


def test_a_subscription_filter_gets_what_a_function_prints(
    function: QueueReader, deployed: Deployed
) -> None:
    """At the instant at which the attempt ends, and the same in each run."""
    with deployed_function(deployed, READER, READER_SOURCE, *WRITE) as (reader, _):
        _subscribe(function, reader, "careful")
        digests = []
        for _ in range(2):
            deployed.simulator.reset()
            _run(function, {"sleep": 3}, {})
            digests.append(function.digest())
        begun = [e for e in function.of(AttemptBegan) if e.trigger is Trigger.LOG_GROUP]
        assert sorted((e.at - START).total_seconds() for e in begun) == [0, 3]
        assert digests[0] == digests[1]


def test_a_metric_filter_counts_what_a_function_prints(function: QueueReader) -> None:
    """Each matching line, with the time of the run."""
    function.aws.logs.create_log_group(logGroupName=GROUP)
    value: Any = {"metricName": "Warnings", "metricNamespace": "Test", "metricValue": "1"}
    function.aws.logs.put_metric_filter(
        logGroupName=GROUP, filterName="f", filterPattern="careful", metricTransformations=[value]
    )
    _run(function, {}, {})
    function.aws.logs.delete_metric_filter(logGroupName=GROUP, filterName="f")
    cloudwatch = function.aws.cloudwatch
    found = cloudwatch.get_metric_statistics(
        Namespace="Test",
        MetricName="Warnings",
        StartTime=datetime(2026, 11, 24, tzinfo=UTC),
        EndTime=datetime(2026, 11, 25, tzinfo=UTC),
        Period=86_400,
        Statistics=["Sum"],
    )
    assert [each["Sum"] for each in found["Datapoints"]] == [2.0]


def test_the_json_format_of_a_function_applies_to_all_lines(function: QueueReader) -> None:
    """The platform's, those of `logging` and the error; what is printed stays as it is."""
    awslambda = function.aws.awslambda
    awslambda.update_function_configuration(
        FunctionName=NAME, LoggingConfig={"LogFormat": "JSON", "LogGroup": "other"}
    )
    _run(function, {"fail": True})
    with function.deployed.simulator.frozen_at(START):
        found = function.aws.logs.filter_log_events(logGroupName="other")["events"]
    lines = [each["message"].rstrip("\n") for each in found]
    parsed = [json.loads(line) for line in lines if line.startswith("{")]
    assert [each.get("type") or each["level"] for each in parsed[:3]] == [
        "platform.start",
        "WARNING",
        "ERROR",
    ]
    assert (parsed[1]["message"], parsed[2]["errorMessage"]) == ("careful", "on purpose")
    assert parsed[1]["timestamp"] == rfc3339(START)
    awslambda.update_function_configuration(
        FunctionName=NAME, LoggingConfig={"LogFormat": "Text", "LogGroup": GROUP}
    )
    function.aws.logs.delete_log_group(logGroupName="other")
