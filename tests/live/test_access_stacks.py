"""What CloudFormation does for a caller: with the caller's rights, whatever a template names."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.conftest import MakeFunction
from tests.live.names import unique_letters
from tests.live.test_access_callers import SETTLED, MakeUser, _allow, make_user
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients, ClientError
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT, SANDBOX_OTHER_ACCOUNT

__all__ = ["make_user"]

MACRO = """
def handler(event, context):
    return {"requestId": event["requestId"], "status": "success", "fragment": event["fragment"]}
"""
PLAIN = {"W": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}


@pytest.fixture
def stacker(make_user: MakeUser) -> AwsClients:
    """A user with all of CloudFormation, and nothing else."""
    return make_user(_allow("cloudformation:*"))


@pytest.fixture
def secret(aws: AwsClients) -> Iterator[str]:
    """A private bucket with a template and a part of one."""
    name = f"test-{unique_letters().lower()}"
    aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    aws.s3.put_object(Bucket=name, Key="template", Body=json.dumps({"Resources": PLAIN}))
    aws.s3.put_object(Bucket=name, Key="part", Body=json.dumps(PLAIN))
    yield name
    for key in ("template", "part"):
        aws.s3.delete_object(Bucket=name, Key=key)
    aws.s3.delete_bucket(Bucket=name)


def _user_template(name: str) -> str:
    user = {"Type": "AWS::IAM::User", "Properties": {"UserName": name}}
    return json.dumps({"Resources": {"User": user}})


def _ends(aws: AwsClients, name: str) -> str:
    return wait_until_seen(
        lambda: aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"],
        lambda status: status.endswith(SETTLED),
        f"{name} to settle",
    )


def _users(aws: AwsClients) -> set[str]:
    pages = aws.iam.get_paginator("list_users").paginate()
    return {user["UserName"] for page in pages for user in page["Users"]}


@pytest.mark.parametrize("name", ["arn:/q", "arn:", "arn:x/foo/y", " foo", "foo/bar", "1foo"])
def test_a_new_stack_has_a_name_and_no_arn(stacker: AwsClients, name: str) -> None:
    """Its rights are found by no name, and a stack with such a name is not made."""
    client: Any = stacker.cloudformation
    creations: Any = (
        lambda: client.create_stack(StackName=name, TemplateBody=_user_template("x")),
        lambda: client.create_change_set(
            StackName=name,
            ChangeSetName="c",
            ChangeSetType="CREATE",
            TemplateBody=_user_template("x"),
        ),
    )
    for create in creations:
        with pytest.raises(ClientError, match=r"ValidationError|AccessDenied"):
            create()


def test_a_stack_set_makes_no_stacks_with_rights_that_its_caller_lacks(
    aws: AwsClients, stacker: AwsClients
) -> None:
    """In the caller's account and in others; the administrator may."""
    user, name = f"test-{unique_letters()}", f"test-{unique_letters()}"
    stacker.cloudformation.create_stack_set(
        StackSetName=name, TemplateBody=_user_template(user), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    for account in (SANDBOX_ACCOUNT, SANDBOX_OTHER_ACCOUNT):
        with pytest.raises(ClientError, match="AccessDenied"):
            stacker.cloudformation.create_stack_instances(
                StackSetName=name, Accounts=[account], Regions=[REGION]
            )
    assert user not in _users(aws)
    aws.cloudformation.delete_stack_set(StackSetName=name)


def test_a_template_in_s3_is_read_with_the_callers_rights(
    aws: AwsClients, make_user: MakeUser, stacker: AwsClients, secret: str
) -> None:
    """Every operation that takes its URL; with s3:GetObject it is made."""
    url, name = f"{aws.endpoint}/{secret}/template", f"test-{unique_letters()}"
    reads: Any = (
        lambda c: c.create_stack(StackName=name, TemplateURL=url),
        lambda c: c.validate_template(TemplateURL=url),
        lambda c: c.get_template_summary(TemplateURL=url),
        lambda c: c.create_change_set(
            StackName=name, ChangeSetName="c", ChangeSetType="CREATE", TemplateURL=url
        ),
    )
    for read in reads:
        with pytest.raises(ClientError, match="ValidationError"):
            read(stacker.cloudformation)
    reader = make_user(
        _allow("cloudformation:*"), _allow("s3:GetObject", f"arn:aws:s3:::{secret}/*")
    )
    reader.cloudformation.validate_template(TemplateURL=url)
    reader.cloudformation.get_template_summary(TemplateURL=url)
    reader.cloudformation.create_stack(StackName=name, TemplateURL=url)
    assert _ends(aws, name) == "CREATE_COMPLETE"
    aws.cloudformation.delete_stack(StackName=name)


def test_a_part_in_s3_is_included_with_the_callers_rights(
    aws: AwsClients, stacker: AwsClients, secret: str
) -> None:
    """A template cannot show what its caller may not read; the administrator's can."""
    location = {"Location": f"s3://{secret}/part"}
    included = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": location}}
    template, name = json.dumps({"Resources": included}), f"test-{unique_letters()}"
    given: Any = {"TemplateBody": template, "Capabilities": ["CAPABILITY_AUTO_EXPAND"]}
    assert not _creates(stacker, aws, name, given)
    assert _creates(aws, aws, f"{name}-2", given)


def _creates(clients: AwsClients, aws: AwsClients, name: str, given: Any) -> bool:
    """Whether the stack is made; it is deleted again."""
    try:
        clients.cloudformation.create_stack(StackName=name, **given)
    except ClientError:
        return False
    is_made = _ends(aws, name) == "CREATE_COMPLETE"
    aws.cloudformation.delete_stack(StackName=name)
    return is_made


def test_a_macro_is_invoked_with_the_callers_rights(
    aws: AwsClients, make_user: MakeUser, make_function: MakeFunction
) -> None:
    """A function that the caller may not invoke changes no template."""
    function, macro = make_function(MACRO, "function.handler"), f"Macro{unique_letters()}"
    arn = aws.awslambda.get_function_configuration(FunctionName=function.name)["FunctionArn"]
    properties = {"Name": macro, "FunctionName": arn}
    definition = {"Type": "AWS::CloudFormation::Macro", "Properties": properties}
    aws.cloudformation.create_stack(
        StackName=f"{macro}-definition",
        TemplateBody=json.dumps({"Resources": {"Macro": definition}}),
    )
    assert _ends(aws, f"{macro}-definition") == "CREATE_COMPLETE"
    given: Any = {
        "TemplateBody": json.dumps({"Transform": macro, "Resources": PLAIN}),
        "Capabilities": ["CAPABILITY_AUTO_EXPAND"],
    }
    assert not _creates(make_user(_allow("cloudformation:*")), aws, f"{macro}-1", given)
    invoker = make_user(_allow("cloudformation:*"), _allow("lambda:InvokeFunction", arn))
    assert _creates(invoker, aws, f"{macro}-2", given)
    aws.cloudformation.delete_stack(StackName=f"{macro}-definition")


def test_a_layer_is_made_only_of_what_its_caller_may_read(make_user: MakeUser, secret: str) -> None:
    """As a function's code is."""
    user = make_user(_allow("lambda:*"))
    with pytest.raises(ClientError, match="s3:GetObject"):
        user.awslambda.publish_layer_version(
            LayerName="x", Content={"S3Bucket": secret, "S3Key": "template"}
        )
