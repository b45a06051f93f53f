"""The Firehose service that LocalStack loads under the provider name `wavetank`.

All streams are ours: direct puts or a Kinesis data stream, to S3 or to an HTTP endpoint. Others are
refused when they are created.

`GET /_wavetank/firehose` returns each stream's undelivered records and counts, `POST` to
`/_wavetank/firehose/flush` delivers all of them now, and publishes the metrics.
[Amazon Data Firehose API reference; LocalStack 4.14: services/firehose/provider.py]
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.firehose import (
    ConcurrentModificationException,
    CreateDeliveryStreamOutput,
    DeleteDeliveryStreamOutput,
    DescribeDeliveryStreamOutput,
    InvalidArgumentException,
    ListDeliveryStreamsOutput,
    PutRecordBatchOutput,
    PutRecordOutput,
    ResourceInUseException,
    ResourceNotFoundException,
    ServiceUnavailableException,
    UpdateDestinationOutput,
)
from localstack.http import Request, route
from localstack.services.edge import ROUTER
from localstack.services.firehose.provider import FirehoseProvider
from localstack.services.plugins import Service, aws_provider
from localstack.utils.threads import start_worker_thread

from wavetank.aws.clients import ClientError
from wavetank.core.clock import Clock, WallClock
from wavetank.emulator.firehose.bucket import BucketWriter
from wavetank.emulator.firehose.context import DeliveryContext, at_once
from wavetank.emulator.firehose.delivery import Deliverer
from wavetank.emulator.firehose.descriptions import (
    describe_stream,
)
from wavetank.emulator.firehose.functions import FunctionInvoker
from wavetank.emulator.firehose.http_client import post
from wavetank.emulator.firehose.kinesis_source import KinesisReaders
from wavetank.emulator.firehose.listing import page_of_names
from wavetank.emulator.firehose.object_name import PrefixError
from wavetank.emulator.firehose.processing_settings import SettingsError
from wavetank.emulator.firehose.put_limits import data_of, data_of_batch
from wavetank.emulator.firehose.reports import CloudWatchReports, ErrorLog
from wavetank.emulator.firehose.responses import batch_accepted, in_json, record_accepted
from wavetank.emulator.firehose.role_sessions import RoleSessions
from wavetank.emulator.firehose.senders import BatchSender
from wavetank.emulator.firehose.stream import Stream
from wavetank.emulator.firehose.stream_id import StreamId
from wavetank.emulator.firehose.stream_settings import (
    StreamSettings,
    read_stream_settings,
)
from wavetank.emulator.firehose.updates import updated
from wavetank.emulator.settings import TimeChoice, read_emulator_settings


class WavetankFirehose(FirehoseProvider):
    """LocalStack's Firehose provider with buffering, processing and AWS's limits."""

    def __init__(self, clock: Clock, *, is_live: bool = False) -> None:
        super().__init__()
        self._clock = clock
        self._configuring = threading.RLock()  # so that a stream is checked and changed at once
        self.refuses: Callable[[str, int], Mapping[int, str]] = lambda *_: {}
        sessions = RoleSessions(clock)
        self.metrics = CloudWatchReports(clock, sessions) if is_live else None
        context = DeliveryContext(
            clock,
            self.metrics or ErrorLog(clock, sessions),
            FunctionInvoker(sessions),
            _in_background if is_live else at_once,
        )
        self.deliverer = Deliverer(
            context,
            BatchSender(context, BucketWriter(clock, sessions).put_object, post),
            KinesisReaders(sessions),
            reads_by_itself=is_live,
        )

    def create_delivery_stream(  # type: ignore[override]  # the rest is LocalStack's, by keyword
        self, context: RequestContext, delivery_stream_name: str, **rest: Any
    ) -> CreateDeliveryStreamOutput:
        stream = _id(context, delivery_stream_name)
        with self._configuring:
            self._create(stream, rest)
        return CreateDeliveryStreamOutput(DeliveryStreamARN=stream.arn)

    def describe_delivery_stream(  # type: ignore[override]  # as above
        self, context: RequestContext, delivery_stream_name: str, **_: Any
    ) -> DescribeDeliveryStreamOutput:
        found = self._description(context, delivery_stream_name)
        return DescribeDeliveryStreamOutput(DeliveryStreamDescription=found)

    def list_delivery_streams(  # type: ignore[override]  # as above
        self, context: RequestContext, **rest: Any
    ) -> ListDeliveryStreamsOutput:
        streams = self.get_store(context.account_id, context.region).delivery_streams
        types = {name: found["DeliveryStreamType"] for name, found in streams.items()}
        names, has_more = page_of_names(
            types,
            limit=rest.get("limit"),
            kind=rest.get("delivery_stream_type"),
            after=rest.get("exclusive_start_delivery_stream_name"),
        )
        return ListDeliveryStreamsOutput(DeliveryStreamNames=names, HasMoreDeliveryStreams=has_more)

    def delete_delivery_stream(  # type: ignore[override]  # as above
        self, context: RequestContext, delivery_stream_name: str, **rest: Any
    ) -> DeleteDeliveryStreamOutput:
        with self._configuring:
            answer = super().delete_delivery_stream(context, delivery_stream_name, **rest)
            self.deliverer.remove(_id(context, delivery_stream_name))
        return answer

    def put_record(
        self, context: RequestContext, delivery_stream_name: str, record: Any, **_: Any
    ) -> PutRecordOutput:
        stream = self._direct_put(context, delivery_stream_name)
        self._accept(stream, [data_of(record)])
        answer: PutRecordOutput = in_json(context, record_accepted())
        return answer

    def put_record_batch(
        self, context: RequestContext, delivery_stream_name: str, records: Any, **_: Any
    ) -> PutRecordBatchOutput:
        stream = self._direct_put(context, delivery_stream_name)
        data = data_of_batch(records)
        codes = self.refuses(stream.id.label, len(data))
        if codes:
            self.deliverer.throttled(stream.id, len(codes))
        accepted = [entry for number, entry in enumerate(data) if number not in codes]
        self._accept(stream, accepted)
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
        with self._configuring:
            self._update(
                context,
                delivery_stream_name,
                current_delivery_stream_version_id,
                destination_id,
                rest,
            )
        return UpdateDestinationOutput()

    def _create(self, stream: StreamId, request: Mapping[str, Any]) -> None:
        store: Any = self.get_store(stream.account, stream.region)
        if stream.name in store.delivery_streams:
            raise ResourceInUseException(
                f"Firehose {stream.name} under accountId {stream.account} already exists"
            )
        settings = _checked(lambda: read_stream_settings(request))
        self._add(stream, settings)
        store.delivery_streams[stream.name] = describe_stream(stream, request, self._clock.now())
        store.TAGS.tag_resource(stream.arn, request.get("tags"))

    def _update(
        self,
        context: RequestContext,
        name: str,
        current: str,
        destination_id: str,
        request: Mapping[str, Any],
    ) -> None:
        described = self._description(context, name)
        if current != described["VersionId"]:
            raise ConcurrentModificationException(
                f"Cannot update firehose: {name} since the current version id: "
                f"{described['VersionId']} and specified version id: {current} do not match"
            )
        destination = described["Destinations"][0]
        if destination_id != destination["DestinationId"]:
            raise InvalidArgumentException(f"Destination Id {destination_id} not found")
        stream = self._stream(context, name)
        settings, description = _checked(lambda: updated(stream.settings, destination, request))
        destination.update(description)
        version = int(described["VersionId"]) + 1
        described["VersionId"] = str(version)
        described["LastUpdateTimestamp"] = self._clock.now()
        self.deliverer.reconfigure(stream.id, settings, version)

    @route("/_wavetank/firehose", methods=["GET"])
    def on_get(self, _: Request, **__: object) -> dict[str, Any]:
        """Returns each delivery stream's undelivered records and counts."""
        return {stream.label: self._state(stream) for stream in self.deliverer.ids()}

    @route("/_wavetank/firehose/flush", methods=["POST"])
    def on_flush(self, _: Request, **__: object) -> dict[str, Any]:
        """Delivers all undelivered records of the streams now, and publishes their metrics."""
        self.deliverer.flush()
        if self.metrics is not None:
            self.metrics.publish()
        return {stream.label: self._state(stream) for stream in self.deliverer.ids()}

    def _state(self, identity: StreamId) -> dict[str, Any]:
        stream = self.deliverer.find(identity)
        if stream is None:
            return {}  # it was deleted meanwhile
        undelivered = self.deliverer.undelivered(identity)
        return {
            **asdict(stream.totals),
            "buffered_records": sum(batch.count for batch in undelivered),
            "buffered_bytes": sum(batch.size_bytes for batch in undelivered),
            "attempts": max((batch.attempts for batch in undelivered), default=0),
        }

    def _add(self, stream: StreamId, settings: StreamSettings) -> None:
        """Start the stream, and the reading of its source."""
        try:
            self.deliverer.add(stream, settings)
        except ClientError as error:
            raise InvalidArgumentException(str(error)) from error

    def _accept(self, stream: Stream, data: list[bytes]) -> None:
        with self.deliverer.context.changed:
            if self.deliverer.find(stream.id) is None:
                raise _not_found(stream.id)  # it was deleted meanwhile
            has_room = stream.has_room(sum(map(len, data)))
            if has_room:
                self.deliverer.accept(stream.id, data)
        if not has_room:
            self.deliverer.throttled(stream.id, len(data))
            raise ServiceUnavailableException("Slow down.")

    def _direct_put(self, context: RequestContext, name: str) -> Stream:
        """The stream, into which records are put directly."""
        stream = self._stream(context, name)
        if stream.settings.source is not None:
            raise InvalidArgumentException(
                "This operation is not permitted on KinesisStreamAsSource delivery stream type."
            )
        return stream

    def _stream(self, context: RequestContext, name: str) -> Stream:
        """The stream of the caller's account and region.

        Raises:
            ResourceNotFoundException: no stream there has the name.
        """
        identity = _id(context, name)
        stream = self.deliverer.find(identity)
        if stream is None:
            raise _not_found(identity)
        return stream

    def _description(self, context: RequestContext, name: str) -> Any:
        found: Any = self.get_store(context.account_id, context.region).delivery_streams.get(name)
        if not found:
            raise _not_found(_id(context, name))
        return found


