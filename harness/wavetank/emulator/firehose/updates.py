"""Applies UpdateDestination to a stream's settings and to its description.

[Amazon Data Firehose API reference: UpdateDestination, ExtendedS3DestinationUpdate,
HttpEndpointDestinationUpdate]
"""

from collections.abc import Mapping
from typing import Any

from wavetank.emulator.firehose.descriptions import (
    describe_http,
    describe_s3,
    merged_http,
    merged_s3,
)
from wavetank.emulator.firehose.http_settings import HttpSettings
from wavetank.emulator.firehose.processing_settings import SettingsError
from wavetank.emulator.firehose.settings import DestinationSettings
from wavetank.emulator.firehose.stream_settings import StreamSettings, http_stream, s3_stream

HTTP_DESCRIPTION = "HttpEndpointDestinationDescription"
S3_DESCRIPTION = "ExtendedS3DestinationDescription"


def updated(
    before: StreamSettings, described: Mapping[str, Any], request: Mapping[str, Any]
) -> tuple[StreamSettings, dict[str, Any]]:
    """The settings and the description after an update of the `described` destination.

    Raises:
        SettingsError, PrefixError: Firehose would refuse it.
    """
    if isinstance(before.destination, HttpSettings):
        update = _of_same_type(request.get("http_endpoint_destination_update"))
        key = before.destination.access_key
        http = merged_http(described[HTTP_DESCRIPTION], update, key)
        return http_stream(http, before.source), describe_http(http)
    given = request.get("extended_s3_destination_update") or request.get("s3_destination_update")
    merged = merged_s3(described[S3_DESCRIPTION], _of_same_type(given))
    settings = s3_stream(merged, before.source)
    _check_kept(before, settings)
    return settings, describe_s3(merged)


def _of_same_type(update: Any) -> Mapping[str, Any]:
    if not update:
        raise SettingsError("Destination type update is not supported.")
    found: Mapping[str, Any] = update
    return found


def _check_kept(before: StreamSettings, after: StreamSettings) -> None:
    """Refuse to change what is decided when a stream is created."""
    if _is_partitioned(before) != _is_partitioned(after):
        raise SettingsError(
            "Dynamic Partitioning cannot be enabled or disabled for an existing delivery stream."
        )
    if before.backs_up_all and not after.backs_up_all:
        raise SettingsError("S3 backup cannot be disabled once it is enabled.")


def _is_partitioned(settings: StreamSettings) -> bool:
    destination = settings.destination
    return isinstance(destination, DestinationSettings) and destination.is_partitioned
