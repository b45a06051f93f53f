"""PutLogEvents and PutMetricFilter: filters never make a put fail, whatever the events are."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.logs.provider import LogsProvider
from moto.logs.models import LogGroup, LogStream, logs_backends

from tests.unit.emulator.recorded_log import record_log
from wavetank.core.clock import WallClock
from wavetank.emulator.logs import provider
from wavetank.emulator.logs.filter_patterns import FilterPatternError
from wavetank.emulator.logs.metric_filters import check_selectors
from wavetank.emulator.logs.provider import WavetankLogs
from wavetank.emulator.logs.stored_events import log_streams, restore_log_streams
from wavetank.emulator.service_log_groups import SERVICE_GROUPS

ACCOUNT = "123456789012"
REGION = "eu-west-1"
GROUP = "group"
CONTEXT: Any = SimpleNamespace(account_id=ACCOUNT, region=REGION)


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> LogGroup:
    """A new group with one stream, without LocalStack's client for metrics."""
    monkeypatch.setattr(LogsProvider, "__init__", lambda _: None)
    backend = logs_backends[ACCOUNT][REGION]
    backend.groups.clear()
    backend.filters.metric_filters.clear()
    backend.create_log_group(GROUP, {})
    made = backend.groups[GROUP]
    made.streams["stream"] = LogStream(made, "stream")
    return made


def _put(message: str) -> None:
    clock = WallClock()
    timestamp = int((clock.now() - timedelta(seconds=1)).timestamp() * 1000)
    events = [{"timestamp": timestamp, "message": message}]
    WavetankLogs(clock, has_thread=False).put_log_events(CONTEXT, GROUP, "stream", events)


@pytest.mark.parametrize("message", ['{"a": ' + "1" * 5_000 + "}", "[" * 200_000])
def test_json_beyond_the_limits_of_the_parser_is_stored(group: LogGroup, message: str) -> None:
    """It matches no pattern for JSON."""
    group.put_subscription_filter("f", "{ $.a = 1 }", "arn:aws:lambda:eu-west-1:1:function:f", "")
    _put(message)
    assert [event.message for event in group.streams["stream"].events] == [message]


def test_an_invalid_filter_does_not_make_the_put_fail(
    group: LogGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot of another version may contain one."""
    log = record_log(monkeypatch, provider)
    transformation = {"metricName": "m", "metricNamespace": "n", "metricValue": "$foo"}
    filters: Any = logs_backends[ACCOUNT][REGION].filters
    filters.add_filter("m", "{ $.a = 1 }", GROUP, [transformation])
    group.put_subscription_filter("f", "{ $.a", "arn:aws:lambda:eu-west-1:1:function:f", "")
    _put('{"a": 1}')
    assert len(group.streams["stream"].events) == 1
    assert log.levels == ["ERROR", "ERROR"]


@pytest.mark.parametrize(
    "change", [{"metricValue": "$foo"}, {"dimensions": {"Path": "path"}}, {"metricValue": "$.a["}]
)
def test_selectors_of_a_metric_filter_are_checked(change: dict[str, Any]) -> None:
    """When the filter is put, not at each event."""
    valid = {"metricName": "m", "metricNamespace": "n", "metricValue": "$.ms"}
    metric_filter = {"filterPattern": "{ $.ms > 1 }", "metricTransformations": [valid]}
    check_selectors(metric_filter)
    with pytest.raises(FilterPatternError):
        check_selectors(metric_filter | {"metricTransformations": [valid | change]})


def test_ids_of_events_begin_anew_with_a_run(group: LogGroup) -> None:
    """Subscriptions send them, and equal runs send equal bytes."""
    found = []
    for _ in range(2):
        restore_log_streams(ACCOUNT, REGION, {})
        group.streams["stream"] = LogStream(group, "stream")
        _put("a")
        found += [event.event_id for event in group.streams["stream"].events]
    assert found == [0, 0]


def test_a_run_begins_without_the_groups_that_services_have_created(group: LogGroup) -> None:
    """Those of the deployment stay, and those that a test has created."""
    backend, streams = logs_backends[ACCOUNT][REGION], log_streams(ACCOUNT, REGION)
    for name in ("of-sns", "of-a-test"):
        backend.create_log_group(name, {})
    SERVICE_GROUPS[ACCOUNT, REGION] |= {GROUP, "of-sns"}
    restore_log_streams(ACCOUNT, REGION, streams)
    assert list(backend.groups) == [GROUP, "of-a-test"]
    assert backend.groups[GROUP] is group
