"""The services that LocalStack has loaded: their clients, and access beyond their API.

All functions use the sandbox's own account and region.
"""

from datetime import datetime
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.plugins import SERVICE_PLUGINS

from wavetank.emulator.firehose.delivery import Deliverer
from wavetank.emulator.sns.confirmation import Confirmations
from wavetank.emulator.sns.fifo_topics import FifoTopics
from wavetank.emulator.target_delivery.deliveries import TargetDeliveries

ACCOUNT = "000000000000"
REGION = "eu-west-1"


def clients() -> Any:
    """LocalStack's own clients by service; their calls are not checked against policies."""
    return connect_to(aws_access_key_id=ACCOUNT, region_name=REGION)


def s3_storage() -> Any:
    """The storage of S3 objects' bodies."""
    return _provider("s3")._storage_backend  # noqa: SLF001 - LocalStack has no public name for it


def delivery_streams() -> Any:
    """Our Firehose provider."""
    return _provider("firehose")


def deliverer() -> Deliverer:
    """The deliverer of `WavetankFirehose`."""
    found: Deliverer = _provider("firehose").deliverer
    return found


def confirmations() -> Confirmations:
    """The e-mail subscriptions of `WavetankSns`, and their mailbox."""
    found: Confirmations = _provider("sns").confirmations
    return found


def scheduler() -> Any:
    """Our provider of EventBridge Scheduler."""
    return _provider("scheduler")


def rules() -> Any:
    """Our EventBridge provider."""
    return _provider("events")


def waiting_deliveries() -> list[TargetDeliveries]:
    """The retries of every service that delivers events."""
    names = ("events", "logs", "s3", "scheduler", "sns")
    return [_provider(name).deliveries for name in names]


def fifo_topics() -> FifoTopics:
    """What FIFO topics have seen."""
    found: FifoTopics = _provider("sns").fifo_topics
    return found


def next_fire(rule_arn: str) -> datetime | None:
    """When the schedule's rule is due next; None without a schedule or a next instant."""
    found: datetime | None = rules().next_fire(rule_arn)
    return found


def _provider(service: str) -> Any:
    loaded: Any = SERVICE_PLUGINS.get_service(service)
    return loaded._provider  # noqa: SLF001 - as above
