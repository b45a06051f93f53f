"""Parameters, secrets, keys, workflows, schedules and APIs: services that the sandbox can also run.

A sandbox has the services of a pipeline; these are there where `SERVICES` names them.
"""

import json
from typing import Any

from tests.embedded.stack_updates.access import trust
from tests.embedded.stack_updates.case import GONE, Case, Stage

SERVICES = ("apigateway", "ec2", "kms", "scheduler", "secretsmanager", "ssm", "stepfunctions")
SCHEDULE_ROLE = {
    "ScheduleRole": {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": trust("scheduler")},
    }
}
MACHINE_ROLE = {
    "MachineRole": {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": trust("states")},
    }
}


def parameter(stage: Stage) -> Any:
    """Value and tags of the parameter."""
    ssm, name = stage.client("ssm"), stage["Parameter"]
    value = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    return value, {tag["Key"]: tag["Value"] for tag in tags}


def secret(stage: Stage) -> Any:
    """The secret's value and description."""
    client, name = stage.client("secretsmanager"), stage["Secret"]
    value = client.get_secret_value(SecretId=name)["SecretString"]
    return value, client.describe_secret(SecretId=name).get("Description")


def machine(stage: Stage) -> Any:
    """The comment of the state machine's definition, and its tags."""
    client, arn = stage.client("stepfunctions"), stage["Machine"]
    found = client.describe_state_machine(stateMachineArn=arn)
    if found["status"] == "DELETING":
        return GONE
    tags = client.list_tags_for_resource(resourceArn=arn)["tags"]
    comment = json.loads(found["definition"])["Comment"]
    return comment, {tag["key"]: tag["value"] for tag in tags}


def definition(comment: str) -> dict[str, Any]:
    """A state machine that does nothing."""
    states = {"Comment": comment, "StartAt": "End", "States": {"End": {"Type": "Succeed"}}}
    return {"DefinitionString": json.dumps(states)}


def schedule(stage: Stage) -> Any:
    """The schedule's expression and state."""
    found = stage.client("scheduler").get_schedule(Name=stage["Schedule"])
    return found["ScheduleExpression"], found["State"]


def key(stage: Stage) -> Any:
    """The key's description, or that it is about to be deleted."""
    found = stage.client("kms").describe_key(KeyId=stage["Key"])["KeyMetadata"]
    return GONE if found["KeyState"] == "PendingDeletion" else found["Description"]


def key_alias(stage: Stage) -> Any:
    """Whether the alias is of the first key; None where there is no alias."""
    aliases = stage.client("kms").list_aliases()["Aliases"]
    keys = [it.get("TargetKeyId") for it in aliases if it["AliasName"] == stage["KeyAlias"]]
    return keys[0] == stage["FirstKey"] if keys else GONE


def api(stage: Stage) -> Any:
    """The description of the REST API and the paths of its resources."""
    client, name = stage.client("apigateway"), stage["Api"]
    description = client.get_rest_api(restApiId=name).get("description")
    return description, sorted(it["path"] for it in client.get_resources(restApiId=name)["items"])


def network_tags(stage: Stage) -> Any:
    """The network's tags."""
    found = stage.client("ec2").describe_vpcs(VpcIds=[stage["Network"]])["Vpcs"][0]
    return {tag["Key"]: tag["Value"] for tag in found["Tags"]}


def body(path: str) -> dict[str, Any]:
    """An API with one path."""
    method = {"get": {"responses": {"200": {"description": "done"}}}}
    info = {"title": "api", "version": "1"}
    return {"Body": {"openapi": "3.0.1", "info": info, "paths": {path: method}}}


def stage_variables(stage: Stage) -> Any:
    """The variables and the description of the stage of an API."""
    client, name = stage.client("apigateway"), stage["StagedApi"]
    found = client.get_stage(restApiId=name, stageName="live")
    return found.get("variables"), found.get("description")


