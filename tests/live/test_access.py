"""Policies are enforced: of roles, of the bucket, of functions; and what AWS refuses is refused."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.live.conftest import MakeFunction, MakePipeline, MakeRole, Pipeline
from tests.live.hosts import Host
from tests.live.names import unique_letters
from tests.live.schedule import schedule_has_looked
from tests.waiting import wait_until_seen, wait_until_true
from wavetank.aws.clients import (
    AwsClients,
    ClientError,
    anonymous_clients,
    error_code,
    role_clients,
    sandbox_clients,
)
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import WallClock, floor_to_minute
from wavetank.core.iam_report import Use
from wavetank.core.settings import SANDBOX_ACCOUNT, SANDBOX_OTHER_ACCOUNT
from wavetank.inspection.access.bucket_access import EXPECTED, Actor, Verb, probe_bucket

EVENTS = "events.amazonaws.com"
BLOCK_ALL = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


@pytest.fixture
def bucket(aws: AwsClients) -> str:
    """A new bucket: all access by the public is blocked, and there is no policy."""
    name = f"test-{unique_letters().lower()}"
    aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    aws.s3.put_object(Bucket=name, Key="key", Body=b"body")
    return name


@pytest.fixture
def other(localstack: Host) -> AwsClients:
    """The administrator of another account."""
    return sandbox_clients(localstack.endpoint, SANDBOX_OTHER_ACCOUNT)


def _statement(bucket: str, **elements: Any) -> dict[str, Any]:
    arn = f"arn:aws:s3:::{bucket}"
    return {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [arn, f"{arn}/*"],
    } | elements


def _put_policy(aws: AwsClients, bucket: str, *statements: Mapping[str, Any]) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    aws.s3.put_bucket_policy(Bucket=bucket, Policy=policy)


def _open_to_the_public(aws: AwsClients, bucket: str) -> None:
    aws.s3.delete_public_access_block(Bucket=bucket)


@contextmanager
def assert_denied(code: str = "AccessDenied", *parts: str) -> Iterator[None]:
    """The body is refused with the code, and the message holds the parts."""
    with pytest.raises(ClientError) as denied:
        yield
    assert error_code(denied.value) == code
    for part in parts:
        assert part in str(denied.value)


def _uses(localstack: Host, role: str) -> list[Use]:
    uses = SandboxControls(localstack.endpoint).access_uses() or []
    return [
        Use(entry["action"], entry["resource"], entry["allowed"], entry["count"])
        for entry in uses
        if entry["principal"] == role
    ]


def test_the_delivery_bucket_is_read_by_every_account_and_written_by_none(
    pipeline: Pipeline, aws: AwsClients, other: AwsClients
) -> None:
    """Owner, the function's role, another account and an anonymous caller each try it."""
    name = pipeline.names.streaming_function
    role = aws.awslambda.get_function_configuration(FunctionName=name)["Role"]
    clients = {
        Actor.OWNER: aws,
        Actor.OWN_ROLE: role_clients(aws, role),
        Actor.OTHER_ACCOUNT: other,
        Actor.ANONYMOUS: anonymous_clients(aws),
    }
    matrix = probe_bucket(clients, pipeline.names.bucket)
    assert matrix.allowed == EXPECTED
    assert not list(matrix.deviations())


def test_a_browser_without_credentials_is_denied(localstack: Host, bucket: str) -> None:
    """With no signature at all, S3's answer is the plain one."""
    answer = requests.get(f"{localstack.endpoint}/{bucket}/key", timeout=10)
    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code>" in answer.text


def test_a_link_signed_by_the_owner_works_for_every_caller(aws: AwsClients, bucket: str) -> None:
    """A presigned URL carries its maker's rights."""
    url = aws.s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "key"})
    assert requests.get(url, timeout=10).content == b"body"


def test_a_bucket_without_a_policy_is_its_owners_alone(
    aws: AwsClients, other: AwsClients, bucket: str
) -> None:
    """Another account's administrator has no rights there."""
    assert aws.s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"body"
    with assert_denied("AccessDenied", "s3:GetObject", SANDBOX_OTHER_ACCOUNT):
        other.s3.get_object(Bucket=bucket, Key="key")


def test_an_explicit_deny_wins(aws: AwsClients, other: AwsClients, bucket: str) -> None:
    """Over the statement that allows the same."""
    _open_to_the_public(aws, bucket)
    secret = f"arn:aws:s3:::{bucket}/secret"
    deny = _statement(bucket, Effect="Deny", Action="s3:GetObject", Resource=secret)
    _put_policy(aws, bucket, _statement(bucket), deny)
    aws.s3.put_object(Bucket=bucket, Key="secret", Body=b"secret")
    assert other.s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"body"
    with assert_denied("AccessDenied", "explicit deny in a resource-based policy"):
        other.s3.get_object(Bucket=bucket, Key="secret")


