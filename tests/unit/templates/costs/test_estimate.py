"""A month's cost follows from the template that is deployed."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from wavetank.core.settings import read_settings
from wavetank.templates.costs import (
    Assumptions,
    Estimate,
    Workload,
    estimate,
    failing_all_month,
    read_prices,
    read_workload,
)
from wavetank.templates.project_templates import parse_template

NOTHING: Mapping[str, str] = {}
ASSUMED = Assumptions(items_per_tick=5, records_per_tick=20)


def _template() -> dict[str, Any]:
    return parse_template((read_settings().shipped_folder / "init" / "pipeline.yaml").read_text())


def _workload(
    changes: Mapping[str, Mapping[str, Any]] = {},
    parameters: Mapping[str, str] = NOTHING,
    assumptions: Assumptions | None = None,
) -> Workload:
    """Of our template with some properties changed, by resource."""
    template = _template()
    for name, properties in changes.items():
        template["Resources"][name]["Properties"].update(properties)
    return read_workload(template, parameters, 2, assumptions or ASSUMED)


def _cents(found: Estimate) -> dict[str, float]:
    return {line.price.name: round(float(line.usd), 3) for line in found.lines}


def test_a_month_of_our_template() -> None:
    """The figures were calculated by hand from the same prices, with their sum."""
    found = estimate(_workload(), read_prices())
    cents = _cents(found)
    assert cents["DynamoDB writes on demand"] == 0.309
    assert cents["Firehose"] == 0.129
    assert cents["S3 PUT requests"] == 0.219
    assert cents["Lambda requests"] == 0.009
    assert cents["Logs written"] == 0.035
    assert found.usd == sum(line.usd for line in found.lines)
    assert 0.6 < found.usd_after_free < found.usd < 0.9


def test_the_free_tier_applies_once() -> None:
    """Both functions share the free compute time."""
    large = {"MemorySize": 10240, "Architectures": ["arm64"]}
    assumed = replace(
        ASSUMED, tick_milliseconds=1000, alerts=43_800, notification_milliseconds=1000
    )
    changes = {"StreamingFunction": large, "NotificationFunction": large}
    found = estimate(_workload(changes, assumptions=assumed), read_prices())
    (line,) = [line for line in found.lines if line.price.name == "Lambda time, arm64"]
    assert line.quantity == 43_800 * (1 + 2 + 1) * 10
    assert line.usd_after_free == line.price.cost(line.quantity - 400_000)


@pytest.mark.parametrize(
    ("changes", "item", "factor"),
    [
        ({"StreamingRule": {"ScheduleExpression": "rate(5 minutes)"}}, "Firehose", "0.2"),
        ({"StreamingRule": {"ScheduleExpression": "cron(0 * * * ? *)"}}, "Firehose", "1/60"),
        ({"StreamingFunction": {"MemorySize": 512}}, "Lambda time, arm64", "2"),
        (
            {
                "DeliveryStream": {
                    "ExtendedS3DestinationConfiguration": {
                        "BufferingHints": {"IntervalInSeconds": 300}
                    }
                }
            },
            "S3 PUT requests",
            "0.2",
        ),
        (
            {
                "DeliveryStream": {
                    "ExtendedS3DestinationConfiguration": {
                        "BufferingHints": {"IntervalInSeconds": 0}
                    }
                }
            },
            "S3 PUT requests",
            "3",
        ),
    ],
)
def test_the_estimate_follows_the_template(
    changes: Mapping[str, Mapping[str, Any]], item: str, factor: str
) -> None:
    """Rate, memory and buffering in the template alone change the estimate."""
    numerator, _, denominator = factor.partition("/")
    expected = float(numerator) / float(denominator or 1)
    before = estimate(_workload(), read_prices())
    after = estimate(_workload(changes), read_prices())
    (old,) = [line.quantity for line in before.lines if line.price.name == item]
    (new,) = [line.quantity for line in after.lines if line.price.name == item]
    assert float(new / old) == pytest.approx(expected, rel=2e-3)


def test_another_architecture_has_another_price() -> None:
    """x86_64 is Lambda's own default."""
    template = _template()
    for name in ("StreamingFunction", "NotificationFunction"):
        del template["Resources"][name]["Properties"]["Architectures"]
    found = estimate(read_workload(template, {}, 2, ASSUMED), read_prices())
    assert "Lambda time, x86_64" in _cents(found)
    assert "Lambda time, arm64" not in _cents(found)


def test_a_disabled_schedule_costs_almost_nothing() -> None:
    """The parameter decides, not the template's default."""
    found = estimate(_workload(parameters={"ScheduleState": "DISABLED"}), read_prices())
    assert found.usd < Decimal("0.001")


def test_logs_without_retention_grow() -> None:
    """A group without retention counts as the longest."""
    assert _workload().log_retention_days == 14
    assert _workload(parameters={"LogRetentionDays": "90"}).log_retention_days == 90
    template = _template()
    del template["Resources"]["StreamingLogs"]["Properties"]["RetentionInDays"]
    assert read_workload(template, {}, 2, ASSUMED).log_retention_days is None


def test_a_month_of_failures_costs_retries_and_alerts() -> None:
    """Each tick is tried three times, and each of two readers is alerted."""
    found = estimate(failing_all_month(_workload()), read_prices())
    quantities = {line.price.name: line.quantity for line in found.lines}
    assert quantities["SNS e-mails"] == 2 * 43_800
    assert quantities["Lambda requests"] == 4 * 43_800
    assert found.usd > estimate(_workload(), read_prices()).usd


def test_assumptions_are_shown() -> None:
    """Each line has its basis, and distinguishes a measured time."""
    lines = estimate(_workload(), read_prices()).lines
    assert all(line.basis for line in lines)
    measured = replace(ASSUMED, tick_milliseconds=120, tick_measured=True)
    lines = estimate(_workload(assumptions=measured), read_prices()).lines
    assert any("120 ms (measured) at 256 MB" in line.basis for line in lines)
