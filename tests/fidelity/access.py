"""Who may do what: AWS's behaviours, as they are seen."""

from typing import Any

from tests.fidelity.ground import ALLOW_ALL, Ground, answer_to, policy
from tests.fidelity.row import Area
from wavetank.clients import anonymous_clients, role_clients

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
