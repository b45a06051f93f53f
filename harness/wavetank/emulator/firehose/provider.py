"""The Firehose service that LocalStack loads under the provider name `wavetank`.

Streams with direct puts that deliver to S3 are ours; all others remain LocalStack's.

`GET /_wavetank/firehose` returns each stream's undelivered records and counts, `POST` to
`/_wavetank/firehose/flush` delivers all of them now.
[Amazon Data Firehose API reference; LocalStack 4.14: services/firehose/provider.py]
"""

import threading
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import asdict
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.firehose import (
    ConcurrentModificationException,
    CreateDeliveryStreamOutput,
    DeleteDeliveryStreamOutput,
    InvalidArgumentException,
    PutRecordBatchOutput,
    PutRecordOutput,
    ResourceNotFoundException,
    ServiceUnavailableException,
    UpdateDestinationOutput,
)
from localstack.http import Request, route
from localstack.services.edge import ROUTER
from localstack.services.firehose.provider import FirehoseProvider
from localstack.services.plugins import Service, aws_provider

from wavetank.core.clock import Clock, WallClock
from wavetank.emulator.firehose.bucket import BucketWriter
from wavetank.emulator.firehose.delivery import Deliverer
from wavetank.emulator.firehose.object_name import PrefixError
from wavetank.emulator.firehose.responses import batch_accepted, in_json, record_accepted
from wavetank.emulator.firehose.settings import (
    DEFAULT_HINTS,
    DestinationSettings,
    SettingsError,
    read_settings,
)
from wavetank.emulator.settings import TimeChoice, read_emulator_settings

RECORD_BYTES_MAX = 1000 * 1024
BATCH_RECORDS_MAX = 500
BATCH_BYTES_MAX = 4 * 1024 * 1024
DESTINATION_ID = f"destinationId-{1:012d}"
"""A stream has one destination, and AWS numbers them so."""
PROCESSORS_INLINE = {"AppendDelimiterToRecord"}


class WavetankFirehose(FirehoseProvider):
    """LocalStack's provider with buffering, AWS's limits and AWS's descriptions."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.refuses: Callable[[str, int], Mapping[int, str]] = lambda *_: {}
        self.deliverer = Deliverer(clock, BucketWriter(clock).put_object)

    def create_delivery_stream(  # type: ignore[override]  # the rest is LocalStack's, by keyword
        self, context: RequestContext, delivery_stream_name: str, **rest: Any
    ) -> CreateDeliveryStreamOutput:
        configuration = _s3_configuration(rest)
        stock: Any = super()
        if configuration is None:
            made: CreateDeliveryStreamOutput = stock.create_delivery_stream(
                context, delivery_stream_name, **rest
            )
            return made
        settings = _checked(lambda: read_settings(configuration))
        rest = {name: value for name, value in rest.items() if not name.endswith("_configuration")}
        answer: CreateDeliveryStreamOutput = stock.create_delivery_stream(
            context, delivery_stream_name, **rest
        )
        stream = self._description(context, delivery_stream_name)
        stream["Destinations"] = [{"DestinationId": DESTINATION_ID}]
        stream["CreateTimestamp"] = self._clock.now()
        _describe(stream["Destinations"][0], configuration)
        self.deliverer.add(delivery_stream_name, settings)
        return answer

    def delete_delivery_stream(  # type: ignore[override]  # as above
        self, context: RequestContext, delivery_stream_name: str, **rest: Any
    ) -> DeleteDeliveryStreamOutput:
        answer = super().delete_delivery_stream(context, delivery_stream_name, **rest)
        self.deliverer.remove(delivery_stream_name)
        return answer

    def put_record(
        self, context: RequestContext, delivery_stream_name: str, record: Any, **_: Any
    ) -> PutRecordOutput:
        if self._is_theirs(context, delivery_stream_name):
            return super().put_record(context, delivery_stream_name, record)
        self._accept(delivery_stream_name, [_data(record)])
        answer: PutRecordOutput = in_json(context, record_accepted())
        return answer

    def put_record_batch(
        self, context: RequestContext, delivery_stream_name: str, records: Any, **_: Any
    ) -> PutRecordBatchOutput:
        if self._is_theirs(context, delivery_stream_name):
            return super().put_record_batch(context, delivery_stream_name, records)
        _require(
            len(records) <= BATCH_RECORDS_MAX, f"at most {BATCH_RECORDS_MAX} records", "records"
        )
        data = [_data(record) for record in records]
        if sum(map(len, data)) > BATCH_BYTES_MAX:
            raise InvalidArgumentException("Records size exceeds 4 MB limit")
        codes = self.refuses(delivery_stream_name, len(data))
        accepted = [entry for number, entry in enumerate(data) if number not in codes]
        self._accept(delivery_stream_name, accepted)
        answer: PutRecordBatchOutput = in_json(context, batch_accepted(len(data), codes))
        return answer

    def update_destination(  # type: ignore[override]  # as above
        self,
        context: RequestContext,
        delivery_stream_name: str,
        current_delivery_stream_version_id: str,
        destination_id: str,
        **rest: Any,
    ) -> UpdateDestinationOutput:
        name, current = delivery_stream_name, current_delivery_stream_version_id
        if self._is_theirs(context, name):
            return super().update_destination(context, name, current, destination_id, **rest)
        stream = self._description(context, name)
        if current != stream["VersionId"]:
            raise ConcurrentModificationException(
                f"Cannot update firehose: {name} since the current version id: "
                f"{stream['VersionId']} and specified version id: {current} do not match"
            )
        destination = stream["Destinations"][0]
        if destination_id != destination["DestinationId"]:
            raise InvalidArgumentException(f"Destination Id {destination_id} not found")
        update = rest.get("extended_s3_destination_update") or rest.get("s3_destination_update")
        merged = {**destination["ExtendedS3DestinationDescription"], **(update or {})}
        settings = _checked(lambda: read_settings(merged))
        _describe(destination, merged)
        version = int(stream["VersionId"]) + 1
        stream["VersionId"], stream["LastUpdateTimestamp"] = str(version), self._clock.now()
        self.deliverer.reconfigure(name, settings, version)
        return UpdateDestinationOutput()

    @route("/_wavetank/firehose", methods=["GET"])
    def on_get(self, _: Request, **__: object) -> dict[str, Any]:
        """Returns each delivery stream's undelivered records and counts."""
        return {name: self._state(name) for name in self.deliverer.names()}

    @route("/_wavetank/firehose/flush", methods=["POST"])
    def on_flush(self, _: Request, **__: object) -> dict[str, Any]:
        """Delivers all undelivered records of the streams now."""
        self.deliverer.flush()
        return {name: self._state(name) for name in self.deliverer.names()}

    def _state(self, name: str) -> dict[str, Any]:
        stream = self.deliverer.find(name)
        assert stream is not None  # the name is one of the deliverer's
        undelivered = self.deliverer.undelivered(name)
        return {
            **asdict(stream.buffer.totals),
            "buffered_records": sum(batch.count for batch in undelivered),
            "buffered_bytes": sum(len(batch.body) for batch in undelivered),
            "attempts": max((batch.attempts for batch in undelivered), default=0),
        }

    def _accept(self, name: str, data: list[bytes]) -> None:
        stream = self.deliverer.find(name)
        assert stream is not None  # the callers have checked that it is ours
        if not stream.buffer.has_room(sum(map(len, data))):
            raise ServiceUnavailableException("Slow down.")
        self.deliverer.accept(name, data)

    def _is_theirs(self, context: RequestContext, name: str) -> bool:
        """Whether LocalStack's own provider has the stream.

        Raises:
            ResourceNotFoundException: no stream has the name.
        """
        self._description(context, name)
        return self.deliverer.find(name) is None

    def _description(self, context: RequestContext, name: str) -> Any:
        found: Any = self.get_store(context.account_id, context.region).delivery_streams.get(name)
        if not found:
            raise ResourceNotFoundException(
                f"Firehose {name} under account {context.account_id} not found."
            )
        return found


