"""The templates meet the assignment, with the least permissions that work."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from tests.cfn_lint import lint_findings
from tests.parliament import parliament_findings
from wavetank.deployment.deployer import ENTRY_POINT

STORAGE, PIPELINE = Path("init/storage.yaml"), Path("init/pipeline.yaml")
PARAMETERS = {
    "AWS::AccountId": "0" * 12,
    "AWS::Partition": "aws",
    "DeliveryBucketName": "dedoraexplorer-deliverystream-s3",
}
ARNS = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:eu-west-1:000000000000:table/some",
    "AWS::KinesisFirehose::DeliveryStream": (
        "arn:aws:firehose:eu-west-1:000000000000:deliverystream/some"
    ),
    "AWS::Lambda::Function": "arn:aws:lambda:eu-west-1:000000000000:function:some",
    "AWS::Logs::LogGroup": "arn:aws:logs:eu-west-1:000000000000:log-group:some:*",
    "AWS::S3::Bucket": "arn:aws:s3:::dedoraexplorer-deliverystream-s3",
    "AWS::SNS::Topic": "arn:aws:sns:eu-west-1:000000000000:some",
}
ACTIONS = {
    "StreamingRole": {
        "dynamodb:Scan",
        "dynamodb:UpdateItem",
        "firehose:PutRecordBatch",
        "lambda:InvokeFunction",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    },
    "NotificationRole": {"logs:CreateLogStream", "logs:PutLogEvents", "sns:Publish"},
    "DeliveryRole": {
        "logs:PutLogEvents",
        "s3:AbortMultipartUpload",
        "s3:GetBucketLocation",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:PutObject",
    },
    "CustomHandlerPermissions": {
        "dynamodb:BatchGetItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:UpdateItem",
        "firehose:PutRecord",
        "firehose:PutRecordBatch",
    },
}
"""By role; and what is added to the streaming function's for a custom script only."""
READS = {"s3:GetObject", "s3:GetBucketLocation", "s3:ListBucket"}


def _resources(path: Path) -> dict[str, Any]:
    resources: dict[str, Any] = yaml_parse(path.read_text())["Resources"]
    return resources


def _properties(name: str, path: Path = PIPELINE) -> dict[str, Any]:
    properties: dict[str, Any] = _resources(path)[name]["Properties"]
    return properties


def _resolved(value: Any, resources: dict[str, Any]) -> Any:
    """A policy as AWS would see it: references become names and ARNs."""
    match value:
        case {"Ref": name} if name in PARAMETERS:
            return PARAMETERS[name]
        case {"Ref": name} | {"Fn::GetAtt": [name, "Arn"]} | {"Fn::GetAtt": name}:
            return ARNS[resources[str(name).removesuffix(".Arn")]["Type"]]
        case {"Fn::Sub": text}:
            for name, known in PARAMETERS.items():
                text = text.replace(f"${{{name}}}", known)
            return text.replace("${DeliveryBucket.Arn}", ARNS["AWS::S3::Bucket"])
        case dict():
            return {key: _resolved(part, resources) for key, part in value.items()}
        case list():
            return [_resolved(part, resources) for part in value]
        case _:
            return value


