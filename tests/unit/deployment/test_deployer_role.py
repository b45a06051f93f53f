"""The role that a deployment assumes: enough for our two templates, and for nothing else."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from tests.cfn_lint import lint_findings
from tests.deployer_role import TEMPLATE, deployer_policies, deployer_role
from tests.parliament import parliament_findings
from wavetank.core.naming import derive_names
from wavetank.iam.evaluation import decide
from wavetank.iam.policy import Policy, PolicyKind, parse_policy
from wavetank.iam.policy_document import ROLE_INLINE_POLICY
from wavetank.iam.request import AccessRequest, Principal, PrincipalType

ACCOUNT = "0" * 12
NAMES = derive_names("Dora", "Explorer")
ISSUER = "token.actions.githubusercontent.com"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/wavetank-deployer"
DEPLOYER = Principal(
    type=PrincipalType.ASSUMED_ROLE,
    arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/wavetank-deployer/GitHubActions",
    account=ACCOUNT,
    user_id="AROAEXAMPLE:GitHubActions",
    role_arn=ROLE,
)


def arn(service: str, resource: str) -> str:
    """In the role's account, in eu-west-1."""
    return f"arn:aws:{service}:eu-west-1:{ACCOUNT}:{resource}"


BUCKET = f"arn:aws:s3:::{NAMES.bucket}"
FUNCTION = arn("lambda", f"function:{NAMES.streaming_function}")
PIPELINE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/{NAMES.roles[0]}"
STREAM = arn("firehose", f"deliverystream/{NAMES.delivery_stream}")
RULE = arn("events", f"rule/{NAMES.rule}")
GROUP = arn("logs", f"log-group:/aws/lambda/{NAMES.streaming_function}")
TOPIC = arn("sns", NAMES.topic)
TABLE = arn("dynamodb", f"table/{NAMES.table}")
STACK = arn("cloudformation", f"stack/{NAMES.pipeline_stack}/0a1b")

HANDLERS: dict[str, tuple[str, str]] = {
    "AWS::S3::Bucket": (
        BUCKET,
        """
        s3: CreateBucket DeleteBucket GetAccelerateConfiguration GetAnalyticsConfiguration
        GetBucketCORS GetBucketLogging GetBucketNotification
        GetBucketObjectLockConfiguration GetBucketOwnershipControls
        GetBucketPublicAccessBlock GetBucketTagging GetBucketVersioning GetBucketWebsite
        GetEncryptionConfiguration GetIntelligentTieringConfiguration
        GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration
        GetReplicationConfiguration ListBucket PutBucketOwnershipControls
        PutBucketPublicAccessBlock PutBucketTagging PutEncryptionConfiguration
        PutLifecycleConfiguration
        """,
    ),
    "AWS::S3::BucketPolicy": (
        BUCKET,
        """
        s3: DeleteBucketPolicy GetBucketPolicy PutBucketPolicy
        """,
    ),
    "AWS::DynamoDB::Table": (
        TABLE,
        """
        dynamodb: CreateTable DeleteTable DescribeContinuousBackups
        DescribeContributorInsights DescribeKinesisStreamingDestination DescribeTable
        DescribeTimeToLive GetResourcePolicy ListTagsOfResource TagResource UntagResource
        UpdateTable
        """,
    ),
    "AWS::SNS::Topic": (
        TOPIC,
        """
        sns: CreateTopic DeleteTopic GetDataProtectionPolicy GetTopicAttributes
        ListSubscriptionsByTopic ListTagsForResource SetTopicAttributes TagResource
        UntagResource
        """,
    ),
    "AWS::SNS::Subscription": (
        TOPIC,
        """
        sns: GetSubscriptionAttributes ListSubscriptionsByTopic Subscribe Unsubscribe
        """,
    ),
    "AWS::Logs::LogGroup": (
        GROUP,
        """
        logs: CreateLogGroup DeleteLogGroup DescribeIndexPolicies DescribeLogGroups
        GetDataProtectionPolicy ListTagsForResource PutRetentionPolicy TagResource
        """,
    ),
    "AWS::Logs::LogStream": (
        arn("logs", f"log-group:/aws/kinesisfirehose/{NAMES.delivery_stream}:log-stream:Destin"),
        """
        logs: CreateLogStream DeleteLogStream DescribeLogStreams
        """,
    ),
    "AWS::IAM::Role": (
        PIPELINE_ROLE,
        """
        iam: CreateRole DeleteRole DeleteRolePolicy GetRole GetRolePolicy
        ListAttachedRolePolicies ListRolePolicies PutRolePolicy TagRole UntagRole
        UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription
        """,
    ),
    "AWS::IAM::Policy": (PIPELINE_ROLE, "iam: DeleteRolePolicy GetRolePolicy PutRolePolicy"),
    "AWS::Lambda::Function": (
        FUNCTION,
        """
        lambda: CreateFunction DeleteFunction GetFunction GetFunctionCodeSigningConfig
        GetFunctionRecursionConfig GetRuntimeManagementConfig ListTags TagResource
        UntagResource UpdateFunctionCode UpdateFunctionConfiguration
        """,
    ),
    "AWS::Lambda::EventInvokeConfig": (
        FUNCTION,
        """
        lambda: DeleteFunctionEventInvokeConfig GetFunctionEventInvokeConfig
        PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig
        """,
    ),
    "AWS::Lambda::Permission": (FUNCTION, "lambda: AddPermission GetPolicy RemovePermission"),
    "AWS::KinesisFirehose::DeliveryStream": (
        STREAM,
        """
        firehose: CreateDeliveryStream DeleteDeliveryStream DescribeDeliveryStream
        ListTagsForDeliveryStream TagDeliveryStream UntagDeliveryStream UpdateDestination
        """,
    ),
    "AWS::Events::Rule": (
        RULE,
        """
        events: DeleteRule DescribeRule ListTagsForResource ListTargetsByRule PutRule
        PutTargets RemoveTargets TagResource UntagResource
        """,
    ),
}
"""What CloudFormation's handlers call, for the properties that the templates have: an example of
the resource, and the actions. [the `handlers` of each type's registry schema; and for packages,
s3:GetObject of the artifact bucket]"""

