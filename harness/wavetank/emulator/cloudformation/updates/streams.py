"""Delivery streams.

[CloudFormation template reference: AWS::KinesisFirehose::DeliveryStream; Firehose API reference:
UpdateDestination]
"""

from collections.abc import Mapping
from typing import Any

from wavetank.emulator.cloudformation.updates.call import (
    UpdatableType,
    UpdateCall,
    UpdateRefusedError,
    each,
)
from wavetank.emulator.cloudformation.updates.tags import attribute, tagged

UPDATES = {
    "AmazonOpenSearchServerlessDestinationConfiguration": (
        "AmazonOpenSearchServerlessDestinationUpdate"
    ),
    "AmazonopensearchserviceDestinationConfiguration": "AmazonopensearchserviceDestinationUpdate",
    "ElasticsearchDestinationConfiguration": "ElasticsearchDestinationUpdate",
    "ExtendedS3DestinationConfiguration": "ExtendedS3DestinationUpdate",
    "HttpEndpointDestinationConfiguration": "HttpEndpointDestinationUpdate",
    "RedshiftDestinationConfiguration": "RedshiftDestinationUpdate",
    "S3DestinationConfiguration": "S3DestinationUpdate",
    "SnowflakeDestinationConfiguration": "SnowflakeDestinationUpdate",
    "SplunkDestinationConfiguration": "SplunkDestinationUpdate",
}
RENAMED = {"S3BackupConfiguration": "S3BackupUpdate", "S3Configuration": "S3Update"}
"""Members that UpdateDestination calls otherwise than CreateDeliveryStream."""
S3_DEFAULTS: Mapping[str, Any] = {
    "BufferingHints": {"IntervalInSeconds": 300, "SizeInMBs": 5},
    "CloudWatchLoggingOptions": {"Enabled": False},
    "CompressionFormat": "UNCOMPRESSED",
    "CustomTimeZone": "UTC",
    "ErrorOutputPrefix": "",
    "FileExtension": "",
    "Prefix": "",
    "ProcessingConfiguration": {"Enabled": False, "Processors": []},
}
"""Defaults for properties that were removed: UpdateDestination keeps what it is not given."""


def _deliver(call: UpdateCall) -> None:
    name, firehose = call.model["DeliveryStreamName"], call.clients.firehose
    updates = {api: _update(call, key) for key, api in UPDATES.items() if key in call.changed}
    if len(updates) > 1 or None in updates.values():
        raise UpdateRefusedError("Destination type update is not supported.")
    found = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
    firehose.update_destination(
        DeliveryStreamName=name,
        CurrentDeliveryStreamVersionId=found["VersionId"],
        DestinationId=found["Destinations"][0]["DestinationId"],
        **updates,
    )


def _update(call: UpdateCall, key: str) -> Any:
    before, now = call.before(key), call.now(key)
    if not before or not now:
        return None
    found = {
        **{name: S3_DEFAULTS[name] for name in before if name not in now and name in S3_DEFAULTS},
        **now,
    }
    return {RENAMED.get(name, name): value for name, value in found.items()}


TYPES = {
    "AWS::KinesisFirehose::DeliveryStream": UpdatableType(
        in_place={
            **each(" ".join(UPDATES), _deliver),
            "Tags": tagged(
                "firehose",
                attribute("DeliveryStreamName"),
                resource="DeliveryStreamName",
                tag=("tag_delivery_stream", "Tags"),
                untag=("untag_delivery_stream", "TagKeys"),
            ),
        },
        generated_name="DeliveryStreamName",
    ),
}
