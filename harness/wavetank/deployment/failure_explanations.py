"""Plain explanations of common reasons for which a resource fails, each with what to do.

The service's own message is always shown too, so that a reason that is unknown or wrongly explained
here can still be looked up.
"""

import re
from dataclasses import dataclass

from wavetank.deployment.stack_waiter import ResourceEvent

AGAIN = "then run the same command again"


@dataclass(frozen=True)
class Explanation:
    """Explains a reason for which CloudFormation failed: its meaning, and what to do."""

    meaning: str
    action: str


@dataclass(frozen=True)
class _Rule:
    """`kind` is the resource's type, any if empty; `pattern` is searched for in the reason."""

    kind: str
    pattern: re.Pattern[str]
    explanation: Explanation


def _rule(kind: str, pattern: str, meaning: str, action: str) -> _Rule:
    return _Rule(kind, re.compile(pattern, re.IGNORECASE), Explanation(meaning, action))


RULES = (
    _rule(
        "",
        r"rate exceeded|throttl|too ?many ?requests|slow ?down",
        "AWS received too many requests at once",
        f"wait a minute, {AGAIN}",
    ),
    _rule(
        "",
        r"expired ?token|security token .* expired",
        "the credentials expired during the operation",
        f"sign in again, {AGAIN}",
    ),
    _rule(
        "AWS::S3::BucketPolicy",
        r"BlockPublicPolicy|access ?denied|not authorized",
        "Block Public Access of the account or its organisation refuses the policy that grants "
        "access to readers, or s3:PutBucketPolicy is missing",
        "switch BlockPublicPolicy and RestrictPublicBuckets off for the account (S3 console, Block "
        f"Public Access settings for this account), {AGAIN}",
    ),
    _rule(
        "AWS::S3::Bucket",
        r"OwnedByYou|already own",
        "the bucket already exists in this account, outside any stack",
        f"delete it if its objects are not needed, {AGAIN}",
    ),
    _rule(
        "AWS::S3::Bucket",
        r"already ?exists|name is not available",
        "the name is taken: by another account's bucket, since all accounts share the names, or by "
        "one of this account outside any stack",
        f"choose another --prefix or spelling; if it is yours and not needed, delete it, {AGAIN}",
    ),
    _rule(
        "",
        r"already ?exists|table already",
        "a resource of that name already exists, created by hand or by an earlier deployment",
        f"delete the one that the reason names, if nothing needs it, {AGAIN}",
    ),
    _rule(
        "",
        r"(cannot|unable to|not able to|failed to) (be )?assumed?|"
        r"role .*does not have permissions? to call",
        "the new role is not yet known everywhere in AWS, which takes some seconds",
        "run the same command again",
    ),
    _rule(
        "",
        r"limit ?exceeded|quota|UnreservedConcurrentExecution|maximum number|too many",
        "a quota of the account is used up",
        f"delete what is not needed, or request an increase in Service Quotas, {AGAIN}",
    ),
    _rule(
        "",
        r"access ?denied|not authorized|unauthorized",
        "a permission is missing",
        f"grant the credentials the permission that the reason names, {AGAIN}",
    ),
    _rule(
        "",
        r"internal ?(failure|error)|service ?unavailable",
        "an internal error of AWS",
        "run the same command again",
    ),
)
"""The first rule that matches is used."""


def explain(kind: str, reason: str) -> Explanation | None:
    """The explanation of the reason for a resource of that type; None if no rule matches."""
    for rule in RULES:
        if rule.kind in {"", kind} and rule.pattern.search(reason):
            return rule.explanation
    return None


def describe_failure(failure: ResourceEvent) -> str:
    """What failed and the service's reason, with a plain explanation if there is one."""
    reported = f"{failure.resource} {failure.status}: {failure.reason}"
    explanation = explain(failure.kind, failure.reason)
    return f"{reported} (which means: {explanation.meaning})" if explanation else reported
