"""Callers have what their policies, boundaries and sessions allow together, and stacks no more."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest

from tests.live.conftest import MakeRole
from tests.live.hosts import Host
from tests.live.names import unique_letters
from tests.live.test_access import assert_denied
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients, ClientError, clients_with
from wavetank.core.lambda_package import package_files
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ADMINISTRATORS = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY_S3 = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
SETTLED = ("_COMPLETE", "_FAILED")

type MakeUser = Callable[..., AwsClients]


def _policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _allow(action: str | list[str], resource: str = "*", **elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


@pytest.fixture
def make_user(aws: AwsClients) -> MakeUser:
    """Makes users with the statements given, and clients that sign with their keys."""

    def make(*statements: Mapping[str, Any], **settings: Any) -> AwsClients:
        name = f"user-{unique_letters()}"
        aws.iam.create_user(UserName=name, **settings)
        if statements:
            document = _policy(*statements)
            aws.iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
        return clients_with(aws, aws.iam.create_access_key(UserName=name)["AccessKey"])

    return make


@pytest.fixture
def boundary(aws: AwsClients) -> str:
    """A managed policy that allows reading from S3 only."""
    name = f"policy-{unique_letters()}"
    document = _policy(_allow(["s3:Get*", "s3:List*"]))
    return aws.iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]


@pytest.fixture
def bucket(aws: AwsClients) -> str:
    """A new bucket with one object."""
    name = f"test-{unique_letters().lower()}"
    aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    aws.s3.put_object(Bucket=name, Key="key", Body=b"body")
    return name


def _name(clients: AwsClients) -> str:
    return clients.sts.get_caller_identity()["Arn"].rpartition("/")[2]


def test_a_users_boundary_limits_it(
    aws: AwsClients, make_user: MakeUser, boundary: str, bucket: str
) -> None:
    """Whether it was made with the boundary or got it later; without it the user has its rights."""
    user = make_user(ALLOW_ALL, PermissionsBoundary=boundary)
    assert user.s3.get_object(Bucket=bucket, Key="key")["ContentLength"] == 4
    with assert_denied("AccessDenied", "no permissions boundary allows the s3:PutObject action"):
        user.s3.put_object(Bucket=bucket, Key="new", Body=b"")
    aws.iam.delete_user_permissions_boundary(UserName=_name(user))
    user.s3.put_object(Bucket=bucket, Key="new", Body=b"")
    aws.iam.put_user_permissions_boundary(UserName=_name(user), PermissionsBoundary=boundary)
    with assert_denied("AccessDenied", "permissions boundary"):
        user.s3.put_object(Bucket=bucket, Key="new", Body=b"")


def test_a_roles_boundary_limits_its_sessions(
    aws: AwsClients, make_role: MakeRole, boundary: str, bucket: str
) -> None:
    """It is evaluated, and no longer a reason to deny everything."""
    role = make_role(ALLOW_ALL)
    name = role.rpartition("/")[2]
    aws.iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    answer = aws.sts.assume_role(RoleArn=role, RoleSessionName="some")
    session = clients_with(aws, answer["Credentials"])
    assert session.s3.get_object(Bucket=bucket, Key="key")["ContentLength"] == 4
    with assert_denied("AccessDenied", "no permissions boundary allows"):
        session.s3.put_object(Bucket=bucket, Key="new", Body=b"")
    aws.iam.delete_role_permissions_boundary(RoleName=name)


@pytest.mark.parametrize("kind", ["inline", "managed"])
def test_a_session_policy_limits_the_session(
    aws: AwsClients, make_role: MakeRole, bucket: str, boundary: str, kind: str
) -> None:
    """Given with AssumeRole as a document or by the ARN of a managed policy."""
    reads = _policy(_allow("s3:GetObject"))
    given: Any = {"Policy": reads} if kind == "inline" else {"PolicyArns": [{"arn": boundary}]}
    answer = aws.sts.assume_role(RoleArn=make_role(ALLOW_ALL), RoleSessionName="some", **given)
    session = clients_with(aws, answer["Credentials"])
    assert session.s3.get_object(Bucket=bucket, Key="key")["ContentLength"] == 4
    with assert_denied("AccessDenied", "no session policy allows the s3:PutObject action"):
        session.s3.put_object(Bucket=bucket, Key="new", Body=b"")


def test_session_tags_are_the_principals_tags(
    aws: AwsClients, make_role: MakeRole, make_user: MakeUser, bucket: str
) -> None:
    """They need sts:TagSession, and replace the role's; aws:PrincipalTag is then known."""
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    role = make_role(_allow("s3:GetObject", Condition=tagged))
    name = role.rpartition("/")[2]
    aws.iam.tag_role(RoleName=name, Tags=[{"Key": "Team", "Value": "red"}])
    principal = {"AWS": f"arn:aws:iam::{SANDBOX_ACCOUNT}:root"}
    actions = ["sts:AssumeRole", "sts:TagSession"]
    trust = {"Effect": "Allow", "Principal": principal, "Action": actions}
    aws.iam.update_assume_role_policy(RoleName=name, PolicyDocument=_policy(trust))
    plain = aws.sts.assume_role(RoleArn=role, RoleSessionName="some")
    with assert_denied("AccessDenied", "s3:GetObject"):
        clients_with(aws, plain["Credentials"]).s3.get_object(Bucket=bucket, Key="key")
    tags: Any = [{"Key": "team", "Value": "blue"}]
    user = make_user(_allow("sts:AssumeRole"))
    user.sts.assume_role(RoleArn=role, RoleSessionName="some")
    with assert_denied("AccessDenied", "sts:TagSession"):
        user.sts.assume_role(RoleArn=role, RoleSessionName="some", Tags=tags)
    answer = make_user(_allow("sts:*")).sts.assume_role(
        RoleArn=role, RoleSessionName="some", Tags=tags
    )
    session = clients_with(aws, answer["Credentials"])
    assert session.s3.get_object(Bucket=bucket, Key="key")["ContentLength"] == 4