COMMANDS: dict[str, tuple[str, str]] = {
    "plan and deploy": (
        STACK,
        """
        cloudformation: CreateChangeSet DeleteChangeSet DescribeChangeSet
        DescribeStackEvents DescribeStacks ExecuteChangeSet GetTemplate
        UpdateTerminationProtection
        """,
    ),
    "preflight": (
        "*",
        """
        lambda:GetAccountSettings logs:DescribeLogGroups s3:GetAccountPublicAccessBlock
        s3:ListAllMyBuckets servicequotas:GetServiceQuota
        """,
    ),
    "packages": (f"arn:aws:s3:::{NAMES.artifact_bucket}/streaming", "s3: GetObject PutObject"),
    "artifact bucket": (
        f"arn:aws:s3:::{NAMES.artifact_bucket}",
        """
        s3: CreateBucket DeleteBucket ListBucket PutBucketPublicAccessBlock
        """,
    ),
    "seed": (TABLE, "dynamodb: PutItem Scan UpdateItem"),
    "check": (
        STACK,
        """
        cloudformation: DescribeStackDriftDetectionStatus DescribeStackResourceDrifts
        DescribeStackResources DetectStackDrift ListStackResources
        """,
    ),
    "access matrix": (f"{BUCKET}/wavetank-access-probe/x", "s3: DeleteObject GetObject PutObject"),
    "drill": (
        FUNCTION,
        """
        lambda: DeleteFunctionConcurrency GetFunctionConcurrency InvokeFunction
        PutFunctionConcurrency UpdateFunctionCode
        """,
    ),
    "teardown": (RULE, "events: DisableRule EnableRule"),
    "late log groups": (GROUP, "logs: DeleteLogGroup FilterLogEvents"),
    "data": (BUCKET, "s3: ListBucketMultipartUploads ListBucketVersions"),
    "its objects": (f"{BUCKET}/2026/11", "s3: AbortMultipartUpload DeleteObjectVersion"),
}
"""What our own commands call, beside CloudFormation."""


def _actions(text: str) -> list[str]:
    """`s3: One Two` and `s3:One lambda:Two`, in full."""
    service, colon, rest = text.strip().partition(": ")
    return [f"{service}:{name}" for name in rest.split()] if colon else text.split()


NEEDED = [
    pytest.param(action, resource, id=f"{what}-{action}")
    for what, (resource, text) in (HANDLERS | COMMANDS).items()
    for action in _actions(text)
]


@cache
def _identity(**parameters: str) -> list[Policy]:
    policies = deployer_policies(**parameters).values()
    return [parse_policy(json.dumps(document), PolicyKind.IDENTITY) for document in policies]


def _may(action: str, resource: str, *, passed_to: str = "", **parameters: str) -> bool:
    context = {"iam:PassedToService": (passed_to,)} if passed_to else {}
    request = AccessRequest(principal=DEPLOYER, action=action, resource=resource, context=context)
    return decide(request, identity=_identity(**parameters), resource=None, owner=ACCOUNT).allowed


