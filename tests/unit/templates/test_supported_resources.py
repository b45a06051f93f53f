"""Triggers that services push: which the simulator supports, and how others are refused."""

import pytest

from tests.unit.templates.conftest import ReadTemplate
from wavetank.templates.supported_resources import unsupported

WORK = """
      Work:
        Type: AWS::Lambda::Function
        Properties: {Runtime: python3.13, Handler: app.handler, Code: {ZipFile: ""}, Role: x}
"""
BUCKET_BEFORE_FUNCTION = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Uploads: {Type: AWS::S3::Bucket, Properties: {BucketName: uploads-of-photos}}
      Resize:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.13
          InlineCode: ""
          Handler: index.handler
          Policies: [{S3CrudPolicy: {BucketName: %s}}]
          Events:
            Uploaded: {Type: S3, Properties: {Bucket: !Ref Uploads, Events: "s3:ObjectCreated:*"}}
"""


DURABLE = "{ExecutionTimeout: 60}"


@pytest.mark.parametrize(
    "configuration",
    [f"DurableConfig: {DURABLE}", "TenancyConfig: {TenantIsolationMode: PER_TENANT}"],
)
def test_functions_that_lambda_runs_otherwise_are_refused(
    read: ReadTemplate, configuration: str
) -> None:
    """They would deploy, and then run as if the property were not there."""
    tree = read(f"    Resources:{WORK.replace('Role: x', f'Role: x, {configuration}')}")
    (problem,) = unsupported(tree.scope)
    assert configuration.partition(":")[0] in problem.found


def _problems(read: ReadTemplate, resource: str) -> list[str]:
    tree = read(f"    Resources:{WORK}      It: {resource}\n")
    return [f"{found.expected}; {found.found}" for found in unsupported(tree.scope)]


@pytest.mark.parametrize(
    "resource",
    [
        "{Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]}, EventBusName: other}}",
        (
            "{Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]},"
            " ScheduleExpression: rate(1 day)}}"
        ),
        "{Type: AWS::SNS::Subscription, Properties: {Protocol: lambda}}",
        "{Type: AWS::SNS::Subscription, Properties: {Protocol: https}}",
        (
            "{Type: AWS::S3::Bucket, Properties: {NotificationConfiguration: {LambdaConfigurations:"
            ' [{Event: "s3:ObjectCreated:*", Function: !GetAtt Work.Arn}]}}}'
        ),
        "{Type: AWS::Logs::SubscriptionFilter, Properties: {DestinationArn: !GetAtt Work.Arn}}",
        (
            "{Type: AWS::Lambda::EventInvokeConfig, Properties: {DestinationConfig: {OnSuccess:"
            " {Destination: arn:aws:events:eu-west-1:000000000000:event-bus/default}}}}"
        ),
    ],
)
def test_what_services_push_is_supported(read: ReadTemplate, resource: str) -> None:
    """Patterns on every bus, notifications, subscriptions, filters and destinations."""
    assert _problems(read, resource) == []


@pytest.mark.parametrize(
    ("resource", "problem"),
    [
        (
            (
                "{Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day),"
                " EventBusName: other}}"
            ),
            "a rule of the default bus, which has the schedules",
        ),
        ("{Type: AWS::Events::Rule}", "a rule with a schedule or a pattern"),
        (
            (
                "{Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]}, Targets:"
                " [{Arn: arn:aws:states:eu-west-1:000000000000:stateMachine:x}]}}"
            ),
            "with an ARN of states as a target",
        ),
        ("{Type: AWS::SNS::Subscription, Properties: {Protocol: sms}}", "by sms"),
        (
            (
                "{Type: AWS::S3::Bucket, Properties: {NotificationConfiguration:"
                " {QueueConfigurations: [{Queue: !GetAtt Work.Arn}]}}}"
            ),
            "a notification of AWS::SQS::Queue; It (AWS::S3::Bucket) with AWS::Lambda::Function",
        ),
        (
            (
                "{Type: AWS::Logs::SubscriptionFilter, Properties:"
                " {DestinationArn: arn:aws:logs:eu-west-1:000000000000:destination:x}}"
            ),
            "a subscription filter for a function, a delivery stream or a data stream",
        ),
    ],
)
def test_others_are_refused_by_name(read: ReadTemplate, resource: str, problem: str) -> None:
    """With what would be supported there."""
    (found,) = _problems(read, resource)
    assert problem in found


def test_a_bucket_that_notifies_a_function_is_no_circular_reference(read: ReadTemplate) -> None:
    """As SAM writes it: the bucket waits for the permission, and the function has its name."""
    tree = read(BUCKET_BEFORE_FUNCTION % "uploads-of-photos")
    assert list(tree.all_problems()) == []
    bucket = tree.template.section("Resources")["Uploads"]
    assert bucket["DependsOn"] == ["ResizeUploadedPermission"]


def test_a_function_that_refers_to_its_bucket_is_one(read: ReadTemplate) -> None:
    """CloudFormation refuses it too; the message names the circle."""
    (found,) = read(BUCKET_BEFORE_FUNCTION % "!Ref Uploads").all_problems()
    assert found.expected == "resources without circular references"
    assert found.found.startswith("Uploads -> Resize -> ResizeRole -> Uploads at ")