@aws_provider(api="firehose", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_firehose() -> Service:
    """The service, its routes, and, in wall time, the thread that delivers."""
    provider = WavetankFirehose(WallClock())
    ROUTER.add(provider)
    if read_emulator_settings().time is TimeChoice.WALL:
        deliver = provider.deliverer.run
        threading.Thread(target=deliver, name="firehose-delivery", daemon=True).start()
    return Service.for_provider(provider)


def _s3_configuration(request: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The S3 destination, in the extended form; None if records go to another destination."""
    found: Any = request.get("extended_s3_destination_configuration") or request.get(
        "s3_destination_configuration"
    )
    if not found or request.get("kinesis_stream_source_configuration"):
        return None
    processing = found.get("ProcessingConfiguration") or {}
    kinds = {processor["Type"] for processor in processing.get("Processors") or []}
    return found if kinds <= PROCESSORS_INLINE else None


def _describe(destination: dict[str, Any], configuration: Mapping[str, Any]) -> None:
    """Add both descriptions that AWS returns of an S3 destination, with defaults."""
    plain: dict[str, Any] = {
        "RoleARN": configuration["RoleARN"],
        "BucketARN": configuration["BucketARN"],
        "Prefix": configuration.get("Prefix") or "",
        "ErrorOutputPrefix": configuration.get("ErrorOutputPrefix") or "",
        "BufferingHints": dict(configuration.get("BufferingHints") or DEFAULT_HINTS),
        "CompressionFormat": configuration.get("CompressionFormat") or "UNCOMPRESSED",
        "EncryptionConfiguration": configuration.get("EncryptionConfiguration")
        or {"NoEncryptionConfig": "NoEncryption"},
        "CloudWatchLoggingOptions": configuration.get("CloudWatchLoggingOptions")
        or {"Enabled": False},
    }
    extended = {
        **plain,
        "S3BackupMode": configuration.get("S3BackupMode") or "Disabled",
        "ProcessingConfiguration": configuration.get("ProcessingConfiguration")
        or {"Enabled": False, "Processors": []},
        "FileExtension": configuration.get("FileExtension") or "",
        "CustomTimeZone": configuration.get("CustomTimeZone") or "UTC",
    }
    destination["S3DestinationDescription"] = deepcopy(plain)
    destination["ExtendedS3DestinationDescription"] = deepcopy(extended)


def _checked(read: Callable[[], DestinationSettings]) -> DestinationSettings:
    try:
        return read()
    except (SettingsError, PrefixError) as error:
        raise InvalidArgumentException(str(error)) from error


def _data(record: Any) -> bytes:
    data = bytes(record["Data"])
    _require(
        len(data) <= RECORD_BYTES_MAX,
        f"length less than or equal to {RECORD_BYTES_MAX}",
        "record.data",
    )
    return data


def _require(condition: object, constraint: str, member: str) -> None:
    if not condition:
        raise CommonServiceException(
            "ValidationException",
            f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
            f"Member must have {constraint}",
            400,
            sender_fault=True,
        )
