"""The IAM action that a refused call needs, from AWS's message or its documentation."""

import re

from wavetank.aws.clients import ClientError, error_code

DENIED = frozenset(
    {"403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
)
MESSAGE = re.compile(r"not authorized to perform: ([\w:-]+)")
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
"""Actions that are not named after the call, or whose error has no message to read it from."""


def is_denied(error: ClientError) -> bool:
    """Whether the credentials lack a permission."""
    return error_code(error) in DENIED


def missing_permission(error: ClientError) -> str:
    """The IAM action that is missing."""
    named = MESSAGE.search(str(error))
    return named[1] if named else NEEDED.get(error.operation_name, f"of {error.operation_name}")
