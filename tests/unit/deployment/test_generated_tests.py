"""The test and the scenario of a new project send what the pipeline waits for."""

import ast
from pathlib import Path
from typing import Any

import pytest

from wavetank.deployment.generated_tests import (
    FirstEvent,
    FirstRun,
    calm_scenario,
    first_activity,
    simulator_test,
)
from wavetank.pytest_plugin.workload import workload_of
from wavetank.scenario.loader import load_scenario
from wavetank.templates.stack_tree import StackTree

BEGIN = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Uploads: {Type: AWS::S3::Bucket}
  News: {Type: AWS::SNS::Topic}
  Orders: {Type: AWS::SQS::Queue}
  Clicks: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
  Visits:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions:
        - {AttributeName: Who, AttributeType: S}
        - {AttributeName: When, AttributeType: N}
      KeySchema: [{AttributeName: Who, KeyType: HASH}, {AttributeName: When, KeyType: RANGE}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Subscribed:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Orders.Arn}
  Store:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.13
      AutoPublishAlias: live
"""
EVENT = """\
      Events:
        Any:
          Type: {kind}
          Properties: {properties}
"""
FILTERED = "{Bucket: !Ref Uploads, Events: s3:ObjectCreated:*, Filter: {S3Key: {Rules: [%s]}}}"
RULES = "{Name: prefix, Value: in/}, {Name: suffix, Value: .csv}"
STORED = (
    "source: [aws.s3], detail: {bucket: {name: [!Ref Uploads]}, object: {key: [{prefix: in/}]}}"
)
PAID = "source: [web, app], detail-type: [paid], detail: {state: [{prefix: done}], size: [3]}"


def read(folder: Path, text: str) -> StackTree:
    """The template of that text."""
    path = folder / "template.yaml"
    path.write_text(text)
    tree = StackTree(path, {})
    assert list(tree.all_problems()) == []
    return tree


@pytest.mark.parametrize(
    ("trigger", "properties", "expected"),
    [
        ("SQS", "{Queue: !GetAtt Orders.Arn}", FirstEvent("publish", "News", "Store")),
        (
            "S3",
            FILTERED % RULES,
            FirstEvent("put-object", "Uploads", "Store", {"key": "in/{{ key }}.csv"}),
        ),
        (
            "S3",
            "{Bucket: !Ref Uploads, Events: s3:ObjectCreated:*}",
            FirstEvent("put-object", "Uploads", "Store"),
        ),
        ("SNS", "{Topic: !Ref News}", FirstEvent("publish", "News", "Store")),
        (
            "Kinesis",
            "{Stream: !GetAtt Clicks.Arn, StartingPosition: LATEST}",
            FirstEvent("put-record", "Clicks", "Store"),
        ),
        (
            "DynamoDB",
            "{Stream: !GetAtt Visits.StreamArn, StartingPosition: LATEST}",
            FirstEvent("put-item", "Visits", "Store", {}, {"Who": "1", "When": 1}),
        ),
        (
            "HttpApi",
            '{Path: "/orders/{id}", Method: get}',
            FirstEvent(
                "http", "ServerlessHttpApi", "Store", {"path": "/orders/1", "method": "GET"}
            ),
        ),
        (
            "Api",
            '{Path: "/files/{proxy+}", Method: any}',
            FirstEvent("http", "ServerlessRestApi", "Store", {"path": "/files/1", "stage": "Prod"}),
        ),
        ("HttpApi", "{}", FirstEvent("http", "ServerlessHttpApi", "Store")),
        (
            "EventBridgeRule",
            f"{{EventBusName: !Ref Bus, Pattern: {{{PAID}}}}}",
            FirstEvent(
                "put-events",
                "Bus",
                "Store",
                {"source": "web", "detail_type": "paid"},
                {"state": "done", "size": 3},
            ),
        ),
        (
            "EventBridgeRule",
            f"{{Pattern: {{{STORED}}}}}",
            FirstEvent("put-object", "Uploads", "Store", {"key": "in/"}),
        ),
        (
            "EventBridgeRule",
            "{Pattern: {source: [aws.ec2]}}",
            FirstEvent("invoke", "Store", "Store"),
        ),
        (
            "CloudWatchLogs",
            "{LogGroupName: /aws/lambda/other, FilterPattern: ''}",
            FirstEvent("invoke", "Store", "Store"),
        ),
        ("ScheduleV2", "{ScheduleExpression: rate(1 hour)}", FirstRun(60, "Store")),
        ("Schedule", "{Schedule: 'cron(0 12 * * ? *)'}", FirstRun(720, "Store")),
        ("Schedule", "{Schedule: rate(1 minute)}", FirstRun(1, "Store")),
        (
            "SQS",
            "{Queue: !GetAtt Orders.Arn, Enabled: false}",
            FirstEvent("invoke", "Store", "Store"),
        ),
        (
            "EventBridgeRule",
            f"{{State: DISABLED, Pattern: {{{PAID}}}}}",
            FirstEvent("invoke", "Store", "Store"),
        ),
        (
            "Schedule",
            "{Schedule: rate(1 minute), Enabled: false}",
            FirstEvent("invoke", "Store", "Store"),
        ),
    ],
)
def test_each_trigger_gets_its_own_event(
    tmp_path: Path, trigger: str, properties: str, expected: FirstRun | FirstEvent
) -> None:
    """One that passes its filter; scenario and test have it in their own forms."""
    event = EVENT.replace("{kind}", trigger).replace("{properties}", properties)
    first = first_activity(read(tmp_path, BEGIN + event))
    assert first == expected
    (tmp_path / "calm.toml").write_text(calm_scenario(first))
    workloads = load_scenario("calm", tmp_path).workloads
    assert len(workloads) == isinstance(first, FirstEvent)
    calls = _workload_calls(simulator_test(first))
    if isinstance(first, FirstEvent):
        assert (workloads[0].kind, workloads[0].target) == (first.kind, first.target)
        for (kind, target), fields in calls:
            assert workload_of(kind, target, fields | {"body": {}}).kind == first.kind
    assert bool(calls) == isinstance(first, FirstEvent)


def _workload_calls(text: str) -> list[tuple[list[Any], Any]]:
    """The arguments of each `simulator.workload(...)`, besides the body."""
    return [
        (
            [ast.literal_eval(each) for each in call.args],
            {
                each.arg: ast.literal_eval(each.value)
                for each in call.keywords
                if each.arg != "body"
            },
        )
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "workload"
    ]


LOGS = """\
  Written: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "/aws/lambda/${Store}"}}
  Archive:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.13
      Events:
        Lines: {Type: CloudWatchLogs, Properties: {LogGroupName: !Ref Written, FilterPattern: ""}}
