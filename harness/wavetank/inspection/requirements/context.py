"""The input and the result of a requirement check."""

from collections.abc import Callable
from dataclasses import dataclass

from wavetank.aws.clients import AwsClients
from wavetank.aws.sandbox_mailbox import MailboxMessage
from wavetank.core.clock import Clock
from wavetank.core.findings import Verdict
from wavetank.core.naming import Names
from wavetank.inspection.access.bucket_access import AccessMatrix


@dataclass(frozen=True)
class CheckedPipeline:
    """A ticker pipeline that is checked against the assignment, and how to read it.

    `messages` are the alerts that were received, None if no mailbox can be read. `access` probes
    access to the bucket, and returns None if policies are not enforced. `tested` are the packages
    that have passed a run, each by Lambda's `CodeSha256`; None if no run is recorded. `on_aws` is
    whether CloudFormation can be asked for drift.
    """

    aws: AwsClients
    names: Names
    clock: Clock
    addresses: tuple[str, ...]
    messages: tuple[MailboxMessage, ...] | None
    access: Callable[[], AccessMatrix | None]
    tested: frozenset[str] | None = None
    on_aws: bool = False


type Check = Callable[[CheckedPipeline], tuple[Verdict, str]]
"""A verdict with its evidence."""


def valid_if(condition: object, evidence: str) -> tuple[Verdict, str]:
    """Valid if the condition is true, else invalid."""
    return (Verdict.VALID if condition else Verdict.INVALID), evidence
