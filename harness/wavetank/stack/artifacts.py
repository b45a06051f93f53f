"""The deployer's own bucket, from which CloudFormation fetches the functions' code."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wavetank.clients import ClientError, error_code
from wavetank.settings import REGION
from wavetank.stack.package import Package

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def upload_packages(s3: "S3Client", bucket: str, packages: Iterable[Package]) -> None:
    """Puts the zips where CloudFormation can fetch them, and makes the bucket if there is none."""
    if not _bucket_exists(s3, bucket):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for package in packages:
        s3.put_object(Bucket=bucket, Key=package.key, Body=package.content)


def _bucket_exists(s3: "S3Client", bucket: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error_code(error) in {"404", "NoSuchBucket"}:
            return False
        raise
    return True
