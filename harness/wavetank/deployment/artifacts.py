"""The deployer's own bucket, from which CloudFormation fetches code, and templates that are long.

The one resource that no template describes. It is private and encrypted, and it carries a tag: a
bucket of that name which does not is somebody else's doing, and is left alone.
"""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wavetank.aws.clients import ClientError, error_code
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.lambda_package import Package
from wavetank.core.settings import REGION
from wavetank.deployment.ownership import TAG

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ABSENT = frozenset({"404", "NoSuchBucket", "NoSuchKey"})
FOREIGN = frozenset({"403", "AccessDenied"})
OURS_ALREADY = "BucketAlreadyOwnedByYou"
TAKEN = "BucketAlreadyExists"
BUSY = "OperationAborted"
"""S3's answer while a bucket of the name is still being deleted, or made by somebody else."""


class ArtifactBucket:
    """The bucket of one pipeline; `account` is the only one that may own it, `mark` its tag."""

    def __init__(self, s3: "S3Client", name: str, account: str, mark: str) -> None:
        self._s3 = s3
        self._name = name
        self._account = account
        self._mark = mark

    def prepare(self) -> None:
        """Makes it if there is none, or finishes what an interrupted deployment began.

        Raises:
            UsageError: the name is somebody else's, or the bucket is none of ours.
            InfrastructureError: the name is not free yet.
        """
        if not self._exists():
            self._create()
        elif self._is_marked():
            return
        elif not self._is_empty():
            raise UsageError(
                f"bucket {self._name} to be one of Wavetank's, with its tag {TAG}",
                "a bucket of this account without it, which is not empty",
                "choose another --prefix, or delete the bucket if nothing needs it",
            )
        self._close()
        self._s3.put_bucket_tagging(
            Bucket=self._name,
            Tagging={"TagSet": [{"Key": TAG, "Value": self._mark}]},
            ExpectedBucketOwner=self._account,
        )

    def hold(self, packages: Iterable[Package]) -> None:
        """Has the packages in it; one that is there already has the same bytes, by its key."""
        for package in packages:
            if not self._holds(package.key):
                self.put(package.key, package.content)

    def publish(self, template: str) -> str:
        """Has the template in it, and returns the URL that CloudFormation takes."""
        content = template.encode()
        key = f"templates/{hashlib.sha256(content).hexdigest()}.json"
        self.put(key, content)
        return f"https://{self._name}.s3.{REGION}.amazonaws.com/{key}"

    def put(self, key: str, content: bytes) -> None:
        """Puts an object."""
        self._s3.put_object(
            Bucket=self._name, Key=key, Body=content, ExpectedBucketOwner=self._account
        )

    def _exists(self) -> bool:
        """Whether there is one of ours.

        Raises:
            UsageError: there is one that is not.
        """
        try:
            answer = self._s3.head_bucket(Bucket=self._name, ExpectedBucketOwner=self._account)
        except ClientError as error:
            if error_code(error) in ABSENT:
                return False
            if error_code(error) in FOREIGN:
                raise self._taken("one that these credentials may not see") from error
            raise
        region = answer.get("BucketRegion", REGION)
        if region != REGION:
            raise UsageError(
                f"bucket {self._name} in {REGION}",
                f"one of this account in {region}",
                "choose another --prefix, or delete the bucket there if nothing needs it",
            )
        return True

    def _create(self) -> None:
        try:
            self._s3.create_bucket(
                Bucket=self._name, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        except ClientError as error:
            match error_code(error):
                case code if code == TAKEN:
                    raise self._taken("one of another account") from error
                case code if code == BUSY:
                    raise InfrastructureError(
                        f"to create bucket {self._name}",
                        error.response["Error"]["Message"],
                        "its name is not free yet, if it was deleted just now: wait some minutes, "
                        "then run the same command again",
                    ) from error
                case code if code != OURS_ALREADY:
                    raise

    def _taken(self, found: str) -> UsageError:
        return UsageError(
            f"the name {self._name} for a bucket of account {self._account}",
            found,
            "bucket names are shared by all accounts: choose another --prefix, or spell the name "
            "differently",
        )

    def _close(self) -> None:
        """Nobody outside the account gets in, whatever a policy or an ACL may say one day."""
        self._s3.put_public_access_block(
            Bucket=self._name,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            ExpectedBucketOwner=self._account,
        )
        self._s3.put_bucket_encryption(
            Bucket=self._name,
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
            ExpectedBucketOwner=self._account,
        )

    def _is_marked(self) -> bool:
        try:
            answer = self._s3.get_bucket_tagging(
                Bucket=self._name, ExpectedBucketOwner=self._account
            )
        except ClientError as error:
            if error_code(error) == "NoSuchTagSet":
                return False
            raise
        return any(tag["Key"] == TAG for tag in answer["TagSet"])

    def _is_empty(self) -> bool:
        found = self._s3.list_objects_v2(
            Bucket=self._name, MaxKeys=1, ExpectedBucketOwner=self._account
        )
        return not found["KeyCount"]

    def _holds(self, key: str) -> bool:
        try:
            self._s3.head_object(Bucket=self._name, Key=key, ExpectedBucketOwner=self._account)
        except ClientError as error:
            if error_code(error) in ABSENT:
                return False
            raise
        return True
