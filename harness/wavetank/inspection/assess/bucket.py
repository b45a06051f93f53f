"""Whether the bucket is there, and in which region: S3 tells that to everybody."""

from dataclasses import dataclass

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.core.findings import Finding, Verdict
from wavetank.core.settings import REGION

REQUIREMENT = f"the bucket is there, in {REGION}"
KEY = "found"
MISSING = frozenset({"404", "NoSuchBucket"})
REFUSED = frozenset({"403", "AccessDenied"})
MOVED = frozenset({"301", "PermanentRedirect"})
SHOWN_CHARACTERS = 120


@dataclass(frozen=True)
class FoundBucket:
    """What HeadBucket tells; the region is empty where S3 does not say."""

    exists: bool
    region: str = ""

    def finding(self) -> Finding:
        if not self.exists:
            return Finding(REQUIREMENT, Verdict.INVALID, "there is no bucket of this name", KEY)
        if self.region not in {"", REGION}:
            return Finding(REQUIREMENT, Verdict.INVALID, f"it is in {self.region}", KEY)
        return Finding(REQUIREMENT, Verdict.VALID, self.region or "in a region not told", KEY)


def find_bucket(aws: AwsClients, bucket: str) -> FoundBucket:
    """What can be known of it without any right.

    Raises:
        ClientError: S3 answers with something else than yes, no, or elsewhere.
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


def told(error: ClientError) -> str:
    """What S3 said, safe to show: its text may be as its owner likes."""
    message = str(error.response.get("Error", {}).get("Message", ""))
    return f"{error_code(error)} {message[:SHOWN_CHARACTERS]!r}"
