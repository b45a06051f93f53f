"""The artifact bucket, from which CloudFormation fetches function code and long templates.

No template describes this bucket. It is private, encrypted and tagged; a bucket of that name
without the tag is not Wavetank's and is not changed.
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
"""S3's error while a bucket of the name is still being deleted, or is created by someone else."""


class ArtifactBucket:
    """The S3 bucket of one pipeline for function code and long templates.

    `account` must own it; `mark` is the value of the tag by which it is recognized.
    """

    def __init__(self, s3: "S3Client", name: str, account: str, mark: str) -> None:
        self._s3 = s3
        self._name = name
        self._account = account
        self._mark = mark

    def prepare(self) -> None:
        """Creates the bucket, or completes one that an interrupted deployment left half configured.

        Raises:
            UsageError: another account has the name, or the bucket is not Wavetank's.
            InfrastructureError: the name is not available yet.
        """
        if not self._exists():
            self._create()
        elif self._is_marked():
            return
        elif not self._is_empty():
            raise UsageError(
                f"bucket {self._name} with Wavetank's tag {TAG}",
                "a bucket of this account without the tag, which is not empty",
                "choose another --prefix, or delete the bucket if nothing needs it",
            )
        self._close()
        # The tag comes last: without it, an interrupted call is completed by the next one.
        self._s3.put_bucket_tagging(
            Bucket=self._name,
            Tagging={"TagSet": [{"Key": TAG, "Value": self._mark}]},
            ExpectedBucketOwner=self._account,
        )

    def upload_missing(self, packages: Iterable[Package]) -> None:
        """Uploads the packages whose keys are missing; a key is a hash of the content."""
        for package in packages:
            if not self._contains(package.key):
                self.put(package.key, package.content)

    def publish(self, template: str) -> str:
        """Uploads the template; returns the URL that CloudFormation takes."""
        content = template.encode()
        key = f"templates/{hashlib.sha256(content).hexdigest()}.json"
        self.put(key, content)
        return f"https://{self._name}.s3.{REGION}.amazonaws.com/{key}"

    def put(self, key: str, content: bytes) -> None:
        """Puts an object; S3 refuses it if another account owns the bucket."""
        self._s3.put_object(
            Bucket=self._name, Key=key, Body=content, ExpectedBucketOwner=self._account
        )

    def _exists(self) -> bool:
        """Whether the bucket exists and belongs to the account.

        Raises:
            UsageError: it belongs to another account or is in another region.
        """
        try:
            answer = self._s3.head_bucket(Bucket=self._name, ExpectedBucketOwner=self._account)
        except ClientError as error:
            if error_code(error) in ABSENT:
                return False
            if error_code(error) in FOREIGN:
                raise self._taken("one that these credentials cannot read") from error
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
                        f"bucket {self._name} to be created",
                        error.response["Error"]["Message"],
                        "a deleted bucket's name is not available at once: wait some minutes, then "
                        "run the same command again",
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
        """Blocks public access, whatever a later policy or ACL allows, and encrypts the bucket."""
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

    def _contains(self, key: str) -> bool:
        try:
            self._s3.head_object(Bucket=self._name, Key=key, ExpectedBucketOwner=self._account)
        except ClientError as error:
            if error_code(error) in ABSENT:
                return False
            raise
        return True
