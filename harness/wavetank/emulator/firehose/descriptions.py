"""The description of a stream for DescribeDeliveryStream, with defaults for omitted settings.

[Amazon Data Firehose API reference: DeliveryStreamDescription, ExtendedS3DestinationDescription,
HttpEndpointDestinationDescription, UpdateDestination]
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from wavetank.emulator.firehose.http_settings import RETRY_SECONDS
from wavetank.emulator.firehose.processing_settings import described_processing
from wavetank.emulator.firehose.settings import DEFAULT_HINTS, SIZE_MB_MAX
from wavetank.emulator.firehose.stream_id import StreamId
from wavetank.emulator.firehose.stream_settings import (
    HTTP_CONFIGURATION,
    KINESIS_CONFIGURATION,
    S3_CONFIGURATIONS,
)

DESTINATION_ID = f"destinationId-{1:012d}"
"""A stream has one destination, and AWS numbers them so."""
SECRET = "AccessKey"  # noqa: S105 - the name of a member


def describe_stream(stream: StreamId, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The description of a new stream."""
    source = request.get(KINESIS_CONFIGURATION)
    kind = "KinesisStreamAsSource" if source else "DirectPut"
    description: dict[str, Any] = {
        "DeliveryStreamName": stream.name,
        "DeliveryStreamARN": stream.arn,
        "DeliveryStreamStatus": "ACTIVE",
        "DeliveryStreamType": request.get("delivery_stream_type") or kind,
        "VersionId": "1",
        "CreateTimestamp": now,
        "HasMoreDestinations": False,
        "Destinations": [{"DestinationId": DESTINATION_ID, **_destination(request)}],
    }
    if source:
        described = {**source, "DeliveryStartTimestamp": now}
        description["Source"] = {"KinesisStreamSourceDescription": described}
    return description


def describe_s3(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Both descriptions of an S3 destination."""
    plain, backup = describe_bucket(configuration), _backup(configuration)
    extended = {
        **plain,
        "S3BackupMode": configuration.get("S3BackupMode") or "Disabled",
        "ProcessingConfiguration": _processing(configuration, configuration["RoleARN"]),
        "FileExtension": configuration.get("FileExtension") or "",
        "CustomTimeZone": configuration.get("CustomTimeZone") or "UTC",
        **_given(configuration, "DataFormatConversionConfiguration"),
        **_given(configuration, "DynamicPartitioningConfiguration"),
        **({"S3BackupDescription": describe_bucket(backup)} if backup else {}),
    }
    return {
        "S3DestinationDescription": deepcopy(plain),
        "ExtendedS3DestinationDescription": deepcopy(extended),
    }


def describe_http(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The description of an HTTP endpoint, without its access key."""
    endpoint = {k: v for k, v in configuration["EndpointConfiguration"].items() if k != SECRET}
    bucket = configuration.get("S3Configuration") or configuration["S3DestinationDescription"]
    role = configuration.get("RoleARN") or bucket["RoleARN"]
    return {
        "HttpEndpointDestinationDescription": deepcopy(
            {
                "EndpointConfiguration": endpoint,
                "BufferingHints": configuration.get("BufferingHints") or DEFAULT_HINTS,
                "CloudWatchLoggingOptions": configuration.get("CloudWatchLoggingOptions")
                or {"Enabled": False},
                "RequestConfiguration": {
                    "ContentEncoding": "NONE",
                    **(configuration.get("RequestConfiguration") or {}),
                },
                "ProcessingConfiguration": _processing(configuration, role),
                "RoleARN": role,
                "RetryOptions": configuration.get("RetryOptions")
                or {"DurationInSeconds": RETRY_SECONDS},
                "S3BackupMode": configuration.get("S3BackupMode") or "FailedDataOnly",
                "S3DestinationDescription": describe_bucket(bucket),
            }
        )
    }


def describe_bucket(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The members that the descriptions of all buckets have."""
    return {
        "RoleARN": configuration["RoleARN"],
        "BucketARN": configuration["BucketARN"],
        "Prefix": configuration.get("Prefix") or "",
        "ErrorOutputPrefix": configuration.get("ErrorOutputPrefix") or "",
        "BufferingHints": dict(configuration.get("BufferingHints") or _hints(configuration)),
        "CompressionFormat": configuration.get("CompressionFormat") or "UNCOMPRESSED",
        "EncryptionConfiguration": configuration.get("EncryptionConfiguration")
        or {"NoEncryptionConfig": "NoEncryption"},
        "CloudWatchLoggingOptions": configuration.get("CloudWatchLoggingOptions")
        or {"Enabled": False},
    }


def merged_s3(described: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of an S3 destination after an update: what is not given is kept."""
    backup = update.get("S3BackupUpdate")
    merged = {**described, **{k: v for k, v in update.items() if k != "S3BackupUpdate"}}
    if backup:
        merged["S3BackupDescription"] = {**described.get("S3BackupDescription", {}), **backup}
    return merged


def merged_http(
    described: Mapping[str, Any], update: Mapping[str, Any], access_key: str
) -> dict[str, Any]:
    """The configuration of an HTTP endpoint after an update; the access key is kept, too."""
    merged = {**described, **{k: v for k, v in update.items() if k != "S3Update"}}
    if "EndpointConfiguration" not in update and access_key:
        merged["EndpointConfiguration"] = {
            **described["EndpointConfiguration"],
            SECRET: access_key,
        }
    before = described["S3DestinationDescription"]
    merged["S3DestinationDescription"] = {**before, **(update.get("S3Update") or {})}
    return merged


def _destination(request: Mapping[str, Any]) -> dict[str, Any]:
    if http := request.get(HTTP_CONFIGURATION):
        return describe_http(http)
    return describe_s3(next(found for name in S3_CONFIGURATIONS if (found := request.get(name))))


def _processing(configuration: Mapping[str, Any], role: str) -> dict[str, Any]:
    return described_processing(configuration.get("ProcessingConfiguration") or {}, role)


def _backup(configuration: Mapping[str, Any]) -> Any:
    given = configuration.get("S3BackupConfiguration")
    return given or configuration.get("S3BackupDescription")


def _hints(configuration: Mapping[str, Any]) -> Mapping[str, int]:
    partitioning = configuration.get("DynamicPartitioningConfiguration") or {}
    if partitioning.get("Enabled"):
        return {**DEFAULT_HINTS, "SizeInMBs": SIZE_MB_MAX}
    return DEFAULT_HINTS


def _given(configuration: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {name: configuration[name]} if configuration.get(name) else {}