def test_a_public_policy_is_refused_where_that_is_blocked(aws: AwsClients, bucket: str) -> None:
    """As every new bucket does; the administrator is refused too."""
    with assert_denied("AccessDenied", "BlockPublicPolicy"):
        _put_policy(aws, bucket, _statement(bucket))
    named = {"AWS": f"arn:aws:iam::{SANDBOX_OTHER_ACCOUNT}:root"}
    _put_policy(aws, bucket, _statement(bucket, Principal=named))


def test_a_public_policy_counts_for_its_own_account_only_where_it_is_restricted(
    aws: AwsClients, other: AwsClients, bucket: str
) -> None:
    """RestrictPublicBuckets, switched on after the policy was put."""
    _open_to_the_public(aws, bucket)
    _put_policy(aws, bucket, _statement(bucket))
    assert other.s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
    aws.s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={**BLOCK_ALL, "BlockPublicPolicy": False},  # type: ignore[typeddict-item]  # a dict with its keys
    )
    with assert_denied():
        other.s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Perhaps"},
        {"Action": "GetObject"},
        {"Principal": None},
        {"Resource": "arn:aws:s3:::somebody-elses/*"},
        {"Condition": {"StringIsh": {"aws:PrincipalType": "User"}}},
    ],
)
def test_a_malformed_bucket_policy_is_refused(
    aws: AwsClients, bucket: str, change: dict[str, Any]
) -> None:
    """With S3's own code, before it is stored."""
    statement = {
        name: value for name, value in _statement(bucket, **change).items() if value is not None
    }
    with assert_denied("MalformedPolicy"):
        _put_policy(aws, bucket, statement)


@pytest.mark.parametrize("document", ["{", '{"Version": "2012-10-17"}', '{"Statement": [7]}'])
def test_a_malformed_role_policy_is_refused(
    aws: AwsClients, make_role: MakeRole, document: str
) -> None:
    """With IAM's own code."""
    role = make_role().rpartition("/")[2]
    with assert_denied("MalformedPolicyDocument"):
        aws.iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=document)


CALLER = """
import boto3
def handler(event, context):
    client = boto3.client(event["service"])
    try:
        getattr(client, event["method"])(**event["parameters"])
    except client.exceptions.ClientError as error:
        return [error.response["Error"]["Code"], error.response["Error"]["Message"]]
    return "done"
"""


def test_a_function_can_do_what_its_role_allows_and_nothing_else(
    localstack: Host, aws: AwsClients, make_function: MakeFunction, make_role: MakeRole
) -> None:
    """A denial names caller, action and resource, as on AWS; both calls are recorded."""
    table = f"test-{unique_letters()}"
    arn = aws.dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )["TableDescription"]["TableArn"]
    role = make_role({"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": arn})
    function = make_function(CALLER, role=role)

    def call(method: str, **parameters: Any) -> Any:
        parameters = {"TableName": table, **parameters}
        return function.result({"service": "dynamodb", "method": method, "parameters": parameters})

    assert call("scan") == "done"
    code, message = call("put_item", Item={"id": {"S": "1"}})
    assert code == "AccessDeniedException"
    session = f"arn:aws:sts::{SANDBOX_ACCOUNT}:assumed-role/{role.rpartition('/')[2]}/"
    for part in (session, "dynamodb:PutItem", arn, "no identity-based policy allows"):
        assert part in message
    noted = {(use.action, use.resource, use.allowed) for use in _uses(localstack, role)}
    assert {("dynamodb:Scan", arn, True), ("dynamodb:PutItem", arn, False)} <= noted


def test_a_policy_that_changes_counts_from_the_next_call(
    aws: AwsClients, make_role: MakeRole, bucket: str
) -> None:
    """A permission can be removed and restored while everything runs."""
    role = make_role()
    name, client = role.rpartition("/")[2], role_clients(aws, role)
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*"}
    with assert_denied():
        client.s3.get_object(Bucket=bucket, Key="key")
    policy = json.dumps({"Version": "2012-10-17", "Statement": allow})
    aws.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy)
    client.s3.get_object(Bucket=bucket, Key="key")
    aws.iam.delete_role_policy(RoleName=name, PolicyName="p")
    with assert_denied():
        client.s3.get_object(Bucket=bucket, Key="key")


def test_an_unknown_condition_key_is_reported_and_denied(
    aws: AwsClients, make_role: MakeRole, bucket: str
) -> None:
    """Never a silent yes: the message names the condition key."""
    condition = {"StringEqualsIfExists": {"aws:TokenIssueTime": "o-1/*"}}
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}
    with assert_denied("AccessDenied", "aws:TokenIssueTime"):
        role_clients(aws, make_role(statement)).s3.get_object(Bucket=bucket, Key="key")


