"""A destination's configuration, validated as by Firehose, and the settings derived from it.

[Amazon Data Firehose API reference, ExtendedS3DestinationConfiguration, BufferingHints; developer
guide, create-destination, dynamic-partitioning-s3bucketprefix]
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wavetank.emulator.firehose.encoding import EXTENSIONS
from wavetank.emulator.firehose.object_name import check_prefixes

MEGABYTE = 1024 * 1024
INTERVAL_SECONDS_MAX = 900
SIZE_MB_MAX = 128
DEFAULT_HINTS = {"SizeInMBs": 5, "IntervalInSeconds": 300}
FILE_EXTENSION = re.compile(r"\.[0-9a-z!\-_.*'()]{1,127}")
DELIMITERS = {"\\n": b"\n", "\\r": b"\r", "\\t": b"\t"}


class SettingsError(ValueError):
    """A configuration that Firehose refuses; the message is for the caller of its API."""


@dataclass(frozen=True, kw_only=True)
class DestinationSettings:
    """An S3 destination. `delimiter` is appended to each record; sizes are before compression."""

    bucket: str
    role_arn: str
    prefix: str
    extension: str
    compression: str
    zone: ZoneInfo
    interval: timedelta
    size_bytes: int
    delimiter: bytes


def read_settings(configuration: Mapping[str, Any]) -> DestinationSettings:
    """The settings of an `ExtendedS3DestinationConfiguration` or of a description of one.

    Raises:
        SettingsError, PrefixError: Firehose would refuse it.
    """
    hints = {**DEFAULT_HINTS, **_hints(configuration.get("BufferingHints") or {})}
    prefix = configuration.get("Prefix") or ""
    check_prefixes(prefix, configuration.get("ErrorOutputPrefix") or "")
    compression = configuration.get("CompressionFormat") or "UNCOMPRESSED"
    if compression not in EXTENSIONS:
        raise SettingsError(f"CompressionFormat must be one of {', '.join(EXTENSIONS)}.")
    return DestinationSettings(
        bucket=configuration["BucketARN"].partition(":::")[2],
        role_arn=configuration["RoleARN"],
        prefix=prefix,
        extension=_extension(configuration.get("FileExtension") or "") or EXTENSIONS[compression],
        compression=compression,
        zone=_zone(configuration.get("CustomTimeZone") or "UTC"),
        interval=timedelta(seconds=hints["IntervalInSeconds"]),
        size_bytes=hints["SizeInMBs"] * MEGABYTE,
        delimiter=_delimiter(configuration.get("ProcessingConfiguration") or {}),
    )


def _hints(hints: Mapping[str, int]) -> Mapping[str, int]:
    if len(hints) == 1:
        raise SettingsError(
            "BufferingHints must have both SizeInMBs and IntervalInSeconds, or neither."
        )
    if hints and not 0 <= hints["IntervalInSeconds"] <= INTERVAL_SECONDS_MAX:
        raise SettingsError(f"IntervalInSeconds must be from 0 to {INTERVAL_SECONDS_MAX}.")
    if hints and not 1 <= hints["SizeInMBs"] <= SIZE_MB_MAX:
        raise SettingsError(f"SizeInMBs must be from 1 to {SIZE_MB_MAX}.")
    return hints


def _extension(extension: str) -> str:
    if extension and not FILE_EXTENSION.fullmatch(extension):
        raise SettingsError(f"FileExtension must match {FILE_EXTENSION.pattern}.")
    return extension


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(f"CustomTimeZone {name!r} is no time zone.") from error


def _delimiter(processing: Mapping[str, Any]) -> bytes:
    if not processing.get("Enabled"):
        return b""
    for processor in processing.get("Processors") or []:
        if processor["Type"] == "AppendDelimiterToRecord":
            parameters = {p["ParameterName"]: p["ParameterValue"] for p in processor["Parameters"]}
            given: str = parameters.get("Delimiter", "\\n")
            return DELIMITERS.get(given, given.encode())
    return b""
