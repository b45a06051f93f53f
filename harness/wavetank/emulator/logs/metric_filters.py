"""Metrics of log events: what a metric filter publishes for the events of a put.

[CloudWatch Logs API reference, MetricTransformation; CloudWatch Logs user guide,
MonitoringLogData]
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from wavetank.emulator.logs.filter_patterns import FilterPattern, parse_filter_pattern
from wavetank.emulator.logs.filter_patterns.comparison import number_of
from wavetank.emulator.logs.ingestion import InputEvent

SELECTOR = "$"


def check_selectors(metric_filter: Mapping[str, Any]) -> None:
    """Check the selectors of the filter's values and dimensions against its pattern.

    Raises:
        FilterPatternError: the pattern or one of them is invalid.
    """
    pattern = parse_filter_pattern(metric_filter.get("filterPattern") or "")
    for transformation in metric_filter["metricTransformations"]:
        value = str(transformation["metricValue"])
        if value.startswith(SELECTOR):
            pattern.check_selector(value)
        for selector in (transformation.get("dimensions") or {}).values():
            pattern.check_selector(selector)


def published_metrics(
    metric_filter: Mapping[str, Any], events: Sequence[InputEvent], now: datetime
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each namespace with a datum for PutMetricData.

    Every matching event has one, if its value is a number. The default value is published once if
    no event of the put matches.
    """
    pattern = parse_filter_pattern(metric_filter.get("filterPattern") or "")
    matching = [event for event in events if pattern.matches(event["message"])]
    for transformation in metric_filter["metricTransformations"]:
        namespace = transformation["metricNamespace"]
        for event in matching:
            value = _value(transformation, pattern, event["message"])
            if value is not None:
                instant = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                dimensions = _dimensions(transformation, pattern, event["message"])
                yield namespace, _datum(transformation, value, instant) | dimensions
        default = transformation.get("defaultValue")
        if events and not matching and default is not None:
            yield namespace, _datum(transformation, float(default), now)


def _value(transformation: Mapping[str, Any], pattern: FilterPattern, message: str) -> float | None:
    """The number that the transformation names, or the one of the event at its selector."""
    given = str(transformation["metricValue"])
    found = pattern.value(message, given) if given.startswith(SELECTOR) else given
    return None if found is None else number_of(found)


def _datum(transformation: Mapping[str, Any], value: float, instant: datetime) -> dict[str, Any]:
    unit = transformation.get("unit")
    return {
        "MetricName": transformation["metricName"],
        "Value": value,
        "Timestamp": instant,
        **({"Unit": unit} if unit else {}),
    }


def _dimensions(
    transformation: Mapping[str, Any], pattern: FilterPattern, message: str
) -> dict[str, Any]:
    """The dimensions that the event has a value for."""
    names = transformation.get("dimensions") or {}
    values = {name: pattern.value(message, selector) for name, selector in names.items()}
    found = [{"Name": name, "Value": value} for name, value in values.items() if value]
    return {"Dimensions": found} if found else {}