def test_a_trust_policy_can_name_the_session(
    aws: AwsClients, make_role: MakeRole, make_user: MakeUser
) -> None:
    """`sts:RoleSessionName` and `sts:ExternalId` are known."""
    role = make_role()
    user = make_user()
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": user.sts.get_caller_identity()["Arn"]},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringLike": {"sts:RoleSessionName": "${aws:username}"},
            "StringEquals": {"sts:ExternalId": "42"},
        },
    }
    document = _policy(trust)
    aws.iam.update_assume_role_policy(RoleName=role.rpartition("/")[2], PolicyDocument=document)
    user.sts.assume_role(RoleArn=role, RoleSessionName=_name(user), ExternalId="42")
    with assert_denied("AccessDenied", "sts:AssumeRole"):
        user.sts.assume_role(RoleArn=role, RoleSessionName="another", ExternalId="42")
    with assert_denied("AccessDenied", "sts:AssumeRole"):
        user.sts.assume_role(RoleArn=role, RoleSessionName=_name(user))


def test_policies_of_aws_are_attached_and_read(
    aws: AwsClients, make_role: MakeRole, make_user: MakeUser
) -> None:
    """By the administrator; by a user only with a right to the role, not to the policy."""
    role = make_role()
    name = role.rpartition("/")[2]
    assert aws.iam.get_policy(PolicyArn=ADMINISTRATORS)["Policy"]["Arn"] == ADMINISTRATORS
    aws.iam.attach_role_policy(RoleName=name, PolicyArn=READ_ONLY_S3)
    aws.iam.detach_role_policy(RoleName=name, PolicyArn=READ_ONLY_S3)
    condition = {"ArnEquals": {"iam:PolicyARN": READ_ONLY_S3}}
    user = make_user(_allow("iam:*RolePolicy", role, Condition=condition), _allow("iam:GetPolicy"))
    assert user.iam.get_policy(PolicyArn=READ_ONLY_S3)["Policy"]["Arn"] == READ_ONLY_S3
    user.iam.attach_role_policy(RoleName=name, PolicyArn=READ_ONLY_S3)
    user.iam.detach_role_policy(RoleName=name, PolicyArn=READ_ONLY_S3)
    with assert_denied("AccessDenied", "iam:AttachRolePolicy", role):
        user.iam.attach_role_policy(RoleName=name, PolicyArn=ADMINISTRATORS)


