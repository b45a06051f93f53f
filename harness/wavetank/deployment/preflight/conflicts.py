"""Check for resources with the pipeline's names outside its stacks: the names would be taken.

Late log lines recreate a log group after its stack was deleted; a failed deletion leaves what it
could not delete; a bucket outlives its stack on purpose.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.core.naming import Names
from wavetank.core.settings import REGION
from wavetank.deployment.preflight.buckets import owns_bucket
from wavetank.deployment.preflight.outcome import (
    CheckOutcome,
    PreflightContext,
    invalid,
    unknown,
    valid,
)
from wavetank.deployment.preflight.permissions import is_denied, missing_permission

ABSENT = frozenset(
    {"NoSuchEntity", "NotFound", "NotFoundException", "ResourceNotFoundException", "404"}
)
GONE = frozenset({"DELETE_COMPLETE", "DELETE_SKIPPED"})
"""Statuses in which a stack no longer has the resource, though it still lists it."""


@dataclass(frozen=True)
class ConflictProbe:
    """A resource name to check before a deployment: how to look for it, how to free it."""

    name: str
    look: Callable[[], object]
    fix: str


def conflicts(context: PreflightContext) -> CheckOutcome:
    """No resource of the pipeline's names exists outside its stacks."""
    owned = set(_owned(context))
    found: list[ConflictProbe] = []
    denied: list[str] = []
    for probe in _probes(context.target.aws, context.names, context.target.account):
        if probe.name in owned:
            continue
        try:
            if _exists(probe):
                found.append(probe)
        except ClientError as error:
            if not is_denied(error):
                raise
            denied.append(missing_permission(error))
    return _outcome(found, denied)


def _outcome(found: list[ConflictProbe], denied: list[str]) -> CheckOutcome:
    if found:
        names = ", ".join(probe.name for probe in found)
        fixes = "; ".join(dict.fromkeys(probe.fix for probe in found))
        return invalid(f"exist already: {names}", fixes)
    if denied:
        permissions = ", ".join(dict.fromkeys(denied))
        return unknown(f"not permitted: {permissions} is missing", f"grant {permissions}")
    return valid("none exists already")


def _exists(probe: ConflictProbe) -> bool:
    try:
        return bool(probe.look())
    except ClientError as error:
        if error_code(error) in ABSENT:
            return False
        raise


def _owned(context: PreflightContext) -> Iterator[str]:
    """Physical ids of the resources of the pipeline's stacks."""
    client = context.target.aws.cloudformation
    for stack in (context.names.storage_stack, context.names.pipeline_stack):
        try:
            pages = list(client.get_paginator("list_stack_resources").paginate(StackName=stack))
        except ClientError as error:
            if error_code(error) != "ValidationError":  # the stack does not exist
                raise
            continue
        for page in pages:
            for entry in page["StackResourceSummaries"]:
                if entry["ResourceStatus"] not in GONE:
                    yield entry.get("PhysicalResourceId", "")


def _probes(aws: AwsClients, names: Names, account: str) -> Iterator[ConflictProbe]:
    yield ConflictProbe(
        names.bucket,
        lambda: owns_bucket(aws, names.bucket),
        "the bucket has an earlier pipeline's data: import it into a storage stack, or copy what "
        f"you need and delete it: aws s3 rb s3://{names.bucket} --force",
    )
    yield ConflictProbe(
        names.table,
        lambda: aws.dynamodb.describe_table(TableName=names.table),
        f"aws dynamodb delete-table --table-name {names.table}",
    )
    yield ConflictProbe(
        names.delivery_stream,
        lambda: aws.firehose.describe_delivery_stream(DeliveryStreamName=names.delivery_stream),
        f"aws firehose delete-delivery-stream --delivery-stream-name {names.delivery_stream}",
    )
    yield ConflictProbe(
        names.rule,
        lambda: aws.events.describe_rule(Name=names.rule),
        f"remove its targets, then aws events delete-rule --name {names.rule}",
    )
    topic = f"arn:aws:sns:{REGION}:{account}:{names.topic}"
    yield ConflictProbe(
        topic,
        lambda: aws.sns.get_topic_attributes(TopicArn=topic),
        f"aws sns delete-topic --topic-arn {topic}",
    )
    functions = (names.streaming_function, names.notification_function)
    yield from (_function(aws, name) for name in functions)
    yield from (_role(aws, name) for name in names.roles)
    groups = [f"/aws/lambda/{name}" for name in functions]
    groups.append(f"/aws/kinesisfirehose/{names.delivery_stream}")
    yield from (_log_group(aws, name) for name in groups)


def _function(aws: AwsClients, name: str) -> ConflictProbe:
    return ConflictProbe(
        name,
        lambda: aws.awslambda.get_function_configuration(FunctionName=name),
        f"aws lambda delete-function --function-name {name}",
    )


def _role(aws: AwsClients, name: str) -> ConflictProbe:
    return ConflictProbe(
        name,
        lambda: aws.iam.get_role(RoleName=name),
        f"remove its policies, then aws iam delete-role --role-name {name}",
    )


def _log_group(aws: AwsClients, name: str) -> ConflictProbe:
    return ConflictProbe(
        name,
        lambda: _has_log_group(aws, name),
        f"aws logs delete-log-group --log-group-name {name}",
    )


def _has_log_group(aws: AwsClients, name: str) -> bool:
    pages = aws.logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    return any(group.get("logGroupName") == name for page in pages for group in page["logGroups"])
