"""Everything that a deployment has made, as text that two deployments can be compared by."""

import json
import re
from collections.abc import Iterator
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.aws.observers import subscriptions, topic_arn
from wavetank.core.clock import WallClock
from wavetank.core.naming import Names
from wavetank.deployment.cloudformation import Stacks
from wavetank.ticker.observers import read_prices

ACCOUNT = re.compile(r"\b\d{12}\b")
UNIQUE = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=[-\"])([0-9a-f]{8}|[0-9a-f]{32})(?=\")"
)
"""LocalStack's ids, and the ends of names that it makes up."""
FUNCTION = ("CodeSha256", "Handler", "Runtime", "Timeout", "MemorySize", "Role", "Environment")
RULE = ("ScheduleExpression", "State", "Description")
RECORDS = "deployments/"


def observed(aws: AwsClients, names: Names) -> str:
    """What is there, without what is particular to these names, to the account, or to chance."""
    parts: dict[str, Any] = dict(_stacks(aws, names))
    parts |= dict(_functions(aws, names))
    parts |= dict(_bucket(aws, names.artifact_bucket))
    rule = aws.events.describe_rule(Name=names.rule)
    parts["rule"] = [rule.get(key) for key in RULE]
    parts["targets"] = aws.events.list_targets_by_rule(Rule=names.rule)["Targets"]
    parts["prices"] = [(p.ticker, str(p.price), p.tick) for p in read_prices(aws, names.table)]
    parts["addresses"] = [s.address for s in subscriptions(aws, topic_arn(aws, names))]
    return _plain(json.dumps(parts, indent=1, sort_keys=True, default=str), names)


def _stacks(aws: AwsClients, names: Names) -> Iterator[tuple[str, Any]]:
    stacks = Stacks(aws.cloudformation, WallClock(), 0.1)
    for kind, name in (("storage", names.storage_stack), ("pipeline", names.pipeline_stack)):
        stack = stacks.wait_until_settled(name)
        resources = aws.cloudformation.list_stack_resources(StackName=name)
        yield (
            kind,
            {
                "status": stack.status,
                "parameters": stack.parameters,
                "tags": stack.tags,
                "protected": stack.protected,
                "template": aws.cloudformation.get_template(StackName=name)["TemplateBody"],
                "resources": sorted(
                    (
                        entry["LogicalResourceId"],
                        entry["PhysicalResourceId"],
                        entry["ResourceStatus"],
                    )
                    for entry in resources["StackResourceSummaries"]
                ),
            },
        )


def _functions(aws: AwsClients, names: Names) -> Iterator[tuple[str, Any]]:
    for name in (names.streaming_function, names.notification_function):
        found: Any = aws.awslambda.get_function_configuration(FunctionName=name)
        yield name, {key: found.get(key) for key in FUNCTION}


def _bucket(aws: AwsClients, bucket: str) -> Iterator[tuple[str, Any]]:
    s3 = aws.s3
    yield "bucket tags", s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    yield (
        "bucket access",
        s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
    )
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    yield "bucket encryption", encryption
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    yield "objects", [key for key in keys if not key.startswith(RECORDS)]


def _plain(text: str, names: Names) -> str:
    whole = names.bucket.removesuffix("-deliverystream-s3")
    for found, plain in (
        (whole, "whole"),
        (names.stem, "STEM"),
        (names.stem.lower(), "stem"),
        (names.full_name, "Somebody"),
    ):
        text = text.replace(found, plain)
    # ids first: the last part of one in three hundred has digits alone, as an account has
    return ACCOUNT.sub("account", UNIQUE.sub("unique", text))
