"""Policies as they are put: what is malformed, or public where that is blocked, is refused.

Whoever puts them, the administrator and CloudFormation too.
[Amazon S3 API: PutBucketPolicy; user guide: access-control-block-public-access; IAM API:
PutRolePolicy, CreatePolicy, CreateRole]
"""

from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext

from wavetank.emulator.access.callers import Caller
from wavetank.emulator.access.document import BUCKET_POLICY, MalformedPolicyError
from wavetank.emulator.access.policy import Policy, PolicyKind, Statement, parse_policy
from wavetank.emulator.access.public_access import is_public
from wavetank.emulator.access.resources import find_bucket

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
"""Operations of IAM, and the parameter that holds the document."""
FORBIDDEN = 403


def check_documents(context: RequestContext, caller: Caller | None) -> None:
    """Returns where the call puts no policy, or one that AWS would take.

    Raises:
        CommonServiceException: MalformedPolicy, MalformedPolicyDocument or AccessDenied, as by AWS.
    """
    assert context.service is not None  # a call that is parsed
    assert context.operation is not None
    parameters: Any = context.service_request or {}
    operation = context.operation.name
    match context.service.service_name:
        case "s3" if operation == "PutBucketPolicy":
            who = caller.principal.arn if caller else f"arn:aws:iam::{context.account_id}:root"
            _check_bucket_policy(who, context.account_id, parameters)
        case "iam" if operation in IDENTITY_PARAMETERS:
            _check_document(parameters[IDENTITY_PARAMETERS[operation]], PolicyKind.IDENTITY)
        case "iam" if operation in TRUST_PARAMETERS:
            _check_document(parameters[TRUST_PARAMETERS[operation]], PolicyKind.TRUST)


def _check_document(text: str, kind: PolicyKind) -> None:
    try:
        parse_policy(text, kind)
    except MalformedPolicyError as error:
        raise CommonServiceException(
            "MalformedPolicyDocument", str(error), sender_fault=True
        ) from error


def _check_bucket_policy(who: str, account: str, parameters: Any) -> None:
    bucket = parameters["Bucket"]
    policy = _bucket_policy(bucket, parameters["Policy"])
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
