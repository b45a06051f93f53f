"""An S3 destination's configuration, validated as by Firehose, and the settings derived from it.

[Amazon Data Firehose API reference, ExtendedS3DestinationConfiguration, BufferingHints; developer
guide, create-destination, dynamic-partitioning-s3bucketprefix]
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wavetank.emulator.firehose.encoding import EXTENSIONS
from wavetank.emulator.firehose.object_name import (
    KeySource,
    check_prefixes,
    partition_keys,
)
from wavetank.emulator.firehose.processing_settings import (
    MEGABYTE,
    ProcessingSettings,
    SettingsError,
    read_processing,
)

INTERVAL_SECONDS_MAX = 900
SIZE_MB_MAX = 128
PARTITIONED_SIZE_MB_MIN = 64
DEFAULT_HINTS = {"SizeInMBs": 5, "IntervalInSeconds": 300}
FILE_EXTENSION = re.compile(r"\.[0-9a-z!\-_.*'()]{1,127}")


@dataclass(frozen=True)
class LogTarget:
    """The CloudWatch log group and log stream for delivery errors."""

    group: str
    stream: str


@dataclass(frozen=True, kw_only=True)
class DestinationSettings:
    """The configuration of an S3 destination or backup bucket; sizes are before compression.

    `partition_keys` are the keys in the prefix, of a stream with dynamic partitioning.
    """

    bucket: str
    role_arn: str
    prefix: str
    error_prefix: str
    extension: str
    compression: str
    zone: ZoneInfo
    interval: timedelta
    size_bytes: int
    processing: ProcessingSettings = field(default_factory=ProcessingSettings)
    partition_keys: tuple[tuple[KeySource, str], ...] = ()
    logs: LogTarget | None = None

    @property
    def delimiter(self) -> bytes:
        """What is appended to each record."""
        return self.processing.delimiter

    @property
    def is_partitioned(self) -> bool:
        """Whether records are partitioned by keys in them."""
        return bool(self.partition_keys)


def read_settings(configuration: Mapping[str, Any]) -> DestinationSettings:
    """The settings of an `ExtendedS3DestinationConfiguration` or of a description of one.

    Raises:
        SettingsError, PrefixError: Firehose would refuse it.
    """
    is_partitioned = bool(
        (configuration.get("DynamicPartitioningConfiguration") or {}).get("Enabled")
    )
    prefix, error_prefix = _prefixes(configuration, is_partitioned=is_partitioned)
    compression = configuration.get("CompressionFormat") or "UNCOMPRESSED"
    if compression not in EXTENSIONS:
        raise SettingsError(f"CompressionFormat must be one of {', '.join(EXTENSIONS)}.")
    role_arn = configuration["RoleARN"]
    processing = read_processing(configuration.get("ProcessingConfiguration") or {}, role_arn)
    hints = read_hints(configuration.get("BufferingHints") or {}, is_partitioned=is_partitioned)
    return DestinationSettings(
        bucket=configuration["BucketARN"].partition(":::")[2],
        role_arn=role_arn,
        prefix=prefix,
        error_prefix=error_prefix,
        extension=_extension(configuration.get("FileExtension") or "") or EXTENSIONS[compression],
        compression=compression,
        zone=_zone(configuration.get("CustomTimeZone") or "UTC"),
        interval=timedelta(seconds=hints["IntervalInSeconds"]),
        size_bytes=hints["SizeInMBs"] * MEGABYTE,
        processing=processing,
        partition_keys=_partitioning(prefix, processing) if is_partitioned else (),
        logs=read_logs(configuration.get("CloudWatchLoggingOptions") or {}),
    )


def read_hints(hints: Mapping[str, int], *, is_partitioned: bool = False) -> Mapping[str, int]:
    """The BufferingHints, with defaults.

    Raises:
        SettingsError: Firehose would refuse them.
    """
    if len(hints) == 1:
        raise SettingsError(
            "BufferingHints must have both SizeInMBs and IntervalInSeconds, or neither."
        )
    if hints and not 0 <= hints["IntervalInSeconds"] <= INTERVAL_SECONDS_MAX:
        raise SettingsError(f"IntervalInSeconds must be from 0 to {INTERVAL_SECONDS_MAX}.")
    if hints and not 1 <= hints["SizeInMBs"] <= SIZE_MB_MAX:
        raise SettingsError(f"SizeInMBs must be from 1 to {SIZE_MB_MAX}.")
    return _partitioned_hints(hints) if is_partitioned else {**DEFAULT_HINTS, **hints}


def read_logs(options: Mapping[str, Any]) -> LogTarget | None:
    """Where delivery errors are logged; None if they are not.

    Raises:
        SettingsError: a name is missing.
    """
    if not options.get("Enabled"):
        return None
    if not options.get("LogGroupName") or not options.get("LogStreamName"):
        raise SettingsError(
            "LogGroupName and LogStreamName are required when CloudWatch logging is enabled."
        )
    return LogTarget(options["LogGroupName"], options["LogStreamName"])


def _partitioned_hints(hints: Mapping[str, int]) -> Mapping[str, int]:
    found = {**DEFAULT_HINTS, "SizeInMBs": SIZE_MB_MAX, **hints}
    if found["SizeInMBs"] < PARTITIONED_SIZE_MB_MIN:
        raise SettingsError(
            "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled."
        )
    if not found["IntervalInSeconds"]:
        raise SettingsError("Zero buffering is not supported with Dynamic Partitioning.")
    return found


def _prefixes(configuration: Mapping[str, Any], *, is_partitioned: bool) -> tuple[str, str]:
    prefix = configuration.get("Prefix") or ""
    error_prefix = configuration.get("ErrorOutputPrefix") or ""
    check_prefixes(prefix, error_prefix, is_partitioned=is_partitioned)
    if is_partitioned and not error_prefix:
        raise SettingsError("ErrorOutputPrefix is required when Dynamic Partitioning is enabled.")
    return prefix, error_prefix or prefix


def _partitioning(prefix: str, processing: ProcessingSettings) -> tuple[tuple[KeySource, str], ...]:
    keys = partition_keys(prefix)
    sources = {source for source, _ in keys}
    if not keys:
        raise SettingsError(
            "Prefix must have a partition key when Dynamic Partitioning is enabled."
        )
    if KeySource.QUERY in sources and not processing.query:
        raise SettingsError(
            "MetadataExtraction processor should be present when Prefix has "
            "partitionKeyFromQuery namespace."
        )
    if KeySource.LAMBDA in sources and processing.function is None:
        raise SettingsError(
            "Lambda processor should be present when Prefix has partitionKeyFromLambda namespace."
        )
    return tuple(keys)


def _extension(extension: str) -> str:
    if extension and not FILE_EXTENSION.fullmatch(extension):
        raise SettingsError(f"FileExtension must match {FILE_EXTENSION.pattern}.")
    return extension


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(f"CustomTimeZone {name!r} is no time zone.") from error
