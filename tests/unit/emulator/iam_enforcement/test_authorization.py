"""Every operation of a sandbox's services needs actions that AWS has, on resources of theirs."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from localstack.aws.spec import load_service

from tests.authorization import TABLE, render
from tests.rules.source import ROOT
from wavetank.emulator.iam_enforcement.call_actions import NEEDS_NOTHING, required_actions
from wavetank.emulator.iam_enforcement.operations.passing import PASSED_TO
from wavetank.emulator.iam_enforcement.operations.tagging import TAGGING
from wavetank.emulator.iam_enforcement.reference import find_action
from wavetank.emulator.iam_enforcement.required_action import ANYTHING, Call
from wavetank.engines.localstack_child import SERVICES

ACCOUNT, REGION = "0" * 12, "eu-west-1"
DEPTH_MAX = 6
LAYER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:some:1"
VALUES = {
    "Arn": LAYER,
    "CopySource": "other/from",
    "Layers": LAYER,
    "Path": "/some/",
    "QueueOwnerAWSAccountId": ACCOUNT,
    "QueueUrl": f"http://localhost/{ACCOUNT}/q",
    "Statement": 'SELECT * FROM "some-table"',
    "StreamArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/some/stream/label",
    "TargetArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:some",
    "TargetPrincipal": f"arn:aws:iam::{ACCOUNT}:root",
    "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:some",
}
NEWER_THAN_THE_TABLE = {
    "cloudformation": {"DescribeEvents", "GetHookResult"},
    "cloudwatch": {"DescribeAlarmContributors"},
    "iam": {
        *("AcceptDelegationRequest", "AssociateDelegationRequest", "CreateDelegationRequest"),
        *("DisableOutboundWebIdentityFederation", "EnableOutboundWebIdentityFederation"),
        *("GetDelegationRequest", "GetHumanReadableSummary", "ListDelegationRequests"),
        *("GetOutboundWebIdentityFederationInfo", "RejectDelegationRequest"),
        *("SendDelegationToken", "UpdateDelegationRequest"),
    },
    "kinesis": {
        *("DescribeAccountSettings", "UpdateAccountSettings", "UpdateMaxRecordSize"),
        *("ListTagsForResource", "TagResource", "UntagResource", "UpdateStreamWarmThroughput"),
    },
    "lambda": {
        *("CheckpointDurableExecution", "CreateCapacityProvider", "DeleteCapacityProvider"),
        *("GetCapacityProvider", "GetDurableExecution", "GetDurableExecutionHistory"),
        *("GetDurableExecutionState", "GetFunctionScalingConfig", "ListCapacityProviders"),
        *("ListDurableExecutionsByFunction", "ListFunctionVersionsByCapacityProvider"),
        *("PutFunctionScalingConfig", "SendDurableExecutionCallbackFailure"),
        *("SendDurableExecutionCallbackHeartbeat", "SendDurableExecutionCallbackSuccess"),
        *("StopDurableExecution", "UpdateCapacityProvider"),
    },
    "logs": {
        *("AssociateSourceToS3TableIntegration", "CancelImportTask", "CreateImportTask"),
        *("CreateScheduledQuery", "DeleteScheduledQuery", "DescribeImportTaskBatches"),
        *("DescribeImportTasks", "DisassociateSourceFromS3TableIntegration", "GetLogFields"),
        *("GetLogObject", "GetScheduledQuery", "GetScheduledQueryHistory"),
        *("ListAggregateLogGroupSummaries", "ListScheduledQueries"),
        *("ListSourcesForS3TableIntegration", "PutLogGroupDeletionProtection"),
        "UpdateScheduledQuery",
    },
    "s3": {"GetBucketAbac", "ListDirectoryBuckets", "PutBucketAbac", "UpdateObjectEncryption"},
    "sts": {"GetDelegatedAccessToken", "GetWebIdentityToken"},
}
"""Operations that the development dependency's data does not have yet: they need their own name."""
ELSEWHERE = {"s3express:CreateSession", "s3-object-lambda:WriteGetObjectResponse"}
"""Actions of services that a sandbox does not run."""
AS_IN_DENIALS = {
    ("logs", "CreateLogStream"): "the group, and no stream",
    ("logs", "DescribeLogGroups"): "all groups, by an ARN without a name",
    ("logs", "ListLogGroups"): "all groups, by an ARN without a name",
    ("s3", "ListBuckets"): "all buckets, by an ARN without a name",
    ("sts", "GetFederationToken"): "the session, and not the user who asks for it",
}
"""Operations whose resource AWS's error messages give in another form than the table does."""


def _sample(shape: Any, name: str = "", depth: int = 0) -> Any:  # noqa: PLR0911 - one for each type
    """A value of the shape with every member, as far as they matter."""
    if shape is None or depth > DEPTH_MAX:
        return {}
    match shape.type_name:
        case "structure":
            members = shape.members
            return {key: _sample(member, key, depth + 1) for key, member in members.items()}
        case "list":
            return [_sample(shape.member, name, depth + 1)]
        case "map":
            return {"some-name": _sample(shape.value, name, depth + 1)}
        case "string":
            return _text(name, shape)
        case "integer" | "long":
            return 1
        case "boolean":
            return True
    return "1"


