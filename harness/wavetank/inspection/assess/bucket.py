"""Whether a bucket exists and in which region, which S3 reveals to everyone."""

from dataclasses import dataclass

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.core.findings import Finding, Verdict
from wavetank.core.settings import REGION

REQUIREMENT = f"the bucket exists in {REGION}"
KEY = "found"
MISSING = frozenset({"404", "NoSuchBucket"})
REFUSED = frozenset({"403", "AccessDenied"})
MOVED = frozenset({"301", "PermanentRedirect"})
SHOWN_CHARACTERS = 120


@dataclass(frozen=True)
class FoundBucket:
    """Whether a bucket exists, and its region, empty if S3 does not reveal it."""

    exists: bool
    region: str = ""

    def finding(self) -> Finding:
        if not self.exists:
            return Finding(REQUIREMENT, Verdict.INVALID, "no bucket of this name exists", KEY)
        if self.region not in {"", REGION}:
            return Finding(REQUIREMENT, Verdict.INVALID, f"it is in {self.region}", KEY)
        return Finding(REQUIREMENT, Verdict.VALID, self.region or "in an unknown region", KEY)


def find_bucket(aws: AwsClients, bucket: str) -> FoundBucket:
    """What can be known of the bucket without any permission.

    Raises:
        ClientError: S3 answers with neither yes, no, nor another region.
    """
    try:
        answer = aws.s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error_code(error) in MISSING:
            return FoundBucket(exists=False)
        if error_code(error) not in REFUSED | MOVED:
            raise
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        return FoundBucket(exists=True, region=headers.get("x-amz-bucket-region", ""))
    return FoundBucket(exists=True, region=answer.get("BucketRegion", ""))


def describe_error(error: ClientError) -> str:
    """S3's error code and message, escaped: its text may contain what a bucket's owner chose."""
    message = str(error.response.get("Error", {}).get("Message", ""))
    return f"{error_code(error)} {message[:SHOWN_CHARACTERS]!r}"
