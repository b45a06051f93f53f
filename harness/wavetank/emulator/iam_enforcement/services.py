"""AWS's services as callers: which resources' policies are checked when a service delivers.

For the others, LocalStack does not say on whose behalf they call, or AWS has them assume a role.
[Lambda developer guide, access-control-resource-based; SNS developer guide,
subscribe-sqs-queue-to-sns-topic; EventBridge user guide, eb-use-resource-based; Amazon S3 user
guide, grant-destinations-permissions-to-s3]
"""

from collections.abc import Mapping

FUNCTIONS = "lambda"
"""Every service needs a permission to invoke a function."""
CHECKED_SERVICES: Mapping[str, frozenset[str]] = {
    "events.amazonaws.com": frozenset({"logs", "sns", "sqs"}),
    "s3.amazonaws.com": frozenset({"sns", "sqs"}),
    "sns.amazonaws.com": frozenset({"sqs"}),
}
"""By the calling service, the services whose resources' policies must allow the call."""


def is_checked(principal: str, service: str) -> bool:
    """Whether the policies of the service's resources are checked when the principal calls it."""
    return service == FUNCTIONS or service in CHECKED_SERVICES.get(principal, frozenset())