def test_no_topic_table_or_function_of_another_account_is_reached(
    aws: AwsClients, other: AwsClients, pipeline: Pipeline
) -> None:
    """Another account needs the resource's own policy; these have none for it."""
    topic = aws.sns.create_topic(Name=f"test-{unique_letters()}")["TopicArn"]
    with assert_denied("AuthorizationError", "sns:Publish"):
        other.sns.publish(TopicArn=topic, Message="hello")
    name = pipeline.names.streaming_function
    arn = aws.awslambda.get_function_configuration(FunctionName=name)["FunctionArn"]
    with assert_denied("AccessDeniedException", "lambda:InvokeFunction"):
        other.awslambda.invoke(FunctionName=arn)


def test_an_unsigned_call_wants_a_signature_first(aws: AwsClients) -> None:
    """Except for S3, SNS and SQS, which may be public."""
    with assert_denied("MissingAuthenticationTokenException"):
        anonymous_clients(aws).dynamodb.list_tables()


def test_a_rule_that_the_function_does_not_let_in_fires_in_vain(
    localstack: Host, make_pipeline: MakePipeline
) -> None:
    """With the permission taken away, EventBridge's call is denied; given back, it arrives."""
    pipeline = make_pipeline()
    aws, name = pipeline.aws, pipeline.names.streaming_function
    policy = json.loads(aws.awslambda.get_policy(FunctionName=name)["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    aws.awslambda.remove_permission(FunctionName=name, StatementId=statement["Sid"])
    arn = aws.awslambda.get_function_configuration(FunctionName=name)["FunctionArn"]
    aws.events.enable_rule(Name=pipeline.names.rule)
    controls = SandboxControls(localstack.endpoint)
    schedule_has_looked()
    controls.move_clock(61)
    try:
        denied = wait_until_seen(
            lambda: [use for use in _uses(localstack, EVENTS) if use.resource == arn],
            bool,
            "EventBridge's call",
        )
    finally:
        controls.reset_clock()
        aws.events.disable_rule(Name=pipeline.names.rule)
    assert [use.allowed for use in denied] == [False]


def test_a_failure_reaches_no_address_if_the_role_may_not_invoke(
    localstack: Host, make_pipeline: MakePipeline
) -> None:
    """The destination needs lambda:InvokeFunction of the source function's own role."""
    pipeline = make_pipeline()
    aws, names = pipeline.aws, pipeline.names
    role = aws.awslambda.get_function_configuration(FunctionName=names.streaming_function)["Role"]
    role_name = role.rpartition("/")[2]
    for policy in aws.iam.list_role_policies(RoleName=role_name)["PolicyNames"]:
        aws.iam.delete_role_policy(RoleName=role_name, PolicyName=policy)
    StreamingInvoker(aws, names).fire(floor_to_minute(WallClock().now()))

    def denied() -> set[str]:
        return {use.action for use in _uses(localstack, role) if not use.allowed}

    wait_until_seen(denied, {"dynamodb:Scan", "lambda:InvokeFunction"}.issubset, "two denials")


def test_records_wait_where_the_delivery_role_may_not_write(
    localstack: Host, make_pipeline: MakePipeline
) -> None:
    """Puts are accepted, delivery is denied and tried on; with the right given back all arrives."""
    pipeline = make_pipeline()
    aws, names = pipeline.aws, pipeline.names
    stream = aws.firehose.describe_delivery_stream(DeliveryStreamName=names.delivery_stream)
    destination: Any = stream["DeliveryStreamDescription"]["Destinations"][0]
    role = destination["ExtendedS3DestinationDescription"]["RoleARN"].rpartition("/")[2]
    policy = aws.iam.get_role_policy(RoleName=role, PolicyName="write-to-bucket")
    aws.iam.delete_role_policy(RoleName=role, PolicyName="write-to-bucket")
    StreamingInvoker(aws, names).fire_and_wait(floor_to_minute(WallClock().now()))
    controls = SandboxControls(localstack.endpoint)
    with pytest.raises(Exception, match="s3:PutObject"):
        controls.deliver_now()
    document: Any = policy["PolicyDocument"]
    aws.iam.put_role_policy(
        RoleName=role, PolicyName="write-to-bucket", PolicyDocument=json.dumps(document)
    )
    controls.deliver_now()
    wait_until_true(
        lambda: aws.s3.list_objects_v2(Bucket=names.bucket)["KeyCount"] == 1, "the object"
    )


def test_verbs_of_the_matrix_are_all_tried() -> None:
    """An operation that is not tried would look like one that is always denied."""
    assert set().union(*EXPECTED.values()) == set(Verb)
