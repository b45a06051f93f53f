"""What a put of log events stores, publishes and sends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wavetank.emulator.logs.ingestion import EventBatchError, accept_events
from wavetank.emulator.logs.metric_filters import published_metrics
from wavetank.emulator.logs.subscriptions import (
    LogSubscription,
    StoredEvents,
    subscription_document,
)

NOW = datetime(2026, 11, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def _event(message: str, time: datetime = NOW) -> dict[str, Any]:
    return {"timestamp": int(time.timestamp() * 1000), "message": message}


def test_events_are_rejected_by_their_time() -> None:
    """Too old, expired by the retention, too new; the indices as in the API."""
    times = [NOW - 15 * DAY, NOW - DAY, NOW, NOW + DAY]
    events = [_event(str(number), time) for number, time in enumerate(times)]
    found = accept_events(events, NOW, None)
    assert [event["message"] for event in found.events] == ["1", "2"]
    assert found.rejected == {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 3}
    older = [_event("expired", NOW - 8 * DAY), *events[1:]]
    retained = accept_events(older, NOW, 7)
    assert [event["message"] for event in retained.events] == ["1", "2"]
    assert retained.rejected["expiredLogEventEndIndex"] == 1


def test_events_of_a_put_are_in_order() -> None:
    """Others are refused as a whole."""
    with pytest.raises(EventBatchError):
        accept_events([_event("b"), _event("a", NOW - DAY)], NOW, None)


def test_events_of_a_put_span_a_day_and_have_a_mebibyte() -> None:
    """Others are refused as a whole; each event counts 26 bytes besides its message."""
    early = NOW - DAY - timedelta(milliseconds=1)
    with pytest.raises(EventBatchError, match="24 hours"):
        accept_events([_event("a", early), _event("b")], NOW, None)
    accept_events([_event("x" * (1_048_576 - 26))], NOW, None)
    with pytest.raises(EventBatchError, match="1048577 bytes"):
        accept_events([_event("ü" + "x" * (1_048_575 - 26))], NOW, None)


def _metrics(
    pattern: str, transformation: dict[str, Any], *messages: str
) -> list[tuple[str, float]]:
    metric_filter = {
        "filterPattern": pattern,
        "metricTransformations": [
            {"metricName": "m", "metricNamespace": "n", "metricValue": "1", **transformation}
        ],
    }
    found = published_metrics(metric_filter, [_event(text) for text in messages], NOW)
    return [(namespace, datum["Value"]) for namespace, datum in found]


def test_metrics_count_matching_events() -> None:
    """One datum each; without a match the default value once, if there is one."""
    assert _metrics("ERR", {}, "ERR", "ok", "ERR") == [("n", 1), ("n", 1)]
    assert _metrics("ERR", {}, "ok") == []
    assert _metrics("ERR", {"defaultValue": 0}, "ok", "ok") == [("n", 0)]


def test_metrics_have_values_of_events() -> None:
    """A value that is no number is not published."""
    selected = {"metricValue": "$.ms"}
    messages = ('{"ms": 250}', '{"ms": "12.5"}', '{"ms": "slow"}', '{"x": 1}')
    assert _metrics("{ $.ms EXISTS }", selected, *messages) == [("n", 250), ("n", 12.5)]
    assert _metrics("[word, ms]", {"metricValue": "$ms"}, "took 7", "x") == [("n", 7)]


def test_metrics_have_units_times_and_dimensions() -> None:
    """The time is the event's."""
    metric_filter = {
        "filterPattern": "{ $.ms > 0 }",
        "metricTransformations": [
            {
                "metricName": "m",
                "metricNamespace": "n",
                "metricValue": "$.ms",
                "unit": "Milliseconds",
                "dimensions": {"Path": "$.path", "Missing": "$.none"},
            }
        ],
    }
    event = _event('{"ms": 5, "path": "/a"}', NOW - DAY)
    ((_, datum),) = published_metrics(metric_filter, [event], NOW)
    assert datum == {
        "MetricName": "m",
        "Value": 5,
        "Timestamp": NOW - DAY,
        "Unit": "Milliseconds",
        "Dimensions": [{"Name": "Path", "Value": "/a"}],
    }


def test_a_subscription_has_the_matching_events() -> None:
    """In the form of AWS's documents, with ids of 56 digits."""
    subscription = LogSubscription("f", "[level=ERROR, word]", "arn:aws:lambda:x", None)
    stored = StoredEvents(
        account="000000000000",
        group_arn="arn",
        group="group",
        stream="stream",
        events=[(7, _event("ERROR one")), (8, _event("INFO two"))],
    )
    found = subscription_document(subscription, stored)
    assert found["messageType"] == "DATA_MESSAGE"
    assert (found["owner"], found["logGroup"], found["logStream"]) == (
        "000000000000",
        "group",
        "stream",
    )
    assert found["subscriptionFilters"] == ["f"]
    assert found["logEvents"] == [
        {
            "id": f"{7:056d}",
            "timestamp": int(NOW.timestamp() * 1000),
            "message": "ERROR one",
            "extractedFields": {"level": "ERROR", "word": "one"},
        }
    ]
