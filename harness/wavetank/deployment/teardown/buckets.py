"""Empty and delete a bucket: every version, every delete marker, every unfinished upload."""

from collections.abc import Callable, Iterator
from itertools import batched
from typing import TYPE_CHECKING

from wavetank.aws.clients import ClientError, error_code
from wavetank.core.errors import InfrastructureError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

BATCH_MAX = 1000
"""Keys of one DeleteObjects. [Amazon S3 API reference, DeleteObjects]"""
ATTEMPTS = 3
"""A delivery in progress can arrive between emptying and deleting."""
MISSING = frozenset({"404", "NoSuchBucket"})
NOT_OURS = frozenset({"403", "AccessDenied"})


def bucket_exists(s3: "S3Client", bucket: str, account: str) -> bool:
    """Whether the account has the bucket.

    Raises:
        InfrastructureError: another account has it, or the credentials may not access it.
    """
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except ClientError as error:
        if error_code(error) in MISSING:
            return False
        if error_code(error) in NOT_OURS:
            raise InfrastructureError(
                f"bucket {bucket} in account {account}",
                "another account's, or one that these credentials may not access",
                "nothing in it was changed; use credentials with s3:ListBucket on it",
            ) from error
        raise
    return True


def bucket_tags(s3: "S3Client", bucket: str) -> dict[str, str]:
    """The bucket's tags; empty if it has none."""
    try:
        tags = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    except ClientError as error:
        if error_code(error) == "NoSuchTagSet":
            return {}
        raise
    return {tag["Key"]: tag["Value"] for tag in tags}


def delete_bucket(
    s3: "S3Client", bucket: str, on_progress: Callable[[int], None] = lambda _: None
) -> int:
    """Empties and deletes the bucket; returns how many objects it deleted.

    `on_progress` is called with the number of objects deleted so far.

    Raises:
        InfrastructureError: S3 does not delete an object, or the bucket is filled again and again.
    """
    deleted = 0
    for _ in range(ATTEMPTS):
        for count in _emptying(s3, bucket):
            deleted += count
            on_progress(deleted)
        try:
            s3.delete_bucket(Bucket=bucket)
        except ClientError as error:
            if error_code(error) in MISSING:
                return deleted
            if error_code(error) != "BucketNotEmpty":
                raise
        else:
            return deleted
    raise InfrastructureError(
        f"bucket {bucket} to stay empty",
        f"new objects, {ATTEMPTS} times",
        "stop whatever writes to it, then run the same command again",
    )


def _emptying(s3: "S3Client", bucket: str) -> Iterator[int]:
    """Deletes batch by batch; yields the size of each batch once it is deleted."""
    try:
        _abort_uploads(s3, bucket)
        for batch in batched(_versions(s3, bucket), BATCH_MAX, strict=False):
            _delete(s3, bucket, list(batch))
            yield len(batch)
    except ClientError as error:
        if error_code(error) not in MISSING:
            raise


def _versions(s3: "S3Client", bucket: str) -> Iterator["ObjectIdentifierTypeDef"]:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for entry in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            yield {"Key": entry["Key"], "VersionId": entry["VersionId"]}


def _delete(s3: "S3Client", bucket: str, batch: list["ObjectIdentifierTypeDef"]) -> None:
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
    if errors := answer.get("Errors", []):
        first = errors[0]
        raise InfrastructureError(
            f"every object of {bucket} to be deleted",
            f"{len(errors)} not deleted, such as {first.get('Key')}: {first.get('Message')}",
            "fix what S3 reports, then run the same command again",
        )


def _abort_uploads(s3: "S3Client", bucket: str) -> None:
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
