"""Validates policies when they are stored: refuses malformed ones, and blocked public ones.

This applies to every caller, including the administrator and CloudFormation.
[Amazon S3 API: PutBucketPolicy; user guide: access-control-block-public-access; IAM API:
PutRolePolicy, CreatePolicy, CreateRole]
"""

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext

from wavetank.emulator.iam_enforcement.principal_resolution import Caller
from wavetank.emulator.iam_enforcement.resource_policies import find_bucket
from wavetank.emulator.patches import patch_of
from wavetank.iam.policy import Policy, PolicyKind, Statement, parse_policy
from wavetank.iam.policy_document import BUCKET_POLICY, MalformedPolicyError
from wavetank.iam.public_access import is_public

IDENTITY_PARAMETERS = {
    "CreatePolicy": "PolicyDocument",
    "CreatePolicyVersion": "PolicyDocument",
    "PutGroupPolicy": "PolicyDocument",
    "PutRolePolicy": "PolicyDocument",
    "PutUserPolicy": "PolicyDocument",
}
TRUST_PARAMETERS = {
    "CreateRole": "AssumeRolePolicyDocument",
    "UpdateAssumeRolePolicy": "PolicyDocument",
}
"""IAM operations, and the parameter with the document."""
ATTRIBUTES = "Attributes"
SNS_MESSAGE = "Invalid parameter: Policy Error: {error}"
SQS_MESSAGE = "Invalid value for the parameter Policy."
RESOURCE_PARAMETERS: Mapping[tuple[str, str], tuple[str, str, str]] = {
    ("dynamodb", "CreateTable"): ("ResourcePolicy", "ValidationException", "{error}"),
    ("dynamodb", "PutResourcePolicy"): ("Policy", "ValidationException", "{error}"),
    ("sns", "CreateTopic"): (ATTRIBUTES, "InvalidParameter", SNS_MESSAGE),
    ("sns", "SetTopicAttributes"): (ATTRIBUTES, "InvalidParameter", SNS_MESSAGE),
    ("sqs", "CreateQueue"): (ATTRIBUTES, "InvalidAttributeValue", SQS_MESSAGE),
    ("sqs", "SetQueueAttributes"): (ATTRIBUTES, "InvalidAttributeValue", SQS_MESSAGE),
}
"""Operations that store resource-based policies: the document's parameter, error and message."""
TRUST_ACTIONS = frozenset(
    {
        *("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"),
        *("sts:setcontext", "sts:setsourceidentity", "sts:tagsession"),
    }
)
"""Actions of trust policies. [IAM user guide, id_session-tags, id_credentials_temp_control]"""
FORBIDDEN = 403


def check_documents(context: RequestContext, caller: Caller | None) -> None:
    """Raises an error if the call stores a policy that AWS would refuse.

    Raises:
        CommonServiceException: MalformedPolicy, MalformedPolicyDocument or AccessDenied, as on AWS.
    """
    assert context.service is not None  # the call is already parsed
    assert context.operation is not None
    parameters: Any = context.service_request or {}
    service, operation = context.service.service_name, context.operation.name
    match service:
        case "s3" if operation == "PutBucketPolicy":
            who = caller.principal.arn if caller else f"arn:aws:iam::{context.account_id}:root"
            _check_bucket_policy(who, context.account_id, parameters)
        case "iam" if operation in IDENTITY_PARAMETERS:
            _check_document(parameters.get(IDENTITY_PARAMETERS[operation]), PolicyKind.IDENTITY)
        case "iam" if operation in TRUST_PARAMETERS:
            _check_document(parameters.get(TRUST_PARAMETERS[operation]), PolicyKind.TRUST)
        case "sqs" | "sns" | "dynamodb" if (service, operation) in RESOURCE_PARAMETERS:
            _check_resource_policy(*RESOURCE_PARAMETERS[service, operation], parameters)


def _check_document(text: str | None, kind: PolicyKind) -> None:
    if text is None:
        return  # the service reports a missing parameter
    try:
        parse_policy(text, kind)
    except MalformedPolicyError as error:
        raise CommonServiceException(
            "MalformedPolicyDocument", str(error), sender_fault=True
        ) from error


def _check_resource_policy(name: str, code: str, message: str, parameters: Any) -> None:
    given = parameters.get(name)
    if name == ATTRIBUTES and parameters.get("AttributeName") == "Policy":
        given = parameters.get("AttributeValue")
    elif name == ATTRIBUTES:
        given = (given or {}).get("Policy")
    if not given:
        return
    try:
        parse_policy(given, PolicyKind.RESOURCE)
    except MalformedPolicyError as error:
        raise CommonServiceException(
            code, message.format(error=error), sender_fault=True
        ) from error


def accept_all_trust_actions() -> None:
    """Make moto accept all six actions that AWS allows in a trust policy; it knows only three.

    [moto: iam/policy_validation.py, IAMTrustPolicyDocumentValidator]
    """

    def validate(action: str) -> None:
        assert action.lower() in TRUST_ACTIONS

    patch_of(
        "moto.iam.policy_validation:IAMTrustPolicyDocumentValidator._validate_trust_policy_action"
    ).apply(staticmethod(validate))


def _check_bucket_policy(who: str, account: str, parameters: Any) -> None:
    bucket = parameters["Bucket"]
    policy = _bucket_policy(bucket, parameters.get("Policy") or "")
    found = find_bucket(bucket, account)
    block = (found.public_access_block or {}) if found else {}
    if block.get("BlockPublicPolicy") and is_public(policy):
        raise CommonServiceException(
            "AccessDenied",
            f"User: {who} is not authorized to perform: "
            f's3:PutBucketPolicy on resource: "arn:aws:s3:::{bucket}" because public policies are '
            "blocked by the BlockPublicPolicy block public access setting.",
            FORBIDDEN,
            sender_fault=True,
        )


def _bucket_policy(bucket: str, text: str) -> Policy:
    try:
        BUCKET_POLICY.check(text)
        policy = parse_policy(text, PolicyKind.RESOURCE)
    except MalformedPolicyError as error:
        raise _malformed(str(error)) from error
    if not all(_is_about(statement, bucket) for statement in policy.statements):
        raise _malformed("Policy has invalid resource")
    return policy


def _is_about(statement: Statement, bucket: str) -> bool:
    """Whether all its resources begin with the bucket's own ARN."""
    own = f"arn:aws:s3:::{bucket}"
    patterns = statement.resources.patterns if statement.resources else ()
    begins = [str(pattern.tokens[0]) for pattern in patterns]
    return bool(begins) and all(text == own or text.startswith(f"{own}/") for text in begins)


def _malformed(message: str) -> CommonServiceException:
    return CommonServiceException("MalformedPolicy", message, sender_fault=True)
