"""Who may do what: AWS's behaviours, as they are seen."""

from typing import Any

import requests

from tests.fidelity.ground import ALLOW_ALL, HTTP_SECONDS, Ground, answer_to, policy
from tests.fidelity.row import Area
from tests.live.names import unique_letters
from wavetank.clients import anonymous_clients, role_clients, sandbox_clients

AREA = Area("Access")


@AREA.row(
    "reading an object without credentials",
    aws="AccessDenied",
    localstack="done",
    source="S3 user guide: access-control-auth-workflow-object-operation",
)
def _anonymous_calls_are_denied(ground: Ground) -> str:
    bucket = ground.bucket()
    anybody = anonymous_clients(ground.aws)
    return answer_to(lambda: anybody.s3.get_object(Bucket=bucket, Key="key"))


@AREA.row(
    "writing into another account's bucket that has no policy",
    aws="AccessDenied",
    localstack="done",
    source="S3 user guide: access-control-auth-workflow-object-operation",
)
def _other_accounts_are_denied(ground: Ground) -> str:
    bucket = ground.bucket()
    return answer_to(lambda: ground.other.s3.put_object(Bucket=bucket, Key="key", Body=b""))


@AREA.row(
    "a role's call that its policies do not allow",
    aws="AccessDenied",
    localstack="done",
    source="IAM user guide: reference_policies_evaluation-logic",
)
def _roles_are_limited_to_their_policies(ground: Ground) -> str:
    bucket = ground.bucket()
    role = role_clients(ground.aws, ground.role())
    return answer_to(lambda: role.s3.get_object(Bucket=bucket, Key="key"))


@AREA.row(
    "a call that one statement allows and another denies",
    aws="AccessDenied",
    localstack="done",
    source="IAM user guide: reference_policies_evaluation-logic",
)
def _an_explicit_deny_wins(ground: Ground) -> str:
    bucket = ground.bucket()
    deny = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    role = role_clients(ground.aws, ground.role(ALLOW_ALL, deny))
    return answer_to(lambda: role.s3.get_object(Bucket=bucket, Key="key"))


def _key_of_a_new_user(ground: Ground) -> str:
    """An access key; clients with it have the secret `test`, which is not its own."""
    name = unique_letters()
    ground.aws.iam.create_user(UserName=name)
    return ground.aws.iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]


@AREA.row(
    "a user's request that is signed with a wrong secret",
    aws="SignatureDoesNotMatch",
    localstack="done",
    source="IAM user guide: reference_sigv-troubleshooting",
)
def _signatures_are_verified(ground: Ground) -> str:
    wrong = sandbox_clients(ground.endpoint, _key_of_a_new_user(ground))
    return answer_to(wrong.sts.get_caller_identity)


@AREA.row(
    "a request with a key that was never issued",
    aws="InvalidClientTokenId",
    localstack="done",
    source="IAM API reference: CommonErrors",
)
def _unknown_keys_are_refused(ground: Ground) -> str:
    wrong = sandbox_clients(ground.endpoint, "AKIA" + "Q" * 16)
    return answer_to(wrong.sts.get_caller_identity)


@AREA.row(
    "deleting an object by a link that is for reading it: status",
    aws="403",
    localstack="204",
    source="S3 API reference: sigv4-query-string-auth",
)
def _links_are_for_one_method(ground: Ground) -> str:
    parameters = {"Bucket": ground.bucket(), "Key": "key"}
    link = ground.aws.s3.generate_presigned_url("get_object", Params=parameters)
    return str(requests.delete(link, timeout=HTTP_SECONDS).status_code)


@AREA.row(
    "temporary keys that GetSessionToken gives to two who ask",
    aws="different",
    localstack="the same example",
    source="STS API reference: GetSessionToken",
)
def _session_tokens_are_keys_of_their_own(ground: Ground) -> str:
    ask = ground.aws.sts.get_session_token
    first, second = (ask()["Credentials"]["AccessKeyId"] for _ in range(2))
    return "the same example" if first == second else "different"


def _public_policy(bucket: str, **elements: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    return policy(statement | elements)


@AREA.row(
    "a public policy for a new bucket, where BlockPublicPolicy is on",
    aws="AccessDenied",
    localstack="done",
    source="S3 user guide: access-control-block-public-access",
)
def _public_policies_are_blocked(ground: Ground) -> str:
    bucket = ground.bucket()
    return answer_to(
        lambda: ground.aws.s3.put_bucket_policy(Bucket=bucket, Policy=_public_policy(bucket))
    )


@AREA.row(
    "a bucket policy with an operator that there is not",
    aws="MalformedPolicy",
    localstack="done",
    source="S3 API: PutBucketPolicy",
)
def _malformed_policies_are_refused(ground: Ground) -> str:
    bucket = ground.bucket()
    text = _public_policy(bucket, Condition={"StringIsh": {"aws:userid": "me"}})
    return answer_to(lambda: ground.aws.s3.put_bucket_policy(Bucket=bucket, Policy=text))
