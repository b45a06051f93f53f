"""The tags that resources have, from where LocalStack keeps them.

[LocalStack 4.14: services/s3/provider.py, lambda_/invocation/models.py, sqs/models.py,
sns/models.py; moto: iam/models.py, dynamodb/models/table.py]
"""

from collections.abc import Mapping
from typing import Any

from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.s3.models import s3_stores
from localstack.services.s3.utils import get_unique_key_id
from localstack.services.sns.models import sns_stores
from localstack.services.sqs.models import sqs_stores
from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import iam_backends

PARTITION = "aws"
REGION_OF_ALL = "us-east-1"

type Tags = Mapping[str, str]


def object_tags(account: str, bucket: str, key: str, version: str | None = None) -> Tags:
    """Those of an object, whichever account has the bucket; none where there is no such object."""
    store = s3_stores[account][REGION_OF_ALL]
    owner = store.global_bucket_map.get(bucket)
    found = s3_stores[owner][REGION_OF_ALL].buckets.get(bucket) if owner else None
    if found is None:
        return {}
    stored = found.objects.get(key, version)
    if stored is None:
        return {}
    region = s3_stores[owner][found.bucket_region]
    name = get_unique_key_id(bucket, key, getattr(stored, "version_id", None))
    return dict(region.tags.get_tags(name))


def resource_tags(arn: str) -> Tags | None:
    """Those of a resource of IAM, Lambda, S3, SNS, SQS or DynamoDB; None where it has no tags here."""
    parts = arn.split(":", 5)
    if len(parts) < len(("arn", "partition", "service", "region", "account", "resource")):
        return None
    _, _, service, region, account, name = parts
    match service:
        case "iam":
            return _of_identity(account, arn)
        case "lambda":
            function = ":".join(arn.split(":")[:7])
            return dict(lambda_stores[account][region].tags.get_tags(function))
        case "sqs":
            queue = sqs_stores[account][region].queues.get(name)
            return dict(queue.tags) if queue else {}
        case "sns":
            return dict(sns_stores[account][region].tags.get_tags(arn))
        case "dynamodb":
            table = dynamodb_backends[account][region].tables.get(name.split("/")[1])
            return _pairs(table.tags) if table else {}
    return None


def _of_identity(account: str, arn: str) -> Tags:
    backend = iam_backends[account][PARTITION]
    kept = (*backend.roles.values(), *backend.users.values(), *backend.managed_policies.values())
    return identity_tags(next((found for found in kept if found.arn == arn), None))


def identity_tags(found: Any) -> Tags:
    """Those of a role, user or policy of moto's, which keeps them in two forms."""
    tags = getattr(found, "tags", None) or {}
    if isinstance(tags, Mapping):
        return {
            key: value["Value"] if isinstance(value, Mapping) else str(value)
            for key, value in tags.items()
        }
    return _pairs(tags)


def _pairs(tags: Any) -> Tags:
    return {tag["Key"]: tag["Value"] for tag in tags or ()}
