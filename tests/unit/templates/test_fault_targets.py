"""What faults can hit is read from templates: triggers, functions, roles and calls."""

import pytest

from tests.pipelines.harbour import HARBOUR
from tests.pipelines.ledger import LEDGER
from tests.pipelines.sensors import SENSORS
from tests.unit.templates.conftest import ReadTemplate
from wavetank.faults.references import FunctionRole, Resource, RoleOwner
from wavetank.templates.fault_targets import fault_targets

OF_FUNCTION = {Resource.FUNCTION}
OF_QUEUE = {Resource.EVENT_SOURCE, Resource.MESSAGE_SOURCE, Resource.QUEUE}
HEAD = """
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Fifo: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Stream: {Type: AWS::Kinesis::Stream}
  Table: {Type: AWS::DynamoDB::Table}
  Topic: {Type: AWS::SNS::Topic}
  Take: {Type: AWS::Lambda::Function}
  Tell: {Type: AWS::Lambda::Function}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Take}}
"""
BUCKET = """
  B:
    Type: AWS::S3::Bucket
    Properties: {NotificationConfiguration: {LambdaConfigurations: [{Function: %s}]}}
"""
LOG_FILTER = """
  F:
    Type: AWS::Logs::SubscriptionFilter
    Properties: {LogGroupName: any, DestinationArn: !GetAtt %s.Arn}
"""
ELSEWHERE = "arn:aws:lambda:eu-west-1:1:function:other"
"""A function of another stack."""


def mapping(source: str, more: str = "") -> str:
    """An event source mapping."""
    properties = f"{{EventSourceArn: {source}{more}}}"
    return f"  M:\n    Type: AWS::Lambda::EventSourceMapping\n    Properties: {properties}\n"


def rule(properties: str) -> str:
    """A rule of EventBridge."""
    return f"  R:\n    Type: AWS::Events::Rule\n    Properties: {{{properties}}}\n"


def schedule(properties: str) -> str:
    """A schedule of EventBridge Scheduler, at a rate."""
    written = f"{{ScheduleExpression: rate(1 day){properties}}}"
    return f"  S:\n    Type: AWS::Scheduler::Schedule\n    Properties: {written}\n"


def subscription(properties: str) -> str:
    """A subscription of a topic."""
    return f"  S:\n    Type: AWS::SNS::Subscription\n    Properties: {{{properties}}}\n"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (mapping("!GetAtt Queue.Arn"), OF_QUEUE),
        (mapping("!GetAtt Fifo.Arn"), {Resource.MESSAGE_SOURCE}),
        (mapping("arn:aws:sqs:eu-west-1:1:other.fifo"), {Resource.MESSAGE_SOURCE}),
        (mapping("arn:aws:sqs:eu-west-1:1:other"), OF_QUEUE),
        (
            mapping("!GetAtt Stream.Arn"),
            {Resource.DATA_STREAM, Resource.EVENT_SOURCE, Resource.MESSAGE_SOURCE},
        ),
        (mapping("!GetAtt Table.StreamArn"), {Resource.DATA_STREAM, Resource.EVENT_SOURCE}),
        (rule("EventPattern: {}, Targets: [{Arn: !Ref Live}]"), {Resource.ASYNC_SOURCE}),
        (rule("EventPattern: {}, Targets: [{Arn: !GetAtt Queue.Arn}]"), set()),
        (rule("ScheduleExpression: rate(1 day), Targets: [{Arn: !Ref Take}]"), {Resource.RULE}),
        (subscription("Protocol: lambda, Endpoint: !Ref Live"), {Resource.ASYNC_SOURCE}),
        (subscription("Protocol: sqs, Endpoint: !GetAtt Queue.Arn"), set()),
        (subscription("Protocol: email"), {Resource.SUBSCRIPTION}),
        (schedule(""), {Resource.ASYNC_SOURCE}),
        (BUCKET % "!GetAtt Take.Arn", {Resource.ASYNC_SOURCE}),
        (BUCKET % ELSEWHERE, {Resource.ASYNC_SOURCE}),
        (LOG_FILTER % "Take", {Resource.ASYNC_SOURCE}),
        (LOG_FILTER % "Stream", set()),
    ],
)
def test_triggers_are_found(read: ReadTemplate, written: str, found: set[Resource]) -> None:
    """By their type, and for queues and rules by what they are."""
    assert _resources(read, written) == found


