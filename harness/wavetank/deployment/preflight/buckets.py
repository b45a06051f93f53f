"""Check that bucket names, which all AWS accounts share, are free or belong to the account.

That a bucket answers does not show its owner: the assignment's buckets can be read by everyone. So
the account's list of buckets decides and, if it may not be read, a request with the expected owner.
"""

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.core.settings import REGION
from wavetank.deployment.preflight.outcome import (
    CheckOutcome,
    PreflightContext,
    invalid,
    unknown,
    valid,
)
from wavetank.deployment.preflight.permissions import is_denied

ABSENT = frozenset({"404", "NoSuchBucket"})
EXISTING = frozenset({"301", "403", "AccessDenied", "PermanentRedirect"})
"""S3's errors for a bucket that exists but may not be accessed."""
OTHER_REGION = "another region"
TAKEN_FIX = "bucket names are shared by all accounts: choose another --prefix or spelling"


def delivery_bucket(context: PreflightContext) -> CheckOutcome:
    """The name of the bucket with the records is free or the account's."""
    return _name(context, context.names.bucket)


def artifact_bucket(context: PreflightContext) -> CheckOutcome:
    """The name of the artifact bucket is free or the account's."""
    return _name(context, context.names.artifact_bucket)


def owns_bucket(aws: AwsClients, bucket: str) -> bool:
    """Whether the bucket is in the account's list of buckets.

    Raises:
        ClientError: the credentials may not read the list.
    """
    pages = aws.s3.get_paginator("list_buckets").paginate(Prefix=bucket)
    return any(entry.get("Name") == bucket for page in pages for entry in page.get("Buckets", []))


def _name(context: PreflightContext, bucket: str) -> CheckOutcome:
    aws = context.target.aws
    try:
        ours = owns_bucket(aws, bucket)
    except ClientError as error:
        if not is_denied(error):
            raise
        return _without_list(context, bucket)
    region = _region(aws, bucket)
    if ours:
        return _ours(bucket, region)
    if region is None:
        return valid(f"{bucket} is free")
    return invalid(f"{bucket} belongs to another account, in {region}", TAKEN_FIX)


def _ours(bucket: str, region: str | None) -> CheckOutcome:
    if region != REGION:
        return invalid(
            f"{bucket} is this account's, but in {region}",
            f"empty and delete it there, wait an hour for its name, then deploy in {REGION}",
        )
    return valid(f"{bucket} is already this account's")


def _without_list(context: PreflightContext, bucket: str) -> CheckOutcome:
    """The check without the permission s3:ListAllMyBuckets."""
    try:
        context.target.aws.s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=context.target.account)
    except ClientError as error:
        if error_code(error) in ABSENT:
            return valid(f"{bucket} is free")
        if error_code(error) not in EXISTING:
            raise
        return unknown(
            f"{bucket} exists; its owner is unknown: s3:ListAllMyBuckets is missing",
            f"grant the profile s3:ListAllMyBuckets; if it is another account's: {TAKEN_FIX}",
        )
    return valid(f"{bucket} is already this account's")


def _region(aws: AwsClients, bucket: str) -> str | None:
    """The bucket's region, which S3 reveals to everyone; None if the bucket does not exist."""
    try:
        answer = aws.s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error_code(error) in ABSENT:
            return None
        if error_code(error) not in EXISTING:
            raise
        headers: dict[str, str] = error.response["ResponseMetadata"]["HTTPHeaders"]
        return headers.get("x-amz-bucket-region", OTHER_REGION)
    return answer.get("BucketRegion", REGION)
