"""The services that LocalStack has loaded, where our own code needs more of them than their API."""

from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS

from wavetank.emulator.firehose.delivery import Deliverer
from wavetank.emulator.mailbox.confirmation import Confirmations


def s3_storage() -> Any:
    """Where S3 keeps the bodies of objects."""
    return _provider("s3")._storage_backend  # noqa: SLF001 - LocalStack has no public name for it


def delivery_streams() -> Any:
    """Our Firehose."""
    return _provider("firehose")


def deliverer() -> Deliverer:
    """What our Firehose delivers with."""
    found: Deliverer = _provider("firehose").deliverer
    return found


def confirmations() -> Confirmations:
    """The e-mail subscriptions of our SNS, and their mailbox."""
    found: Confirmations = _provider("sns").confirmations
    return found


def _provider(service: str) -> Any:
    loaded: Any = SERVICE_PLUGINS.get_service(service)
    return loaded._provider  # noqa: SLF001 - as above