@pytest.mark.parametrize(
    "written",
    [
        rule("State: DISABLED, ScheduleExpression: rate(1 day), Targets: [{Arn: !Ref Take}]"),
        rule("State: DISABLED, EventPattern: {}, Targets: [{Arn: !Ref Take}]"),
        schedule(", State: DISABLED"),
        mapping("!GetAtt Queue.Arn", ", Enabled: false"),
        mapping("!GetAtt Stream.Arn", ', Enabled: "False"'),
    ],
)
def test_a_disabled_trigger_is_none(read: ReadTemplate, written: str) -> None:
    """A fault of it would hit nothing, and its function is not invoked by it."""
    assert _resources(read, written) == set()
    found = fault_targets(read(HEAD + written).all_scopes())
    assert {role for _, role in found.functions} == {FunctionRole.TRIGGER_TARGET}
    assert "sqs:ReceiveMessage" not in {action for _, action in found.permissions}


def _resources(read: ReadTemplate, written: str) -> set[Resource]:
    """Those of the template, without what functions and topics have in any case."""
    resources = fault_targets(read(HEAD + written).all_scopes()).resources
    return set(resources - {Resource.ACTION, Resource.CALL, Resource.FUNCTION, Resource.TOPIC})


def test_functions_have_the_roles_in_which_they_are_invoked(read: ReadTemplate) -> None:
    """By a schedule, with what that gives up, or in any other way; an alias is its function."""
    scheduled = rule("ScheduleExpression: rate(1 day), Targets: [{Arn: !Ref Live}]")
    gives_up = """  C:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref Take
      DestinationConfig: {OnFailure: {Destination: !GetAtt Tell.Arn}}
"""
    found = [
        fault_targets(read(HEAD + more).all_scopes())
        for more in ("", scheduled, scheduled + gives_up)
    ]
    assert [each.functions for each in found] == [
        (("Take", FunctionRole.TRIGGER_TARGET), ("Tell", FunctionRole.TRIGGER_TARGET)),
        (("Take", FunctionRole.RULE_TARGET), ("Tell", FunctionRole.TRIGGER_TARGET)),
        (("Take", FunctionRole.RULE_TARGET), ("Tell", FunctionRole.FAILURE_DESTINATION)),
    ]
    assert [Resource.FAILURE_DESTINATION in each.resources for each in found] == [
        False,
        False,
        True,
    ]


def test_every_target_of_a_schedule_is_scheduled(read: ReadTemplate) -> None:
    """Not only the first, and a queue among them is no function."""
    targets = "[{Arn: !GetAtt Queue.Arn}, {Arn: !Ref Tell}, {Arn: !Ref Live}]"
    written = rule(f"ScheduleExpression: rate(1 day), Targets: {targets}")
    found = fault_targets(read(HEAD + written).all_scopes())
    assert {role for _, role in found.functions} == {FunctionRole.RULE_TARGET}


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (
            mapping("!GetAtt Queue.Arn"),
            {(Resource.QUEUE, "Queue"), (Resource.EVENT_SOURCE, "Queue")},
        ),
        (mapping("!GetAtt Table.StreamArn"), {(Resource.DATA_STREAM, "Table")}),
        (rule("EventPattern: {}, Targets: [{Arn: !Ref Live}]"), {(Resource.ASYNC_SOURCE, "R")}),
        (
            (
                "  S:\n    Type: AWS::SNS::Subscription\n"
                "    Properties: {Protocol: lambda, Endpoint: !Ref Take, TopicArn: !Ref Topic}"
            ),
            {(Resource.ASYNC_SOURCE, "Topic")},
        ),
        (mapping("arn:aws:sqs:eu-west-1:1:other"), set()),
    ],
)
def test_triggers_are_named_by_their_logical_ids(
    read: ReadTemplate, written: str, names: set[tuple[Resource, str]]
) -> None:
    """A source of another stack has none here, and then faults hit all of its kind."""
    sources = {Resource.QUEUE, Resource.EVENT_SOURCE, Resource.DATA_STREAM, Resource.ASYNC_SOURCE}
    found = set(fault_targets(read(HEAD + written).all_scopes()).names)
    of_sources = {each for each in found if each[0] in sources}
    assert names <= of_sources
    assert bool(of_sources) == bool(names)


