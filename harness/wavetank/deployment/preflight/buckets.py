"""Bucket names belong to all of AWS: each is free, ours, or somebody else's.

Whether a bucket answers says nothing about whose it is: those of this very brief answer to
everybody. So the account's own list decides, and only where that may not be asked, the owner that
is named in the request.
"""

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.core.settings import REGION
from wavetank.deployment.preflight.outcome import CheckOutcome, Intention, invalid, unknown, valid
from wavetank.deployment.preflight.permissions import is_denied

ABSENT = frozenset({"404", "NoSuchBucket"})
THERE = frozenset({"301", "403", "AccessDenied", "PermanentRedirect"})
"""What S3 answers of a bucket that is there, to somebody who may not look into it."""
OTHER_REGION = "another region"
TAKEN_FIX = (
    "bucket names are shared by everybody: choose another --prefix, or spell the name differently"
)


def delivery_bucket(intention: Intention) -> CheckOutcome:
    """The one with the records."""
    return _name(intention, intention.names.bucket)


def artifact_bucket(intention: Intention) -> CheckOutcome:
    """The deployer's own."""
    return _name(intention, intention.names.artifact_bucket)


def owns_bucket(aws: AwsClients, bucket: str) -> bool:
    """Whether it is in the list of the account's buckets.

    Raises:
        ClientError: who asks may not see the list.
    """
    pages = aws.s3.get_paginator("list_buckets").paginate(Prefix=bucket)
    return any(entry.get("Name") == bucket for page in pages for entry in page.get("Buckets", []))


def _name(intention: Intention, bucket: str) -> CheckOutcome:
    aws = intention.target.aws
    try:
        ours = owns_bucket(aws, bucket)
    except ClientError as error:
        if not is_denied(error):
            raise
        return _without_list(intention, bucket)
    place = _region(aws, bucket)
    if ours:
        return _ours(bucket, place)
    if place is None:
        return valid(f"{bucket} is free")
    return invalid(f"{bucket} is somebody else's, in {place}", TAKEN_FIX)


def _ours(bucket: str, place: str | None) -> CheckOutcome:
    if place != REGION:
        return invalid(
            f"{bucket} is ours, but in {place}",
            f"empty and delete it there, wait an hour for its name, then deploy in {REGION}",
        )
    return valid(f"{bucket} is ours already")


def _without_list(intention: Intention, bucket: str) -> CheckOutcome:
    """Where s3:ListAllMyBuckets is missing."""
    try:
        intention.target.aws.s3.head_bucket(
            Bucket=bucket, ExpectedBucketOwner=intention.target.account
        )
    except ClientError as error:
        if error_code(error) in ABSENT:
            return valid(f"{bucket} is free")
        if error_code(error) not in THERE:
            raise
        return unknown(
            f"{bucket} exists; whose it is may not be asked: s3:ListAllMyBuckets is missing",
            f"give the profile s3:ListAllMyBuckets; if it is somebody else's: {TAKEN_FIX}",
        )
    return valid(f"{bucket} is ours already")


def _region(aws: AwsClients, bucket: str) -> str | None:
    """Where it is, which S3 tells everybody; None where there is no such bucket."""
    try:
        answer = aws.s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error_code(error) in ABSENT:
            return None
        if error_code(error) not in THERE:
            raise
        headers: dict[str, str] = error.response["ResponseMetadata"]["HTTPHeaders"]
        return headers.get("x-amz-bucket-region", OTHER_REGION)
    return answer.get("BucketRegion", REGION)
