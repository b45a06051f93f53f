"""Delivery streams and Kinesis streams.

[CloudFormation template reference: AWS::KinesisFirehose::DeliveryStream, AWS::Kinesis::Stream;
Firehose API reference: UpdateDestination]
"""

from collections.abc import Mapping
from typing import Any

from wavetank.emulator.cloudformation.updates.call import (
    ResourceType,
    UpdateCall,
    UpdateFailedError,
    each,
)
from wavetank.emulator.cloudformation.updates.tags import attribute, tag_changes, tagged

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
"""UpdateDestination keeps what it is not given: what left the template is set to these."""


def _deliver(call: UpdateCall) -> None:
    name, firehose = call.model["DeliveryStreamName"], call.clients.firehose
    updates = {api: _update(call, key) for key, api in UPDATES.items() if key in call.changed}
    if len(updates) > 1 or None in updates.values():
        raise UpdateFailedError("Destination type update is not supported.")
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
    return {
        **{name: S3_DEFAULTS[name] for name in before if name not in now and name in S3_DEFAULTS},
        **now,
    }


def _shards(call: UpdateCall) -> None:
    call.clients.kinesis.update_shard_count(
        StreamName=call.model["Name"],
        TargetShardCount=int(call.now("ShardCount", 1)),
        ScalingType="UNIFORM_SCALING",
    )


def _remember(call: UpdateCall) -> None:
    name, kinesis = call.model["Name"], call.clients.kinesis
    hours = int(call.now("RetentionPeriodHours", 24))
    found = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    if hours > found["RetentionPeriodHours"]:
        kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=hours)
    elif hours < found["RetentionPeriodHours"]:
        kinesis.decrease_stream_retention_period(StreamName=name, RetentionPeriodHours=hours)


def _encrypt(call: UpdateCall) -> None:
    before, now = call.before("StreamEncryption"), call.now("StreamEncryption")
    name, kinesis = call.model["Name"], call.clients.kinesis
    if now:
        kinesis.start_stream_encryption(StreamName=name, **now)
    elif before:
        kinesis.stop_stream_encryption(StreamName=name, **before)


def _mode(call: UpdateCall) -> None:
    call.clients.kinesis.update_stream_mode(
        StreamARN=call.model["Arn"],
        StreamModeDetails=call.now("StreamModeDetails", {"StreamMode": "PROVISIONED"}),
    )


def _tag_stream(call: UpdateCall) -> None:
    name, kinesis = call.model["Name"], call.clients.kinesis
    new, gone = tag_changes(call)
    if gone:
        kinesis.remove_tags_from_stream(StreamName=name, TagKeys=list(gone))
    if new:
        kinesis.add_tags_to_stream(StreamName=name, Tags=new)


TYPES = {
    "AWS::Kinesis::Stream": ResourceType(
        in_place={
            "StreamModeDetails": _mode,
            "ShardCount": _shards,
            "RetentionPeriodHours": _remember,
            "StreamEncryption": _encrypt,
            "Tags": _tag_stream,
        },
        at_creation=frozenset({"RetentionPeriodHours", "StreamEncryption", "Tags"}),
    ),
    "AWS::KinesisFirehose::DeliveryStream": ResourceType(
        in_place={
            **each(" ".join(UPDATES), _deliver),
            "Tags": tagged(
                "firehose",
                attribute("DeliveryStreamName"),
                resource="DeliveryStreamName",
                tag=("tag_delivery_stream", "Tags"),
                untag=("untag_delivery_stream", "TagKeys"),
            ),
        }
    ),
}