"""


def test_a_function_that_reads_logs_gets_them_from_the_one_that_writes_them(
    tmp_path: Path,
) -> None:
    """It is not invoked itself, with an event that it does not understand."""
    found = first_activity(
        read(tmp_path, BEGIN.replace("AutoPublishAlias: live", "Timeout: 9") + LOGS)
    )
    assert isinstance(found, FirstEvent)
    assert (found.kind, found.target) == ("invoke", "Store")


@pytest.mark.parametrize("more", ["", "queue"])
def test_a_function_url_is_called(tmp_path: Path, more: str) -> None:
    """By the function's logical id, and the test looks at its answer; it precedes a queue."""
    queue = EVENT.replace("{kind}", "SQS").replace("{properties}", "{Queue: !GetAtt Orders.Arn}")
    text = BEGIN + "      FunctionUrlConfig: {AuthType: NONE}\n" + (queue if more else "")
    first = first_activity(read(tmp_path, text))
    assert first == FirstEvent("http", "Store", "Store")
    test = simulator_test(first)
    assert 'simulator.http("POST", "/", function_url="Store", body=BODY)' in test
    assert "assert answer.status < 500" in test


@pytest.mark.parametrize(
    ("targets", "function"),
    [(["Orders"], "Store"), (["Uploads"], None), (["Uploads", "Orders"], "Store")],
    ids=["queue", "no-function", "second-target"],
)
def test_a_schedule_may_reach_its_function_through_a_queue(
    tmp_path: Path, targets: list[str], function: str | None
) -> None:
    """The fault names that function; where there is none, no test has a fault that hits nothing."""
    rule = "  Tick:\n    Type: AWS::Events::Rule\n    Properties:\n"
    rule += "      ScheduleExpression: rate(5 minutes)\n"
    named = ", ".join(f"{{Id: {target}, Arn: !GetAtt {target}.Arn}}" for target in targets)
    rule += f"      Targets: [{named}]\n"
    event = EVENT.replace("{kind}", "SQS").replace("{properties}", "{Queue: !GetAtt Orders.Arn}")
    first = first_activity(read(tmp_path, BEGIN + event + rule))
    assert first == FirstRun(5, function)
    text = simulator_test(first)
    assert ('fault("handler-crash", function="Store", after="0s", lasts="10m"' in text) == bool(
        function
    )
    assert ("import pytest" in text) == bool(function)