@pytest.mark.parametrize(("action", "resource"), NEEDED)
def test_what_a_deployment_needs_is_allowed(action: str, resource: str) -> None:
    """On the resources of one person's pipeline, by the evaluation that our sandbox enforces."""
    assert _may(action, resource)


def test_every_type_of_the_templates_is_covered() -> None:
    """Who adds a resource of another type adds what deploying it needs."""
    types = {"AWS::SNS::Subscription"}  # the deployer adds one for each address
    for template in ("storage", "pipeline"):
        resources = yaml_parse((TEMPLATE.parent / f"{template}.yaml").read_text())["Resources"]
        types |= {resource["Type"] for resource in resources.values()}
    assert types == set(HANDLERS)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3:::payroll/2026"),
        ("s3:DeleteBucket", "arn:aws:s3:::payroll"),
        ("lambda:UpdateFunctionCode", arn("lambda", "function:payroll")),
        ("lambda:UpdateFunctionCode", FUNCTION.replace("eu-west-1", "us-east-1")),
        ("dynamodb:Scan", arn("dynamodb", "table/payroll")),
        ("cloudformation:DeleteStack", arn("cloudformation", "stack/payroll/0a1b")),
        ("iam:PutRolePolicy", ROLE),
        ("iam:UpdateAssumeRolePolicy", ROLE),
        ("iam:AttachRolePolicy", PIPELINE_ROLE),
        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/DEeve"),
        ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/DEeve"),
        ("logs:DeleteLogGroup", arn("logs", "log-group:/aws/lambda/payroll")),
        ("sns:Publish", TOPIC),
        ("sts:AssumeRole", PIPELINE_ROLE),
    ],
)
def test_nothing_else_is_allowed(action: str, resource: str) -> None:
    """Neither other persons' resources, nor the role's own permissions, nor keys."""
    assert not _may(action, resource)


@pytest.mark.parametrize(
    ("service", "allowed"),
    [
        ("lambda.amazonaws.com", True),
        ("firehose.amazonaws.com", True),
        ("ec2.amazonaws.com", False),
        ("", False),
    ],
)
def test_roles_are_passed_to_the_two_services_that_use_them(service: str, allowed: bool) -> None:  # noqa: FBT001 - a case's value
    """And to no other, nor where the service is not known."""
    assert _may("iam:PassRole", PIPELINE_ROLE, passed_to=service) is allowed


def test_a_longer_prefix_leaves_one_persons_pipeline() -> None:
    """Hers, and not her neighbour's."""
    hers = {"NamePrefix": "DEDOREXP", "LowerPrefix": "dedor"}
    assert _may("lambda:DeleteFunction", FUNCTION, **hers)
    assert _may("s3:DeleteBucket", BUCKET, **hers)
    assert not _may("lambda:DeleteFunction", arn("lambda", "function:DEADALOV-x"), **hers)


@pytest.mark.parametrize("repository", ["acme/wave", "acme@123/wave@456"])
def test_the_role_is_assumed_by_one_environment_of_one_repository(repository: str) -> None:
    """Both claims are compared whole, with no wildcard."""
    trust = deployer_role(Repository=repository, CreateProvider="no")["AssumeRolePolicyDocument"]
    (statement,) = trust["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"}
    assert statement["Condition"] == {
        "StringEquals": {
            f"{ISSUER}:aud": "sts.amazonaws.com",
            f"{ISSUER}:sub": f"repo:{repository}:environment:production",
        }
    }


def test_the_provider_is_created_only_if_it_does_not_exist() -> None:
    """An account has one of each issuer."""
    template = yaml_parse(TEMPLATE.read_text())
    assert template["Resources"]["GitHubProvider"]["Condition"] == "CreatesProvider"
    trust = deployer_role(Repository="acme/wave")["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"Federated": {"Ref": "GitHubProvider"}}


def test_cfn_lint_and_parliament_find_nothing(tmp_path: Path) -> None:
    """Hints included, and all of it fits into a role."""
    assert lint_findings(TEMPLATE) == []
    policies: dict[str, Any] = deployer_policies()
    assert parliament_findings(tmp_path, policies) == []
    ROLE_INLINE_POLICY.check("".join(json.dumps(document) for document in policies.values()))


def test_no_permission_is_on_all_resources() -> None:
    """No action is `*`, and what is on any resource only reads, but for leaving a topic."""
    for document in deployer_policies().values():
        for statement in document["Statement"]:
            actions = statement["Action"]
            listed = [actions] if isinstance(actions, str) else actions
            assert not any(action.endswith(":*") or action == "*" for action in listed)
            if statement["Resource"] == "*":
                verbs = {action.partition(":")[2] for action in listed} - {"Unsubscribe"}
                assert all(verb.startswith(("Describe", "Get", "List")) for verb in verbs)