def test_a_kind_with_an_unnamed_resource_is_hit_as_a_whole(read: ReadTemplate) -> None:
    """Faults of one of its names and of all of them would overlap."""
    other = mapping("arn:aws:sqs:eu-west-1:1:other").replace("  M:", "  N:")
    found = fault_targets(read(HEAD + mapping("!GetAtt Queue.Arn") + other).all_scopes())
    (hit,) = found.named("event_source", Resource.QUEUE)
    assert dict(hit.values) == {"event_source": "all"}


def role(allowed: str, more: str = "") -> str:
    """A role whose policy allows these actions."""
    statement = f"{{Effect: Allow, Action: [{allowed}]}}"
    policy = f"{{PolicyDocument: {{Statement: [{statement}]}}}}"
    return f"  Own: {{Type: AWS::IAM::Role, Properties: {{Policies: [{policy}], {more}}}}}\n"


USUAL = {"UpdateItem", "PutItem", "GetItem", "TransactWriteItems"}
OF_CDK = """
  P:
    Type: AWS::IAM::Policy
    Properties:
      PolicyDocument: {Statement: [{Effect: Allow, Action: dynamodb:Query}]}
"""
MANAGED = "ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess']"


@pytest.mark.parametrize(
    ("policy", "calls"),
    [
        ("", USUAL),
        (role("dynamodb:Scan, dynamodb:DescribeTable, 'sqs:*'"), {"Scan"}),
        (role("dynamodb:PutItem"), {"PutItem", "TransactWriteItems"}),
        (role("dynamodb:Scan, 'dynamodb:Put*'"), USUAL),
        (role("dynamodb:Scan, '*'"), USUAL),
        (role("dynamodb:Scan", MANAGED), USUAL),
        (role("dynamodb:Scan").replace("Allow", "Deny"), USUAL),
        (
            OF_CDK,
            {"Query"},
        ),
    ],
)
def test_calls_are_those_that_policies_allow_by_name(
    read: ReadTemplate, policy: str, calls: set[str]
) -> None:
    """Those that functions usually make, if the policies name no single ones."""
    errors = fault_targets(read(HEAD + policy).all_scopes()).errors
    found = {call.removeprefix("dynamodb:") for call, _ in errors if call.startswith("dynamodb:")}
    assert found == calls


def test_a_pipeline_without_functions_has_no_calls(read: ReadTemplate) -> None:
    """Nor roles that need a permission."""
    found = fault_targets(read("Resources: {Table: {Type: AWS::DynamoDB::Table}}").all_scopes())
    assert (found.functions, found.permissions, found.resources) == ((), (), frozenset())


def test_events_of_sam_are_triggers() -> None:
    """As its transform makes mappings, notifications and rules of them; nested stacks count too."""
    ledger = LEDGER.fault_targets()
    assert {Resource.QUEUE, Resource.DATA_STREAM, Resource.ASYNC_SOURCE} <= ledger.resources
    assert Resource.RULE not in ledger.resources
    assert {role for _, role in ledger.functions} == {FunctionRole.TRIGGER_TARGET}
    expected = {
        "sqs:ReceiveMessage",
        "kinesis:GetRecords",
        "dynamodb:UpdateItem",
        "sqs:SendMessage",
    }
    actions = {action for owner, action in ledger.permissions if owner is RoleOwner.TRIGGER_TARGET}
    assert expected <= actions
    assert Resource.ASYNC_SOURCE in HARBOUR.fault_targets().resources
    assert Resource.RULE in SENSORS.fault_targets().resources