def test_a_role_keeps_its_path_in_its_arn(aws: AwsClients, make_user: MakeUser) -> None:
    """A right to the roles below a path is none to others, when they are made and afterwards."""
    user = make_user(_allow("iam:*", f"arn:aws:iam::{SANDBOX_ACCOUNT}:role/apps/*"))
    name, trust = f"role-{unique_letters()}", _policy(_trust("lambda"))
    with assert_denied("AccessDenied", f"role/{name}"):
        user.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    user.iam.create_role(RoleName=name, Path="/apps/", AssumeRolePolicyDocument=trust)
    assert user.iam.get_role(RoleName=name)["Role"]["Path"] == "/apps/"
    user.iam.delete_role(RoleName=name)
    with suppress(ClientError):
        aws.iam.delete_role(RoleName=name)


def _trust(service: str) -> dict[str, Any]:
    principal = {"Service": f"{service}.amazonaws.com"}
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}


def _create_function(clients: AwsClients, name: str, role: str) -> None:
    package = package_files(name, {"function.py": b"def handler(event, context): pass"})
    clients.awslambda.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="function.handler",
        Code={"ZipFile": package.content},
    )


def test_a_role_is_given_to_a_function_only_with_the_right_to_pass_it(
    aws: AwsClients, make_role: MakeRole, make_user: MakeUser
) -> None:
    """iam:PassRole on the role, for the service; and the role must trust Lambda."""
    name, role = f"test-{unique_letters()}", make_role()
    with assert_denied("AccessDeniedException", "iam:PassRole", role):
        _create_function(make_user(_allow("lambda:*")), name, role)
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    to_others = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    with assert_denied("AccessDeniedException", "iam:PassRole"):
        user = make_user(_allow("lambda:*"), _allow("iam:PassRole", role, Condition=to_others))
        _create_function(user, name, role)
    user = make_user(_allow("lambda:*"), _allow("iam:PassRole", role, Condition=to_lambda))
    _create_function(user, name, role)
    wait_until_seen(
        lambda: aws.awslambda.get_function_configuration(FunctionName=name)["State"],
        lambda state: state == "Active",
        f"{name} to be active",
    )
    aws.awslambda.delete_function(FunctionName=name)
    for wrong in (make_role(service="firehose"), f"{role}-that-is-not-there"):
        with assert_denied("InvalidParameterValueException", "cannot be assumed by Lambda"):
            _create_function(aws, name, wrong)


def test_a_delivery_stream_and_a_target_take_only_roles_that_trust_their_service(
    aws: AwsClients, make_role: MakeRole, make_user: MakeUser, bucket: str
) -> None:
    """Both need iam:PassRole, too."""
    name, wrong = f"test-{unique_letters()}", make_role()
    stream: Any = {"RoleARN": wrong, "BucketARN": f"arn:aws:s3:::{bucket}"}
    with assert_denied("AccessDeniedException", "iam:PassRole"):
        make_user(_allow("firehose:*")).firehose.create_delivery_stream(
            DeliveryStreamName=name, ExtendedS3DestinationConfiguration=stream
        )
    with assert_denied("InvalidArgumentException", "unable to assume role"):
        aws.firehose.create_delivery_stream(
            DeliveryStreamName=name, ExtendedS3DestinationConfiguration=stream
        )
    aws.events.put_rule(Name=name, ScheduleExpression="rate(1 day)", State="DISABLED")
    arn = f"arn:aws:sqs:{REGION}:{SANDBOX_ACCOUNT}:some"
    target: Any = {"Rule": name, "Targets": [{"Id": "1", "Arn": arn, "RoleArn": wrong}]}
    with assert_denied("AccessDeniedException", "iam:PassRole"):
        make_user(_allow("events:*")).events.put_targets(**target)
    with assert_denied("ValidationException", "cannot be assumed by principal 'events"):
        aws.events.put_targets(**target)
    aws.events.delete_rule(Name=name)


