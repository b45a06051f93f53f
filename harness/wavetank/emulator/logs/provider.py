"""LocalStack's CloudWatch Logs with filter patterns, subscriptions and metric filters.

The groups, streams and filters are in moto's store, by account and region.
[LocalStack 4.14: services/logs/provider.py; moto: logs/models.py; CloudWatch Logs API reference]
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.logs import (
    InvalidParameterException,
    ResourceAlreadyExistsException,
    ResourceNotFoundException,
)
from localstack.aws.connect import connect_to
from localstack.services.logs.provider import LogsProvider
from localstack.services.moto import MotoFallbackDispatcher, call_moto
from localstack.services.plugins import Service, aws_provider
from moto.logs.models import LogEvent, LogsBackend, LogStream, logs_backends

from wavetank.core.clock import Clock, WallClock
from wavetank.core.resource_name import service_of
from wavetank.emulator.logs.filter_patterns import FilterPatternError, parse_filter_pattern
from wavetank.emulator.logs.filter_resources import create_subscriptions_with_roles
from wavetank.emulator.logs.ingestion import EventBatchError, InputEvent, accept_events
from wavetank.emulator.logs.metric_filters import check_selectors, published_metrics
from wavetank.emulator.logs.stored_events import EVENT_IDS
from wavetank.emulator.logs.subscriptions import (
    LogSubscription,
    StoredEvents,
    send_to_subscription,
)
from wavetank.emulator.patches import patch_of
from wavetank.emulator.settings import TimeChoice, read_emulator_settings
from wavetank.emulator.target_delivery.deliveries import TargetDeliveries

LOG = logging.getLogger(__name__)
NO_GROUP = "The specified log group does not exist."
NO_STREAM = "The specified log stream does not exist."
NOT_IN_NAMES = frozenset(":*")
RETENTION_DAYS = frozenset(
    {
        *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192),
        *(2557, 2922, 3288, 3653),
    }
)
WITH_ROLE = frozenset({"firehose", "kinesis"})


class WavetankLogs(LogsProvider):
    """LocalStack's CloudWatch Logs provider with AWS's filter patterns and subscriptions."""

    def __init__(self, clock: Clock, *, has_thread: bool) -> None:
        super().__init__()
        self._clock = clock
        self.deliveries = TargetDeliveries(clock, has_thread=has_thread)

    def on_before_stop(self) -> None:
        """Report what subscriptions do not receive because LocalStack stops."""
        self.deliveries.report_lost("CloudWatch Logs")

    def create_log_stream(
        self, context: RequestContext, log_group_name: str, log_stream_name: str, **_: Any
    ) -> None:
        """Create a stream; LocalStack's method fails in a group with a subscription.

        Raises:
            InvalidParameterException: the name has a colon or an asterisk.
            ResourceAlreadyExistsException: the group has a stream of that name.
            ResourceNotFoundException: the group does not exist.
        """
        group = _group(_backend(context), log_group_name)
        if NOT_IN_NAMES.intersection(log_stream_name):
            raise InvalidParameterException(f"Invalid logStreamName {log_stream_name}")
        if log_stream_name in group.streams:
            raise ResourceAlreadyExistsException("The specified log stream already exists")
        group.streams[log_stream_name] = LogStream(group, log_stream_name)

    def put_log_events(
        self,
        context: RequestContext,
        log_group_name: str,
        log_stream_name: str,
        log_events: Any,
        *_: Any,
        **__: Any,
    ) -> Any:
        """Store the events, publish metrics, and send them to subscriptions.

        An error of a filter is logged: the events are stored whatever their filters do.

        Raises:
            InvalidParameterException: the events are not a valid batch.
            ResourceNotFoundException: the group or the stream does not exist.
        """
        backend = _backend(context)
        group = _group(backend, log_group_name)
        stream = group.streams.get(log_stream_name)
        if stream is None:
            raise ResourceNotFoundException(NO_STREAM)
        retention = int(group.retention_in_days) if group.retention_in_days else None
        try:
            accepted = accept_events(log_events, self._clock.now(), retention)
        except EventBatchError as error:
            raise InvalidParameterException(str(error)) from error
        numbers = _store(stream, accepted.events, self._clock)
        if accepted.events:
            self._publish_metrics(context, backend, log_group_name, accepted.events)
            stored = StoredEvents(
                account=context.account_id,
                group_arn=group.arn,
                group=group.name,
                stream=log_stream_name,
                events=list(zip(numbers, accepted.events, strict=True)),
            )
            self._send_to_subscriptions(group, stored)
        rejected = {"rejectedLogEventsInfo": accepted.rejected} if accepted.rejected else {}
        return {"nextSequenceToken": f"{stream.upload_sequence_token:056d}", **rejected}

    def put_retention_policy(
        self, context: RequestContext, log_group_name: str, retention_in_days: int, **_: Any
    ) -> Any:
        """Set the retention, one of the numbers of days that AWS has.

        Raises:
            InvalidParameterException: it is another number.
            ResourceNotFoundException: the group does not exist.
        """
        _group(_backend(context), log_group_name)
        if retention_in_days not in RETENTION_DAYS:
            days = ", ".join(map(str, sorted(RETENTION_DAYS)))
            raise InvalidParameterException(
                f"Invalid retentionInDays {retention_in_days}: expected one of {days}"
            )
        call_moto(context)

    def put_subscription_filter(self, context: RequestContext, *_: Any, **__: Any) -> None:
        """Store a subscription filter; a third one of a group is refused, a change is not.

        Raises:
            InvalidParameterException: its pattern, or its role, is invalid.
            ResourceNotFoundException: the group does not exist.
        """
        request: Any = context.service_request
        check_pattern(request.get("filterPattern"))
        _check_role(request["destinationArn"], request.get("roleArn"))
        filters = _group(_backend(context), request["logGroupName"]).subscription_filters
        former = filters.pop(request["filterName"], None)
        try:
            call_moto(context)
        except Exception:  # any error: it is raised again with the former filter in place
            if former is not None:
                filters[former.name] = former
            raise
        filters[request["filterName"]].distribution = request.get("distribution")

    def put_metric_filter(self, context: RequestContext, *_: Any, **__: Any) -> None:
        """Store a metric filter, in place of one of the same name and group.

        Raises:
            InvalidParameterException: its pattern, or a selector of a value, is invalid.
            ResourceNotFoundException: the group does not exist.
        """
        request: Any = context.service_request
        check_pattern(request.get("filterPattern"))
        try:
            check_selectors(request)
        except FilterPatternError as error:
            raise InvalidParameterException(f"Invalid metric transformation: {error}") from error
        backend = _backend(context)
        _group(backend, request["logGroupName"])
        call_moto(context)
        of_name = [each for each in backend.filters.metric_filters if _is_same(each, request)]
        for each in of_name[:-1]:
            backend.filters.metric_filters.remove(each)

    def test_metric_filter(
        self, context: RequestContext, filter_pattern: str, log_event_messages: Any, **_: Any
    ) -> Any:
        """The messages that match, with their numbers from 1 and the values of named fields.

        Raises:
            InvalidParameterException: the pattern is invalid.
        """
        del context
        pattern = check_pattern(filter_pattern)
        return {
            "matches": [
                {
                    "eventNumber": number,
                    "eventMessage": message,
                    "extractedValues": pattern.extracted(message),
                }
                for number, message in enumerate(log_event_messages, 1)
                if pattern.matches(message)
            ]
        }

    def describe_log_groups(self, context: RequestContext, request: Any) -> Any:  # type: ignore[override]  # as LocalStack
        """LocalStack's answer, with the number of each group's metric filters."""
        answer: Any = super().describe_log_groups(context, request)
        filters = _backend(context).filters.metric_filters
        for group in answer["logGroups"]:
            name = group["logGroupName"]
            group["metricFilterCount"] = sum(each["logGroupName"] == name for each in filters)
        return answer

    def _publish_metrics(
        self,
        context: RequestContext,
        backend: LogsBackend,
        group: str,
        events: Sequence[InputEvent],
    ) -> None:
        for metric_filter in list(backend.filters.metric_filters):
            if metric_filter["logGroupName"] != group:
                continue
            with _logged_errors("metric filter", metric_filter["filterName"]):
                for namespace, datum in published_metrics(metric_filter, events, self._clock.now()):
                    _client(context).put_metric_data(Namespace=namespace, MetricData=[datum])

    def _send_to_subscriptions(self, group: Any, stored: StoredEvents) -> None:
        for each in list(group.subscription_filters.values()):
            subscription = LogSubscription(
                name=each.name,
                pattern=each.filter_pattern or "",
                destination=each.destination_arn,
                role=each.role_arn,
                distribution=getattr(each, "distribution", None),
            )
            with _logged_errors("subscription filter", each.name):
                send_to_subscription(subscription, stored, self.deliveries, self._clock.now())


@contextmanager
def _logged_errors(kind: str, name: str) -> Iterator[None]:
    """Log an error of the filter: the events are stored already, so the put must not fail."""
    try:
        yield
    except Exception:  # any error: a failed put would be repeated, and double the events
        LOG.exception("%s %s ignores the events of a put", kind, name)


def check_pattern(text: str | None) -> Any:
    """The filter pattern of the text.

    Raises:
        InvalidParameterException: it is invalid.
    """
    try:
        return parse_filter_pattern(text or "")
    except FilterPatternError as error:
        LOG.info("filter pattern refused: %s", error)
        raise InvalidParameterException("Invalid filter pattern") from error


def pattern_matcher(pattern: str) -> Callable[[str, Mapping[str, Any]], bool]:
    """LocalStack's function that decides which events FilterLogEvents returns.

    Raises:
        InvalidParameterException: the pattern is invalid.
    """
    found = check_pattern(pattern)
    return lambda _, event: bool(found.matches(event["message"]))


@aws_provider(api="logs", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_logs() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    patch_of("localstack.services.logs.provider:get_pattern_matcher").apply(pattern_matcher)
    create_subscriptions_with_roles()
    has_thread = read_emulator_settings().time is TimeChoice.WALL
    provider = WavetankLogs(WallClock(), has_thread=has_thread)
    return Service.for_provider(provider, dispatch_table_factory=MotoFallbackDispatcher)


def _store(stream: Any, events: Sequence[InputEvent], clock: Clock) -> list[int]:
    """Append the events to moto's stream; returns their ids."""
    stream.last_ingestion_time = int(clock.now().timestamp() * 1000)
    stored = [LogEvent(stream.last_ingestion_time, dict(event)) for event in events]
    for each in stored:
        each.event_id = EVENT_IDS.next()
    stream.stored_bytes += sum(len(event.message) for event in stored)
    stream.events += stored
    stream.upload_sequence_token += 1
    return [event.event_id for event in stored]


def _check_role(destination: str, role: str | None) -> None:
    vendor = service_of(destination)
    if role and vendor == "lambda":
        raise InvalidParameterException(
            "destinationArn for vendor lambda cannot be used with roleArn"
        )
    if not role and vendor in WITH_ROLE:
        raise InvalidParameterException(
            f"destinationArn for vendor {vendor} cannot be used without roleArn"
        )


def _is_same(metric_filter: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    return all(metric_filter[name] == request[name] for name in ("filterName", "logGroupName"))


def _backend(context: RequestContext) -> LogsBackend:
    return logs_backends[context.account_id][context.region]


def _group(backend: LogsBackend, name: str) -> Any:
    group = backend.groups.get(name)
    if group is None:
        raise ResourceNotFoundException(NO_GROUP)
    return group


def _client(context: RequestContext) -> Any:
    return connect_to(aws_access_key_id=context.account_id, region_name=context.region).cloudwatch
