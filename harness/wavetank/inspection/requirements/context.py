"""What is checked, and what a check is."""

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
    """One pipeline, and how to look at it.

    `messages` are the alerts that arrived, None where no mailbox can be looked into; `access` tries
    who can do what with the bucket, and gives None where policies are not enforced. `tested` are
    the packages that a passing run has seen, each by Lambda's `CodeSha256`; None where no run was
    recorded. `on_aws` is whether CloudFormation can be asked for drift.
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
    """Valid where the condition holds, else invalid."""
    return (Verdict.VALID if condition else Verdict.INVALID), evidence
