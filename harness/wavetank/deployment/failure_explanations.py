"""Why a resource failed, in plain words, and what to do: for the reasons that people meet.

The service's own words are always shown beside these: a reason that is not known here, or that is
known wrongly, can still be looked up.
"""

import re
from dataclasses import dataclass

from wavetank.deployment.stack_waiter import ResourceEvent

AGAIN = "then run the same command again"


@dataclass(frozen=True)
class Explanation:
    """What it means, and what to do about it."""

    meaning: str
    action: str


@dataclass(frozen=True)
class _Rule:
    """`kind` is the resource's type, any if empty; `pattern` is looked for in the reason."""

    kind: str
    pattern: re.Pattern[str]
    explanation: Explanation


def _rule(kind: str, pattern: str, meaning: str, action: str) -> _Rule:
    return _Rule(kind, re.compile(pattern, re.IGNORECASE), Explanation(meaning, action))


RULES = (
    _rule(
        "",
        r"rate exceeded|throttl|too ?many ?requests|slow ?down",
        "AWS had too many requests at once",
        f"wait a minute, {AGAIN}",
    ),
    _rule(
        "",
        r"expired ?token|security token .* expired",
        "the credentials ran out in the middle",
        f"sign in again, {AGAIN}",
    ),
    _rule(
        "AWS::S3::BucketPolicy",
        r"BlockPublicPolicy|access ?denied|not authorized",
        "Block Public Access of the account or its organisation refuses the policy that lets "
        "readers in, or s3:PutBucketPolicy is missing",
        "switch BlockPublicPolicy and RestrictPublicBuckets off for the account (S3 console, Block "
        f"Public Access settings for this account), {AGAIN}",
    ),
    _rule(
        "AWS::S3::Bucket",
        r"OwnedByYou|already own",
        "the bucket is there already, in this account, and in no stack",
        f"delete it if nothing in it is needed, {AGAIN}",
    ),
    _rule(
        "AWS::S3::Bucket",
        r"already ?exists|name is not available",
        "the name is taken: by somebody else's bucket, as all accounts share the names, or by one "
        "of this account that is in no stack",
        f"choose another --prefix or spelling; if it is yours and not needed, delete it, {AGAIN}",
    ),
    _rule(
        "",
        r"already ?exists|table already",
        "one of that name is there already, made by hand or left by an earlier deployment",
        f"delete the one that the reason names, if nothing needs it, {AGAIN}",
    ),
    _rule(
        "",
        r"(cannot|unable to|not able to|failed to) (be )?assumed?|"
        r"role .*does not have permissions? to call",
        "the new role is not known everywhere in AWS yet, which takes some seconds",
        "run the same command again",
    ),
    _rule(
        "",
        r"limit ?exceeded|quota|UnreservedConcurrentExecution|maximum number|too many",
        "a quota of the account is used up",
        f"delete what is not needed, or ask for more in Service Quotas, {AGAIN}",
    ),
    _rule(
        "",
        r"access ?denied|not authorized|unauthorized",
        "a right is missing",
        f"give the credentials the right that the reason names, {AGAIN}",
    ),
    _rule(
        "",
        r"internal ?(failure|error)|service ?unavailable",
        "AWS itself had trouble",
        "run the same command again",
    ),
)
"""The first that fits counts."""


def explain(kind: str, reason: str) -> Explanation | None:
    """What the reason of a resource of that type means; None where it speaks for itself."""
    for rule in RULES:
        if rule.kind in {"", kind} and rule.pattern.search(reason):
            return rule.explanation
    return None


def in_words(failure: ResourceEvent) -> str:
    """What failed and why: in plain words, where there are any, and in the service's."""
    said = f"{failure.resource} {failure.status}: {failure.reason}"
    explanation = explain(failure.kind, failure.reason)
    return f"{said} (which means: {explanation.meaning})" if explanation else said