USER_STACK = {
    "Resources": {
        "User": {
            "Type": "AWS::IAM::User",
            "Properties": {"UserName": {"Ref": "Name"}},
        }
    },
    "Parameters": {"Name": {"Type": "String"}},
}


@pytest.fixture
def stack(aws: AwsClients) -> Iterator[str]:
    """The name of a stack and of the user in it; both are deleted afterwards."""
    name = f"stack-{unique_letters()}"
    yield name
    aws.cloudformation.delete_stack(StackName=name)
    with suppress(ClientError):
        aws.iam.delete_user(UserName=name)


def _create_stack(clients: AwsClients, aws: AwsClients, name: str, **settings: Any) -> str:
    clients.cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(USER_STACK),
        Parameters=[{"ParameterKey": "Name", "ParameterValue": name}],
        Capabilities=["CAPABILITY_NAMED_IAM"],
        **settings,
    )
    return wait_until_seen(
        lambda: aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"],
        lambda status: status.endswith(SETTLED),
        f"{name} to settle",
    )


def _has_user(aws: AwsClients, name: str) -> bool:
    return any(user["UserName"] == name for user in aws.iam.list_users()["Users"])


def test_a_stack_has_no_more_rights_than_its_caller(
    aws: AwsClients, make_user: MakeUser, stack: str
) -> None:
    """Who may do all of CloudFormation and nothing of IAM creates no user by a stack."""
    assert _create_stack(make_user(_allow("cloudformation:*")), aws, stack) != "CREATE_COMPLETE"
    assert not _has_user(aws, stack)
    events = aws.cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    assert any("iam:CreateUser" in event.get("ResourceStatusReason", "") for event in events)


def test_a_stack_that_its_caller_has_the_rights_for_is_made(
    aws: AwsClients, make_user: MakeUser, stack: str
) -> None:
    """A policy can require a call by CloudFormation, by `aws:CalledVia`."""
    by_stack = {"StringEquals": {"aws:CalledViaFirst": "cloudformation.amazonaws.com"}}
    user = make_user(_allow("cloudformation:*"), _allow("iam:*", Condition=by_stack))
    assert _create_stack(user, aws, stack) == "CREATE_COMPLETE"
    assert _has_user(aws, stack)
    with assert_denied("AccessDenied", "iam:CreateUser"):
        user.iam.create_user(UserName=f"{stack}-2")


def test_a_stacks_role_acts_in_place_of_its_caller(
    aws: AwsClients, make_user: MakeUser, make_role: MakeRole, stack: str
) -> None:
    """It must be passed, and its rights count, of an administrator's stack too."""
    role = make_role(_allow("iam:*"), service="cloudformation")
    with assert_denied("AccessDenied", "iam:PassRole", role):
        _create_stack(make_user(_allow("cloudformation:*")), aws, stack, RoleARN=role)
    user = make_user(_allow("cloudformation:*"), _allow("iam:PassRole", role))
    assert _create_stack(user, aws, stack, RoleARN=role) == "CREATE_COMPLETE"
    assert _has_user(aws, stack)
    weak, other = make_role(service="cloudformation"), f"{stack}-2"
    assert _create_stack(aws, aws, other, RoleARN=weak) != "CREATE_COMPLETE"
    assert not _has_user(aws, other)
    aws.cloudformation.delete_stack(StackName=other)
    with assert_denied("ValidationError", "is invalid or cannot be assumed"):
        _create_stack(aws, aws, other, RoleARN=make_role())


def test_a_caller_is_distinguished_from_the_previous_one(
    aws: AwsClients, localstack: Host, make_user: MakeUser, stack: str
) -> None:
    """A user who may delete stacks but no users does not delete the administrator's user."""
    assert localstack.endpoint == aws.endpoint
    assert _create_stack(aws, aws, stack) == "CREATE_COMPLETE"
    make_user(_allow("cloudformation:*")).cloudformation.delete_stack(StackName=stack)
    wait_until_seen(
        lambda: aws.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"],
        lambda status: status.endswith(SETTLED) and status.startswith("DELETE"),
        f"{stack} to settle",
    )
    assert _has_user(aws, stack)
