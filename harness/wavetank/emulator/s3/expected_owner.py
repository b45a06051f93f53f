"""The bucket owner condition: a request that expects another owner fails.

LocalStack checks it in a few of the operations. A value that is no account is refused first; then a
bucket that does not exist is reported as such, and last the owner is compared.
[Amazon S3 user guide, bucket-owner-condition; LocalStack 4.14: services/s3/provider.py]
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from localstack.aws.api.s3 import AccessDenied
from localstack.services.s3.exceptions import InvalidBucketOwnerAWSAccountID
from localstack.services.s3.utils import extract_bucket_key_version_id_from_copy_source

from wavetank.emulator.iam_enforcement.resource_policies import find_bucket

ACCOUNT_ID = re.compile(r"\d{12}")
EXPECTED, EXPECTED_SOURCE = "ExpectedBucketOwner", "ExpectedSourceBucketOwner"


def check_expected_owner(chain: Any, context: Any, response: Any) -> None:  # noqa: ARG001 - LocalStack names them
    """Check the condition of a request to S3; a handler in LocalStack's chain.

    Raises:
        InvalidBucketOwnerAWSAccountID: the expected owner is no account.
        AccessDenied: the bucket has another owner.
    """
    if context.operation is None or context.service.service_name != "s3":
        return
    conditions = list(_conditions(context.service_request or {}))
    for _, expected in conditions:
        if not ACCOUNT_ID.fullmatch(expected):
            raise InvalidBucketOwnerAWSAccountID(
                "The value of the expected bucket owner parameter must be an AWS Account ID... "
                f"[{expected}]"
            )
    for bucket, expected in conditions:
        found = find_bucket(bucket, context.account_id)
        if found is not None and found.bucket_account_id != expected:
            raise AccessDenied("Access Denied")


def _conditions(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The buckets whose owners are expected, with these."""
    if expected := request.get(EXPECTED):
        yield request["Bucket"], expected
    if expected := request.get(EXPECTED_SOURCE):
        source, _, _ = extract_bucket_key_version_id_from_copy_source(request["CopySource"])
        yield source, expected