def _policies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each identity policy of a role, with `role/policy` as its name."""
    resources = _resources(PIPELINE)
    for name, resource in resources.items():
        if resource["Type"] == "AWS::IAM::Role":
            for policy in resource["Properties"]["Policies"]:
                document = _resolved(policy["PolicyDocument"], resources)
                yield f"{name}/{policy['PolicyName']}", document
        if resource["Type"] == "AWS::IAM::Policy":
            yield f"{name}/all", _resolved(resource["Properties"]["PolicyDocument"], resources)


def _bucket_statements() -> list[dict[str, Any]]:
    properties = _properties("DeliveryBucketPolicy", STORAGE)
    document = _resolved(properties["PolicyDocument"], _resources(STORAGE))
    statements: list[dict[str, Any]] = document["Statement"]
    return statements


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


POLICIES = dict(_policies())


@pytest.mark.parametrize("template", [STORAGE, PIPELINE], ids=str)
def test_cfn_lint_finds_nothing_for_eu_west_1(template: Path) -> None:
    """It reports no error, warning or hint, and no rule is suppressed."""
    assert lint_findings(template) == []
    assert "cfn-lint" not in template.read_text()


def test_parliament_finds_nothing_in_any_identity_policy(tmp_path: Path) -> None:
    """Unknown actions, resources that an action does not take, and the like."""
    assert len(POLICIES) == 9
    assert parliament_findings(tmp_path, POLICIES) == []


def test_parliament_finds_a_planted_error(tmp_path: Path) -> None:
    """The guard of the test above: an action that does not exist, and a resource it cannot have."""
    unknown = {"Effect": "Allow", "Action": "s3:ReadObject", "Resource": "*"}
    mismatched = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket"}
    wrong = {"Version": "2012-10-17", "Statement": [unknown, mismatched]}
    assert len(parliament_findings(tmp_path, {"wrong": wrong})) == 2


def test_no_role_has_more_permissions_than_it_needs() -> None:
    """The test has the complete list, so an added permission needs a reason here too."""
    found: dict[str, set[str]] = {role: set() for role in ACTIONS}
    for name, document in POLICIES.items():
        for statement in document["Statement"]:
            found[name.partition("/")[0]].update(_listed(statement["Action"]))
    assert found == ACTIONS


def test_additional_permissions_are_for_a_custom_script_only() -> None:
    """The shipped handler has only the least that it needs."""
    template = yaml_parse(PIPELINE.read_text())
    rights = template["Resources"]["CustomHandlerPermissions"]
    assert rights["Properties"]["Roles"] == [{"Ref": "StreamingRole"}]
    assert template["Conditions"][rights["Condition"]] == {
        "Fn::Equals": [{"Ref": "CustomHandler"}, "yes"]
    }
    assert template["Parameters"]["CustomHandler"]["Default"] == "no"
    assert template["Parameters"]["StreamingHandler"]["Default"] == ENTRY_POINT


def test_every_permission_is_on_a_named_resource() -> None:
    """No statement has `*` alone as its action or resource."""
    for document in POLICIES.values():
        for statement in document["Statement"]:
            assert all(entry.startswith("arn:aws:") for entry in _listed(statement["Resource"]))
            assert not any("*" in action for action in _listed(statement["Action"]))


def test_any_account_may_read_the_bucket_and_none_may_write() -> None:
    """Only reading is allowed, and only to callers with credentials of some account."""
    allowed = [entry for entry in _bucket_statements() if entry["Effect"] == "Allow"]
    assert {action for entry in allowed for action in _listed(entry["Action"])} == READS
    for entry in allowed:
        assert entry["Condition"] == {
            "StringEquals": {
                "aws:PrincipalType": ["Account", "User", "FederatedUser", "AssumedRole"]
            }
        }


def test_anonymous_and_plain_http_requests_are_denied() -> None:
    """Both are denied whatever another statement may allow."""
    denied = [entry for entry in _bucket_statements() if entry["Effect"] == "Deny"]
    assert [entry["Condition"] for entry in denied] == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"StringEquals": {"aws:PrincipalType": "Anonymous"}},
    ]
    assert {entry["Action"] for entry in denied} == {"s3:*"}


def test_the_bucket_and_its_readers_survive_a_teardown() -> None:
    """Both are retained on deletion and replacement, but not after a failed creation."""
    for resource in _resources(STORAGE).values():
        assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
        assert resource["UpdateReplacePolicy"] == "Retain"


def test_the_function_is_fired_every_60_seconds_by_its_rule_alone() -> None:
    """The template has the rate, the rule's state, and a permission for this rule only."""
    rule = _properties("StreamingRule")
    assert (rule["ScheduleExpression"], rule["State"]) == (
        "rate(1 minute)",
        {"Ref": "ScheduleState"},
    )
    permission = _properties("StreamingPermission")
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": ["StreamingRule", "Arn"]}


def test_failures_reach_the_notification_function_after_two_retries() -> None:
    """Two retries are AWS's maximum; the handler accepts every event that is still retried."""
    failures = _properties("StreamingFailures")
    destination = failures["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination == {"Fn::GetAtt": ["NotificationFunction", "Arn"]}
    assert failures["MaximumRetryAttempts"] == 2
    variables = _properties("StreamingFunction")["Environment"]["Variables"]
    assert int(variables["LATE_MINUTES_MAX"]) * 60 > failures["MaximumEventAgeInSeconds"]


def test_records_are_buffered_for_a_minute_into_the_delivery_bucket() -> None:
    """The buffer interval is a minute, so new objects arrive every minute."""
    delivery = _properties("DeliveryStream")["ExtendedS3DestinationConfiguration"]
    assert delivery["BufferingHints"]["IntervalInSeconds"] == 60
    assert delivery["BucketARN"]["Fn::Sub"].endswith(":s3:::${DeliveryBucketName}")


def test_log_groups_have_a_retention() -> None:
    """Each function and the delivery stream has its group, and each group its retention."""
    groups = [
        entry for entry in _resources(PIPELINE).values() if entry["Type"].endswith("LogGroup")
    ]
    assert len(groups) == 3
    for group in groups:
        assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_no_template_has_an_address_of_its_own() -> None:
    """Addresses come from the deployer, that of the assignment's third party included."""
    for template in (STORAGE, PIPELINE):
        assert "@" not in template.read_text()
