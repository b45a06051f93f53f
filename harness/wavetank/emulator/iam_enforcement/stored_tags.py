"""The tags of resources, from LocalStack's stores.

[LocalStack 4.14: services/s3/provider.py, lambda_/invocation/models.py, sqs/models.py,
sns/models.py; moto: iam/models.py, dynamodb/models/table.py]
"""

from collections.abc import Callable, Mapping
from typing import Any

from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.s3.models import s3_stores
from localstack.services.s3.utils import get_unique_key_id
from localstack.services.sns.models import sns_stores
from localstack.services.sqs.models import sqs_stores
from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import iam_backends

PARTITION = "aws"
ARN_PARTS = 6
REGION_OF_ALL = "us-east-1"

type Tags = Mapping[str, str]


def object_tags(account: str, bucket: str, key: str, version: str | None = None) -> Tags:
    """The tags of an object, whichever account owns the bucket; none if it does not exist."""
    owner = s3_stores[account][REGION_OF_ALL].global_bucket_map.get(bucket)
    found: Any = s3_stores[owner][REGION_OF_ALL].buckets.get(bucket) if owner else None
    if owner is None or found is None:
        return {}
    objects = found.objects
    stored = objects.get(key, version) if version else objects.get(key)
    if stored is None:
        return {}
    name = get_unique_key_id(bucket, key, getattr(stored, "version_id", None) or "null")
    return dict(s3_stores[owner][found.bucket_region].tags.get_tags(name))


def resource_tags(arn: str) -> Tags | None:
    """The tags of a resource; None if the tags of its service are not supported."""
    parts = arn.split(":", 5)
    if len(parts) < ARN_PARTS or parts[2] not in READ:
        return None
    return READ[parts[2]](arn, parts[4], parts[3])


def _of_identity(arn: str, account: str, _: str) -> Tags:
    backend = iam_backends[account][PARTITION]
    kept: tuple[Any, ...] = (
        *backend.roles.values(),
        *backend.users.values(),
        *backend.managed_policies.values(),
    )
    return identity_tags(next((found for found in kept if found.arn == arn), None))


def _of_function(arn: str, account: str, region: str) -> Tags:
    unqualified = ":".join(arn.split(":")[:7])
    return dict(lambda_stores[account][region].tags.get_tags(unqualified))


def _of_queue(arn: str, account: str, region: str) -> Tags:
    return dict(sqs_stores[account][region].tags.get_tags(arn))


def _of_topic(arn: str, account: str, region: str) -> Tags:
    return dict(sns_stores[account][region].tags.get_tags(arn))


def _of_table(arn: str, account: str, region: str) -> Tags:
    table = dynamodb_backends[account][region].tables.get(arn.split("/")[1])
    return _pairs(table.tags) if table else {}


READ: Mapping[str, Callable[[str, str, str], Tags]] = {
    "dynamodb": _of_table,
    "iam": _of_identity,
    "lambda": _of_function,
    "sns": _of_topic,
    "sqs": _of_queue,
}
"""Functions that read the tags of an ARN's resource, in an account and region, by service."""


def identity_tags(found: Any) -> Tags:
    """The tags of a role, user or policy of moto's, which stores them in two formats."""
    tags = getattr(found, "tags", None) or {}
    if isinstance(tags, Mapping):
        return {
            key: value["Value"] if isinstance(value, Mapping) else str(value)
            for key, value in tags.items()
        }
    return _pairs(tags)


def _pairs(tags: Any) -> Tags:
    return {tag["Key"]: tag["Value"] for tag in tags or ()}
