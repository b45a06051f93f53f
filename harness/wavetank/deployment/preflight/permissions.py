"""Which right a refused call would have needed: what AWS says, or what its documentation does."""

import re

from wavetank.aws.clients import ClientError, error_code

DENIED = frozenset(
    {"403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
)
SAID = re.compile(r"not authorized to perform: ([\w:-]+)")
NEEDED = {
    "DescribeLogGroups": "logs:DescribeLogGroups",
    "DescribeStacks": "cloudformation:DescribeStacks",
    "GetAccountSettings": "lambda:GetAccountSettings",
    "GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    "GetServiceQuota": "servicequotas:GetServiceQuota",
    "GetTopicAttributes": "sns:GetTopicAttributes",
    "HeadBucket": "s3:ListBucket",
    "ListBuckets": "s3:ListAllMyBuckets",
}
"""Where the right is not named after the call, or the answer has no body to say it in."""


def is_denied(error: ClientError) -> bool:
    """Whether whoever asked may not."""
    return error_code(error) in DENIED


def missing_right(error: ClientError) -> str:
    """The IAM action that is missing."""
    said = SAID.search(str(error))
    return said[1] if said else NEEDED.get(error.operation_name, f"of {error.operation_name}")
