"""Resources that a deleted stack leaves: late log groups, unconfirmed addresses, the data.

A late log line recreates its log group if the function's role permits it; the group is then stored
and charged for indefinitely, and the next deployment finds its name taken.
"""

from dataclasses import dataclass
from decimal import Decimal

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.aws.observers import delivered_objects
from wavetank.core.naming import Names
from wavetank.core.settings import REGION
from wavetank.templates.costs import read_prices

BYTES_PER_GB = 2**30
NOT_FOUND = "ResourceNotFoundException"


@dataclass(frozen=True)
class StoredData:
    """The delivery bucket, which outlives its pipeline: its objects, their size and their cost."""

    bucket: str
    objects: int
    size_bytes: int
    usd_per_month: float


def storage_usd_per_month(size_bytes: int) -> float:
    """S3's price for storing that much for a month."""
    return float(read_prices().prices["s3-storage"].cost(Decimal(size_bytes) / BYTES_PER_GB))


def stored_data(aws: AwsClients, bucket: str) -> StoredData:
    """What is in the bucket, counted by listing it.

    Raises:
        ClientError: the bucket does not exist, or may not be listed.
    """
    found = delivered_objects(aws, bucket)
    size = sum(entry.size_bytes for entry in found)
    return StoredData(bucket, len(found), size, storage_usd_per_month(size))


def pending_addresses(aws: AwsClients, account: str, names: Names) -> list[str]:
    """Addresses that never confirmed; only SNS itself deletes their subscriptions.

    They outlive the topic by up to 48 hours. [Amazon SNS developer guide,
    sns-delete-subscription-topic]
    """
    topic = f"arn:aws:sns:{REGION}:{account}:{names.topic}"
    pages = aws.sns.get_paginator("list_subscriptions").paginate()
    return sorted(
        entry["Endpoint"]
        for page in pages
        for entry in page["Subscriptions"]
        if entry["TopicArn"] == topic and entry["SubscriptionArn"] == "PendingConfirmation"
    )


def delete_log_groups(aws: AwsClients, names: Names) -> list[str]:
    """Deletes log groups of deleted resources and returns their names; groups in use stay."""
    groups = [
        f"/aws/lambda/{function}"
        for function in (names.streaming_function, names.notification_function)
        if not _function_exists(aws, function)
    ]
    streams = {names.delivery_stream, f"{names.stem}-deliverystream"}
    groups += [
        f"/aws/kinesisfirehose/{stream}"
        for stream in sorted(streams)
        if not _stream_exists(aws, stream)
    ]
    return [group for group in groups if _delete_group(aws, group)]


def _delete_group(aws: AwsClients, group: str) -> bool:
    """Deletes the group; returns whether it existed."""
    pages = aws.logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=group)
    if not any(entry["logGroupName"] == group for page in pages for entry in page["logGroups"]):
        return False
    try:
        aws.logs.delete_log_group(logGroupName=group)
    except ClientError as error:
        if error_code(error) != NOT_FOUND:
            raise
    return True


def _function_exists(aws: AwsClients, name: str) -> bool:
    try:
        aws.awslambda.get_function_configuration(FunctionName=name)
    except ClientError as error:
        if error_code(error) == NOT_FOUND:
            return False
        raise
    return True


def _stream_exists(aws: AwsClients, name: str) -> bool:
    try:
        aws.firehose.describe_delivery_stream(DeliveryStreamName=name)
    except ClientError as error:
        if error_code(error) == NOT_FOUND:
            return False
        raise
    return True