def _text(name: str, shape: Any) -> str:
    if "role" in name.lower():
        return f"arn:aws:iam::{ACCOUNT}:role/r" if "arn" in name.lower() else "r"
    if name in VALUES:
        return VALUES[name]
    enumerated = shape.metadata.get("enum")
    return str(enumerated[0]) if enumerated else "some-name"


@cache
def _operations(service: str) -> list[Any]:
    """Those of the service's model as LocalStack has it, uploads by a form among them."""
    model: Any = load_service(service)
    return [model.operation_model(name) for name in model.operation_names]


def _calls(service: str) -> Iterator[Call]:
    for operation in _operations(service):
        parameters = _sample(operation.input_shape)
        if operation.name == "PostObject":  # its key is a field of the form
            parameters["Key"] = "some-name"
        if service == "s3" and operation.name in {"GetObject", "PutObjectAcl"}:
            yield Call(service, operation.name, parameters | {"VersionId": None}, ACCOUNT, REGION)
        yield Call(service, operation.name, parameters, ACCOUNT, REGION)


def _is_newer(call: Call) -> bool:
    return call.operation in NEWER_THAN_THE_TABLE.get(call.service, ())


def test_the_table_is_current() -> None:
    """Made again from the development dependency's data, it is the same."""
    assert (ROOT / TABLE).read_text() == render()


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_needs_actions_that_aws_has(service: str) -> None:
    """All operations of the models, each with every parameter; none needs nothing by oversight."""
    for call in _calls(service):
        found = required_actions(call)
        assert found or (service, call.operation) in NEEDS_NOTHING, call.operation
        unknown = {need.action for need in found if find_action(need.action) is None} - ELSEWHERE
        if _is_newer(call):
            assert unknown == {f"{service}:{call.operation}"}
        else:
            assert unknown == set(), call.operation


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_needs_them_on_resources_of_their_types(service: str) -> None:
    """An ARN of one of the action's forms, and `*` only where AWS knows no resource for it."""
    wrong = {
        (call.operation, need.action, need.resource)
        for call in _calls(service)
        for need in required_actions(call)
        if not _is_newer(call)
        and (service, call.operation) not in AS_IN_DENIALS
        and not _is_of_its_types(need.action, need.resource)
    }
    assert wrong == set()


def _is_of_its_types(name: str, resource: str) -> bool:
    action = find_action(name)
    if action is None:
        return True
    if not action.types:
        return resource == ANYTHING
    return any(_matches(kind.arn, resource) for kind in action.types)


def _matches(form: str, arn: str) -> bool:
    """Account and region may be others; a log group ends with what names its streams."""
    place = {"Partition": "aws", "Region": "[a-z0-9-]+", "Account": "[0-9]{12}"}
    pattern = "".join(
        place.get(part[2:-1], ".+") if part.startswith("${") else re.escape(part)
        for part in re.split(r"(\$\{\w+\})", form)
    )
    return re.fullmatch(f"{pattern}(:log-stream:)?", arn) is not None


def _role_parameters(shape: Any, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    if shape is None or shape.name in seen:
        return
    seen |= {shape.name}
    inner: list[Any] = [getattr(shape, "member", None), getattr(shape, "value", None)]
    for name, member in getattr(shape, "members", {}).items():
        if member.type_name == "string" and re.search(r"role(arn)?$", name, re.IGNORECASE):
            yield name
        inner.append(member)
    for one in inner:
        yield from _role_parameters(one, seen)


NOT_PASSED = {
    ("dynamodb", "UpdateGlobalTableSettings"),  # roles of Application Auto Scaling
    ("dynamodb", "UpdateTableReplicaAutoScaling"),
    ("s3", "PutBucketNotification"),  # of an old form that S3 ignores
    ("sts", "AssumeRole"),
    ("sts", "AssumeRoleWithSAML"),
    ("sts", "AssumeRoleWithWebIdentity"),
}
"""Operations with a role's ARN that they do not give to a service."""


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_with_a_role_for_a_service_needs_to_pass_it(service: str) -> None:
    """What has a parameter for a role is listed; none is passed unseen."""
    found = {
        operation.name
        for operation in _operations(service)
        if any(_role_parameters(operation.input_shape))
        and (service, operation.name) not in NOT_PASSED
    }
    listed = set(PASSED_TO.get(service, {}))
    by_name = {"AddRoleToInstanceProfile"} | (listed if service == "sns" else set())
    assert found == listed - by_name


@pytest.mark.parametrize("service", sorted(TAGGING))
def test_operations_that_tag_exist(service: str) -> None:
    """Each listed operation takes tags, and its action is one of AWS's."""
    operations = {operation.name: operation for operation in _operations(service)}
    for name, action in TAGGING[service].items():
        shape: Any = operations[name].input_shape
        assert {"Tags", "tags"} & set(shape.members)
        assert find_action(action) is not None
