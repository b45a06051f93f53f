"""Read-only queries of a running pipeline, and waiting for conditions.

Nothing here changes anything. Functions that wait are named `wait_until...`, have a deadline, and
report the last observation if it passes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil

from wavetank.aws.clients import AwsClients
from wavetank.aws.sandbox_mailbox import CONFIRMATION, MailboxMessage, mailbox
from wavetank.core.clock import Clock
from wavetank.core.errors import ConditionTimeoutError
from wavetank.core.naming import Names
from wavetank.core.settings import REGION


@dataclass(frozen=True)
class DeliveredObject:
    """An object in the delivery bucket."""

    key: str
    size_bytes: int
    modified: datetime


@dataclass(frozen=True)
class Subscription:
    """An e-mail address that is subscribed to the topic."""

    address: str
    confirmed: bool


SLOWEST_PACE_SECONDS = 1.0


def wait_until[T](
    observe: Callable[[], T],
    accept: Callable[[T], object],
    *,
    expected: str,
    hint: str,
    within_seconds: float,
    clock: Clock,
    pace_seconds: float = 0.2,
) -> T:
    """Observe repeatedly until the observation is accepted, and return it.

    It waits `pace_seconds` between two observations, and longer in a long wait: a tenth of the time
    waited so far, at most a second, because each observation costs the sandbox processor time.

    Raises:
        ConditionTimeoutError: it was not, in time; the message contains the last observation.
    """
    begun = clock.monotonic()
    while not accept(seen := observe()):
        waited = clock.monotonic() - begun
        if waited > within_seconds:
            raise ConditionTimeoutError(
                f"{expected} within {within_seconds:.0f} s", f"{seen}", hint
            )
        clock.sleep(max(pace_seconds, min(waited / 10, SLOWEST_PACE_SECONDS)))
    return seen


def delivered_objects(aws: AwsClients, bucket: str, after: str = "") -> list[DeliveredObject]:
    """The bucket's objects in the order of their keys, which is the order of their arrival."""
    pages = aws.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, StartAfter=after)
    return [
        DeliveredObject(entry["Key"], entry["Size"], entry["LastModified"])
        for page in pages
        for entry in page.get("Contents", [])
    ]


def topic_arn(aws: AwsClients, names: Names) -> str:
    """The ARN of the alerts' topic, in the caller's account."""
    account = aws.sts.get_caller_identity()["Account"]
    return f"arn:aws:sns:{REGION}:{account}:{names.topic}"


def subscriptions(aws: AwsClients, topic_arn: str) -> list[Subscription]:
    """The topic's e-mail subscriptions."""
    pages = aws.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    return [
        Subscription(entry["Endpoint"], entry["SubscriptionArn"].startswith("arn:"))
        for page in pages
        for entry in page["Subscriptions"]
        if entry["Protocol"] == "email"
    ]


def pending_confirmations(aws: AwsClients, topic_arn: str, endpoint: str) -> list[MailboxMessage]:
    """For each unconfirmed address of the topic, the last message that asks for confirmation.

    Raises:
        InfrastructureError: the sandbox does not answer.
    """
    pending = {entry.address for entry in subscriptions(aws, topic_arn) if not entry.confirmed}
    if not pending:
        return []
    asking = {
        message.address: message
        for message in mailbox(endpoint, CONFIRMATION)
        if topic_arn in message.text
    }
    return [asking[address] for address in sorted(pending & asking.keys())]


def resident_megabytes(process_id: int) -> int:
    """Resident memory of the process and its descendants; 0 if it has ended."""
    try:
        process = psutil.Process(process_id)
        family = [process, *process.children(recursive=True)]
        return sum(member.memory_info().rss for member in family) // 2**20
    except psutil.NoSuchProcess:
        return 0


def age_seconds(instant: datetime, clock: Clock) -> float:
    """The age of the instant."""
    return (clock.now() - instant.astimezone(UTC)).total_seconds()
