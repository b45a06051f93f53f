"""Finds the owner of a resource, and the resource's own policy.

Resources without a policy of their own can be reached from their own account only.
[LocalStack 4.14: services/s3/models.py, lambda_/invocation/models.py, sns/models.py, sqs/models.py;
moto: dynamodb/models/__init__.py]
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from localstack.aws.api.sqs import QueueAttributeName
from localstack.services.lambda_.invocation.lambda_models import ResourcePolicy
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.s3.models import S3Bucket, s3_stores
from localstack.services.sns.models import sns_stores
from localstack.services.sqs.models import sqs_stores
from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from wavetank.iam.policy import PolicyKind

ARN_PARTS = 6
RESOURCES_CACHED = 4096
REGION_OF_ALL = "us-east-1"
LATEST = "$LATEST"
MANAGED_BY_AWS = "aws"
"""The account part in the ARN of a policy that AWS manages."""
FUNCTION_POLICIES: dict[str, tuple[list[dict[str, Any]], str]] = {}
"""For each function, the statements of its policy when it was last read, and their text."""


@dataclass(frozen=True)
class ProtectedResource:
    """The account that owns a resource, and the text of the resource's policy, None without one.

    `restricted`: RestrictPublicBuckets is on.
    """

    owner: str
    policy: str | None = None
    kind: PolicyKind = PolicyKind.RESOURCE
    restricted: bool = False

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Cached: these objects are keys of several caches for each call."""
        return hash((self.owner, self.policy, self.kind.name, self.restricted))


@lru_cache(RESOURCES_CACHED)
def _resource(
    owner: str, policy: str | None = None, *, restricted: bool = False
) -> ProtectedResource:
    """The same object for the same owner and policy, so that cache lookups compare by identity."""
    return ProtectedResource(owner, policy, restricted=restricted)


def find_resource(arn: str, caller_account: str) -> ProtectedResource:
    """What is known of the resource; one without an account in its ARN is the caller's."""
    parts = arn.split(":", 5)
    if len(parts) < ARN_PARTS:
        return _resource(caller_account)
    _, _, service, region, account, name = parts
    if service == "s3":
        return _bucket(name.partition("/")[0], caller_account)
    if account in {"", MANAGED_BY_AWS}:  # AWS's managed policies belong to every account
        return _resource(caller_account)
    find = POLICIES.get(service)
    return _resource(account, find(account, region, name) if find else None)


def find_role(arn: str, caller_account: str) -> ProtectedResource:
    """A role that is to be assumed: its trust policy is then the resource's policy."""
    parts = arn.split(":", 5)
    if len(parts) < ARN_PARTS:
        return ProtectedResource(caller_account)
    account = parts[4]
    return ProtectedResource(account, trust_policy(account, arn), PolicyKind.TRUST)


def find_bucket(name: str, caller_account: str) -> S3Bucket | None:
    """The bucket, whichever account owns it; None if it does not exist."""
    store = s3_stores[caller_account][REGION_OF_ALL]
    owner = store.global_bucket_map.get(name)
    if owner is None:
        return None
    found: S3Bucket | None = s3_stores[owner][REGION_OF_ALL].buckets.get(name)
    return found


def _bucket(name: str, caller_account: str) -> ProtectedResource:
    bucket = find_bucket(name, caller_account)
    if bucket is None:
        return _resource(caller_account)
    block = bucket.public_access_block or {}
    return _resource(
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
    """The policy's text, recomputed only if statements were added or removed."""
    known = FUNCTION_POLICIES.get(function)
    if known is None or known[0] != policy.Statement:
        text = json.dumps({"Version": policy.Version, "Statement": policy.Statement})
        known = FUNCTION_POLICIES[function] = (list(policy.Statement), text)
    return known[1]


def _topic_policy(account: str, region: str, name: str) -> str | None:
    topic = sns_stores[account][region].topics.get(f"arn:aws:sns:{region}:{account}:{name}")
    return topic["attributes"].get("Policy") if topic else None


def _queue_policy(account: str, region: str, name: str) -> str | None:
    queue = sqs_stores[account][region].queues.get(name)
    return (queue.attributes.get(QueueAttributeName.Policy) or None) if queue else None


def _table_policy(account: str, region: str, name: str) -> str | None:
    """The policy of the table or of its stream; an index has its table's."""
    policies = dynamodb_backends[account][region].resource_policies
    if not policies:
        return None
    arn = f"arn:aws:dynamodb:{region}:{account}:{name}"
    found = policies.get(arn) or policies.get(arn.partition("/index/")[0])
    return str(found.policy_doc) if found else None


def _log_policies(account: str, region: str, _: str) -> str | None:
    """The statements of all resource policies of the region: each names its groups itself.

    [CloudWatch Logs API reference, PutResourcePolicy]
    """
    policies = logs_backends[account][region].resource_policies
    return _joined(tuple(each.policy_document for each in policies.values())) if policies else None


@lru_cache(RESOURCES_CACHED)
def _joined(documents: tuple[str, ...]) -> str:
    """One policy with the statements of all; an invalid one itself, which is then reported."""
    statements: list[Any] = []
    for text in documents:
        try:
            found = json.loads(text)["Statement"]
        except (ValueError, TypeError, KeyError):
            return text
        statements += found if isinstance(found, list) else [found]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


POLICIES: Mapping[str, Callable[[str, str, str], str | None]] = {
    "dynamodb": _table_policy,
    "lambda": _function_policy,
    "logs": _log_policies,
    "sns": _topic_policy,
    "sqs": _queue_policy,
}
"""Functions that find a resource's own policy by account, region and name, by service."""


def trust_policy(account: str, arn: str) -> str | None:
    """The trust policy of the role; None if the role does not exist."""
    roles = iam_backends[account]["aws"].roles.values()
    return next((role.assume_role_policy_document for role in roles if role.arn == arn), None)