STAGED = {
    "StagedApi": {
        "Type": "AWS::ApiGateway::RestApi",
        "Properties": {"Name": "staged", **body("/one")},
    },
    "Deployment": {
        "Type": "AWS::ApiGateway::Deployment",
        "Properties": {"RestApiId": {"Ref": "StagedApi"}},
    },
}
CASES = (
    Case(
        name="Parameter",
        type="AWS::SSM::Parameter",
        fixed={"Type": "String"},
        before={"Value": "one", "Tags": {"a": "1"}},
        after={"Value": "two"},
        look=parameter,
        seen=(("one", {"a": "1"}), ("two", {})),
    ),
    Case(
        name="Secret",
        type="AWS::SecretsManager::Secret",
        before={"SecretString": "one", "Description": "first"},
        after={"SecretString": "two", "Description": "second"},
        look=secret,
        seen=(("one", "first"), ("two", "second")),
    ),
    Case(
        name="Machine",
        type="AWS::StepFunctions::StateMachine",
        others=MACHINE_ROLE,
        fixed={"RoleArn": {"Fn::GetAtt": ["MachineRole", "Arn"]}},
        before={**definition("first"), "Tags": [{"Key": "a", "Value": "1"}]},
        after={**definition("second"), "Tags": [{"Key": "a", "Value": "2"}]},
        look=machine,
        seen=(("first", {"a": "1"}), ("second", {"a": "2"})),
    ),
    Case(
        name="Schedule",
        type="AWS::Scheduler::Schedule",
        others={**SCHEDULE_ROLE, "Scheduled": {"Type": "AWS::SQS::Queue"}},
        fixed={
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "State": "DISABLED",
            "Target": {
                "Arn": {"Fn::GetAtt": ["Scheduled", "Arn"]},
                "RoleArn": {"Fn::GetAtt": ["ScheduleRole", "Arn"]},
            },
        },
        before={"ScheduleExpression": "rate(1 hour)"},
        after={"ScheduleExpression": "rate(2 hours)"},
        look=schedule,
        seen=(("rate(1 hour)", "DISABLED"), ("rate(2 hours)", "DISABLED")),
    ),
    Case(
        name="Key",
        type="AWS::KMS::Key",
        before={"Description": "first"},
        after={"Description": "second"},
        look=key,
        seen=("first", "second"),
    ),
    Case(
        name="KeyAlias",
        type="AWS::KMS::Alias",
        others={"FirstKey": {"Type": "AWS::KMS::Key"}, "SecondKey": {"Type": "AWS::KMS::Key"}},
        fixed={"AliasName": "alias/changed"},
        before={"TargetKeyId": {"Ref": "FirstKey"}},
        after={"TargetKeyId": {"Ref": "SecondKey"}},
        look=key_alias,
        seen=(True, False),
    ),
    Case(
        name="Api",
        type="AWS::ApiGateway::RestApi",
        fixed={"Name": "api"},
        before=body("/one"),
        after=body("/two"),
        look=api,
        seen=((None, ["/", "/one"]), (None, ["/", "/two"])),
    ),
    Case(
        name="Network",
        type="AWS::EC2::VPC",
        fixed={"CidrBlock": "10.0.0.0/16"},
        before={"Tags": [{"Key": "a", "Value": "1"}, {"Key": "gone", "Value": "1"}]},
        after={"Tags": [{"Key": "a", "Value": "2"}]},
        look=network_tags,
        seen=({"a": "1", "gone": "1"}, {"a": "2"}),
    ),
    Case(
        name="ApiStage",
        type="AWS::ApiGateway::Stage",
        others=STAGED,
        fixed={
            "RestApiId": {"Ref": "StagedApi"},
            "DeploymentId": {"Ref": "Deployment"},
            "StageName": "live",
        },
        before={"Variables": {"a": "1", "gone": "1"}, "Description": "first"},
        after={"Variables": {"a": "2"}, "Description": "second"},
        look=stage_variables,
        seen=(({"a": "1", "gone": "1"}, "first"), ({"a": "2"}, "second")),
    ),
)
