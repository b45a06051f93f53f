"""The account from which the pipelines of others are assessed."""

from wavetank.aws.clients import AwsClients, anonymous_clients, sandbox_clients, shared_clients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.target import Target
from wavetank.core.errors import UsageError
from wavetank.core.settings import SANDBOX_OTHER_ACCOUNT
from wavetank.inspection.assess.access import Reviewer, own_buckets
from wavetank.inspection.assess.thread_pool import THREADS


def reviewer_for(target: Target) -> Reviewer:
    """The target's account on AWS, or the other account of a sandbox.

    The clients are created once, before threads share them.

    Raises:
        UsageError: the sandbox does not enforce policies, so that nothing would be proved.
    """
    aws = target.aws
    if target.endpoint is not None:
        if SandboxControls(target.endpoint).access_uses() is None:
            action = "start one without --no-access"
            raise UsageError("a sandbox that enforces policies", "one that does not", action)
        aws = sandbox_clients(target.endpoint, SANDBOX_OTHER_ACCOUNT)
    signed, unsigned = (_warm(shared_clients(a, THREADS)) for a in (aws, anonymous_clients(aws)))
    return Reviewer(signed, unsigned, own_buckets(signed))


def _warm(aws: AwsClients) -> AwsClients:
    """Creates the S3 client now: using clients is thread-safe, creating them is not."""
    _ = aws.s3
    return aws
