"""Whose a resource is, and which policy it has itself.

Resources without a policy of their own, or with one that is not evaluated here (queues), can be
reached from their own account only.
[LocalStack 4.14: services/s3/models.py, lambda_/invocation/models.py, sns/models.py]
"""

import json
from dataclasses import dataclass
from typing import Any

from localstack.services.lambda_.invocation.lambda_models import ResourcePolicy
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.s3.models import S3Bucket, s3_stores
from localstack.services.sns.models import sns_stores
from moto.iam.models import iam_backends

from wavetank.emulator.access.policy import PolicyKind

REGION_OF_ALL = "us-east-1"
LATEST = "$LATEST"
FUNCTION_POLICIES: dict[str, tuple[list[dict[str, Any]], str]] = {}
"""Of each function, the statements that its policy had when it was last asked for, and its text."""


@dataclass(frozen=True)
class Resource:
    """Its owner's account and the text of its policy, None where it has none.

    `restricted`: RestrictPublicBuckets is on.
    """

    owner: str
    policy: str | None = None
    kind: PolicyKind = PolicyKind.RESOURCE
    restricted: bool = False


def find_resource(arn: str, caller_account: str) -> Resource:
    """What is known of it; what has no account in its name is the caller's."""
    parts = arn.split(":", 5)
    if len(parts) < len(("arn", "partition", "service", "region", "account", "resource")):
        return Resource(caller_account)
    _, _, service, region, account, name = parts
    match service:
        case "s3":
            return _bucket(name.partition("/")[0], caller_account)
        case "lambda":
            return Resource(account, _function_policy(account, region, name))
        case "sns":
            return Resource(account, _topic_policy(account, region, arn))
        case "iam" if name.startswith("role/"):
            return Resource(account, _trust_policy(account, arn), PolicyKind.TRUST)
    return Resource(account or caller_account)


def find_bucket(name: str, caller_account: str) -> S3Bucket | None:
    """The bucket, whoever's it is; None where there is none."""
    store = s3_stores[caller_account][REGION_OF_ALL]
    owner = store.global_bucket_map.get(name)
    if owner is None:
        return None
    found: S3Bucket | None = s3_stores[owner][REGION_OF_ALL].buckets.get(name)
    return found


def _bucket(name: str, caller_account: str) -> Resource:
    bucket = find_bucket(name, caller_account)
    if bucket is None:
        return Resource(caller_account)
    block = bucket.public_access_block or {}
    return Resource(
        owner=bucket.bucket_account_id,
        policy=bucket.policy,
        restricted=bool(block.get("RestrictPublicBuckets")),
    )


def _function_policy(account: str, region: str, name: str) -> str | None:
    """`name` is function:NAME or function:NAME:QUALIFIER; each qualifier has a policy."""
    _, function_name, *rest = name.split(":")
    function = lambda_stores[account][region].functions.get(function_name)
    found = function and function.permissions.get(rest[0] if rest else LATEST)
    if not found:
        return None
    return _policy_text(f"{account}/{region}/{name}", found.policy)


def _policy_text(function: str, policy: ResourcePolicy) -> str:
    """Worked out again only where statements came or went, which is all that they do."""
    known = FUNCTION_POLICIES.get(function)
    if known is None or known[0] != policy.Statement:
        text = json.dumps({"Version": policy.Version, "Statement": policy.Statement})
        known = FUNCTION_POLICIES[function] = (list(policy.Statement), text)
    return known[1]


def _topic_policy(account: str, region: str, arn: str) -> str | None:
    topic = sns_stores[account][region].topics.get(arn)
    return topic["attributes"].get("Policy") if topic else None


def _trust_policy(account: str, arn: str) -> str | None:
    roles = iam_backends[account]["aws"].roles.values()
    return next((role.assume_role_policy_document for role in roles if role.arn == arn), None)