@aws_provider(api="firehose", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_firehose() -> Service:
    """The service, its routes, and, in wall time, the threads that deliver and publish."""
    is_live = read_emulator_settings().time is TimeChoice.WALL
    provider = WavetankFirehose(WallClock(), is_live=is_live)
    ROUTER.add(provider)
    if is_live:
        _start_threads(provider)
    return Service.for_provider(provider)


def _start_threads(provider: WavetankFirehose) -> None:
    deliverer, metrics = provider.deliverer, provider.metrics
    assert metrics is not None  # it is there in wall time

    def publish() -> None:
        metrics.run(deliverer.oldest_records)

    threading.Thread(target=deliverer.run, name="firehose-delivery", daemon=True).start()
    threading.Thread(target=publish, name="firehose-metrics", daemon=True).start()


def _in_background(work: Callable[[], None]) -> None:
    start_worker_thread(lambda *_: work())


def _id(context: RequestContext, name: str) -> StreamId:
    return StreamId(context.account_id, context.region, name)


def _not_found(stream: StreamId) -> ResourceNotFoundException:
    return ResourceNotFoundException(
        f"Firehose {stream.name} under account {stream.account} not found."
    )


def _checked[T](read: Callable[[], T]) -> T:
    try:
        return read()
    except (SettingsError, PrefixError) as error:
        raise InvalidArgumentException(str(error)) from error
