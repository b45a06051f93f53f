"""The settings of a whole stream: its source, its destination and its backups.

[Amazon Data Firehose API reference: CreateDeliveryStream]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wavetank.emulator.firehose.buffer import BufferLimits
from wavetank.emulator.firehose.http_settings import HttpSettings, read_http_settings
from wavetank.emulator.firehose.partitioning import check_query
from wavetank.emulator.firehose.processing_settings import ProcessingSettings, SettingsError
from wavetank.emulator.firehose.settings import DestinationSettings, read_settings

S3_CONFIGURATIONS = "extended_s3_destination_configuration", "s3_destination_configuration"
HTTP_CONFIGURATION = "http_endpoint_destination_configuration"
KINESIS_CONFIGURATION = "kinesis_stream_source_configuration"
MISSING_DESTINATIONS: Mapping[str, str] = {
    "amazon_open_search_serverless_destination_configuration": "OpenSearch Serverless",
    "amazonopensearchservice_destination_configuration": "an OpenSearch Service domain",
    "elasticsearch_destination_configuration": "an OpenSearch Service domain",
    "iceberg_destination_configuration": "Apache Iceberg tables and a Glue catalog",
    "redshift_destination_configuration": "a Redshift cluster",
    "snowflake_destination_configuration": "Snowflake",
    "splunk_destination_configuration": "Splunk",
}
"""What the sandbox has none of, by the parameter of CreateDeliveryStream."""
MISSING_SOURCES: Mapping[str, str] = {
    "database_source_configuration": "a database",
    "msk_source_configuration": "a Managed Kafka cluster",
}


@dataclass(frozen=True)
class KinesisSource:
    """The Kinesis data stream that a delivery stream reads, and the role that may read it."""

    stream_arn: str
    role_arn: str


@dataclass(frozen=True, kw_only=True)
class StreamSettings:
    """The source, the destination and the backup of a delivery stream.

    `backup` is the bucket for source records (`backs_up_all`) and, of an HTTP endpoint, for records
    that were not delivered.
    """

    destination: DestinationSettings | HttpSettings
    backup: DestinationSettings | None = None
    backs_up_all: bool = False
    source: KinesisSource | None = None

    @cached_property
    def is_plain(self) -> bool:
        """Whether records are delivered as they come, apart from the delimiter."""
        destination = self.destination
        partitioned = isinstance(destination, DestinationSettings) and destination.is_partitioned
        return not (self.processing.changes_records or partitioned or self.backs_up_all)

    @property
    def processing(self) -> ProcessingSettings:
        """What is done to records before they are delivered."""
        return self.destination.processing

    @property
    def bucket(self) -> str:
        """The bucket that records are delivered to, or that has what was not delivered."""
        return self.s3.bucket

    @property
    def s3(self) -> DestinationSettings:
        """The bucket for records that fail: the destination itself, else the backup."""
        if isinstance(self.destination, DestinationSettings):
            return self.destination
        assert self.backup is not None  # an HTTP endpoint has one
        return self.backup


def limits_of(settings: DestinationSettings | HttpSettings) -> BufferLimits:
    """When batches of a destination are closed, and for how long they are retried."""
    if isinstance(settings, HttpSettings):
        return settings.limits
    return BufferLimits(size_bytes=settings.size_bytes, interval=settings.interval)


def read_stream_settings(request: Mapping[str, Any]) -> StreamSettings:
    """The settings of a CreateDeliveryStream request, by LocalStack's names of its parameters.

    Raises:
        SettingsError, PrefixError: Firehose would refuse it, or the sandbox lacks what it needs.
    """
    _refuse_missing(request)
    source = request.get(KINESIS_CONFIGURATION)
    kinesis = KinesisSource(source["KinesisStreamARN"], source["RoleARN"]) if source else None
    if http := request.get(HTTP_CONFIGURATION):
        return http_stream(http, kinesis)
    for name in S3_CONFIGURATIONS:
        if configuration := request.get(name):
            return s3_stream(configuration, kinesis)
    raise SettingsError(
        "A delivery stream needs a destination: the sandbox delivers to S3 and to HTTP endpoints."
    )


def s3_stream(
    configuration: Mapping[str, Any], source: KinesisSource | None = None
) -> StreamSettings:
    """A stream that delivers to S3; the configuration may be a description, too.

    Raises:
        SettingsError, PrefixError: as above.
    """
    if (configuration.get("DataFormatConversionConfiguration") or {}).get("Enabled"):
        raise SettingsError(
            "DataFormatConversionConfiguration: the sandbox converts no record format, because it "
            "has no Glue catalog. Set Enabled to false, or remove it."
        )
    destination = read_settings(configuration)
    if destination.processing.query:
        check_query(destination.processing.query)
    backs_up = configuration.get("S3BackupMode") == "Enabled"
    backup = configuration.get("S3BackupConfiguration") or configuration.get("S3BackupDescription")
    if backs_up and not backup:
        raise SettingsError("S3BackupConfiguration is required when S3BackupMode is Enabled.")
    return StreamSettings(
        destination=destination,
        backup=read_settings(backup) if backs_up and backup else None,
        backs_up_all=backs_up,
        source=source,
    )


def http_stream(
    configuration: Mapping[str, Any], source: KinesisSource | None = None
) -> StreamSettings:
    """A stream that delivers to an HTTP endpoint; the configuration may be a description, too.

    Raises:
        SettingsError, PrefixError: as above.
    """
    backup = configuration.get("S3Configuration") or configuration.get("S3DestinationDescription")
    if not backup:
        raise SettingsError("S3Configuration is required for an HTTP endpoint destination.")
    destination = read_http_settings({**configuration, "S3Configuration": backup})
    return StreamSettings(
        destination=destination,
        backup=read_settings(backup),
        backs_up_all=configuration.get("S3BackupMode") == "AllData",
        source=source,
    )


def _refuse_missing(request: Mapping[str, Any]) -> None:
    for missing in (MISSING_DESTINATIONS, MISSING_SOURCES):
        for parameter, what in missing.items():
            if request.get(parameter):
                raise SettingsError(
                    f"The sandbox has no {what.removeprefix('a ').removeprefix('an ')}: a delivery "
                    "stream here reads direct puts or a Kinesis data stream, and delivers to S3 or "
                    "to an HTTP endpoint."
                )
