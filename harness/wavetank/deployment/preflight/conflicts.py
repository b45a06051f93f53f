"""Resources of our names that no stack of ours has: CloudFormation would find the name taken.

Late log lines make a log group again after its stack is gone; a deletion that failed leaves what
it could not delete; a bucket outlives its stack on purpose.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.core.naming import Names
from wavetank.core.settings import REGION
from wavetank.deployment.preflight.buckets import owns_bucket
from wavetank.deployment.preflight.outcome import CheckOutcome, Intention, invalid, unknown, valid
from wavetank.deployment.preflight.permissions import is_denied, missing_right

ABSENT = frozenset(
    {"NoSuchEntity", "NotFound", "NotFoundException", "ResourceNotFoundException", "404"}
)
GONE = frozenset({"DELETE_COMPLETE", "DELETE_SKIPPED"})
"""What a stack that failed still lists, and has no more: the second is kept, by nobody."""


@dataclass(frozen=True)
class ConflictProbe:
    """Where a resource of one name would be, how to look, and how to be rid of it."""

    name: str
    look: Callable[[], object]
    fix: str


def leftovers(intention: Intention) -> CheckOutcome:
    """Nothing of our names is there but what our stacks have."""
    owned = set(_owned(intention))
    found: list[ConflictProbe] = []
    unseen: list[str] = []
    for place in _places(intention.target.aws, intention.names, intention.target.account):
        if place.name in owned:
            continue
        try:
            if _is_there(place):
                found.append(place)
        except ClientError as error:
            if not is_denied(error):
                raise
            unseen.append(missing_right(error))
    return _outcome(found, unseen)


def _outcome(found: list[ConflictProbe], unseen: list[str]) -> CheckOutcome:
    if found:
        names = ", ".join(place.name for place in found)
        fixes = "; ".join(dict.fromkeys(place.fix for place in found))
        return invalid(f"left from before: {names}", fixes)
    if unseen:
        rights = ", ".join(dict.fromkeys(unseen))
        return unknown(f"may not be asked: {rights} is missing", f"give the profile {rights}")
    return valid("none is left from before")


def _is_there(place: ConflictProbe) -> bool:
    try:
        return bool(place.look())
    except ClientError as error:
        if error_code(error) in ABSENT:
            return False
        raise


def _owned(intention: Intention) -> Iterator[str]:
    """Physical ids of our stacks' resources."""
    client = intention.target.aws.cloudformation
    for stack in (intention.names.storage_stack, intention.names.pipeline_stack):
        try:
            pages = list(client.get_paginator("list_stack_resources").paginate(StackName=stack))
        except ClientError as error:
            if error_code(error) != "ValidationError":  # there is no such stack
                raise
            continue
        for page in pages:
            for entry in page["StackResourceSummaries"]:
                if entry["ResourceStatus"] not in GONE:
                    yield entry.get("PhysicalResourceId", "")


def _places(aws: AwsClients, names: Names, account: str) -> Iterator[ConflictProbe]:
    yield ConflictProbe(
        names.bucket,
        lambda: owns_bucket(aws, names.bucket),
        "an earlier pipeline's data are in the bucket: take it into a storage stack by an import, "
        f"or copy what you need and delete it: aws s3 rb s3://{names.bucket} --force",
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
        f"take its targets away, then aws events delete-rule --name {names.rule}",
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
        f"take its policies away, then aws iam delete-role --role-name {name}",
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
