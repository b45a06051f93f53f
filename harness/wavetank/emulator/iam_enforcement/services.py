"""AWS's services as callers: whose resources' policies are asked when a service delivers.

Of the others LocalStack does not say on whose behalf they call, or AWS has them act by a role.
[Lambda developer guide, access-control-resource-based; SNS developer guide,
subscribe-sqs-queue-to-sns-topic; EventBridge user guide, eb-use-resource-based; Amazon S3 user
guide, grant-destinations-permissions-to-s3]
"""

from collections.abc import Mapping

FUNCTIONS = "lambda"
"""Every service needs a permission to invoke a function."""
ASKED: Mapping[str, frozenset[str]] = {
    "events.amazonaws.com": frozenset({"sns", "sqs"}),
    "s3.amazonaws.com": frozenset({"sns", "sqs"}),
    "sns.amazonaws.com": frozenset({"sqs"}),
}
"""By the service that calls, the services whose resources' policies must allow it."""


def asks(principal: str, service: str) -> bool:
    """Whether the policies of the service's resources are asked when the principal calls it."""
    return service == FUNCTIONS or service in ASKED.get(principal, frozenset())
