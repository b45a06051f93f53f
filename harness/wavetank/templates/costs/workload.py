"""The requests of a pipeline in a month: what its template decides, and what is assumed.

Rate, memory, retries, buffering and retention are read from the template, so that a change there
changes the estimate. A month has 730 hours, as in AWS's calculations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from wavetank.core.schedule import parse_schedule

MONTH = timedelta(hours=730)
FIRST_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)
"""Arbitrary for a rate; a cron expression is counted in the month after it."""
RETRIES_DEFAULT = 2
MEMORY_MB_DEFAULT = 128
BUFFER_SECONDS_DEFAULT = 300
"""AWS's defaults, if a template omits them. [CloudFormation template reference]"""


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """Assumptions of the cost estimate that no template decides; times are milliseconds.

    A tick writes `items_per_tick` items in one transaction and puts `records_per_tick` records.
    `alerts` is how many ticks of a month fail finally; `readers` read each object once.
    """

    items_per_tick: int
    records_per_tick: int
    tick_milliseconds: int = 300
    tick_measured: bool = False
    notification_milliseconds: int = 500
    record_bytes: int = 80
    log_bytes_per_run: int = 1500
    alerts: int = 1
    readers: int = 2


@dataclass(frozen=True)
class Function:
    """The properties of a function on which Lambda's price depends."""

    memory_mb: int
    architecture: str


@dataclass(frozen=True, kw_only=True)
class Workload:
    """The workload of a pipeline in a month; `addresses` receive each alert."""

    ticks: int
    streaming: Function
    notification: Function
    retries: int
    buffer_seconds: int
    log_retention_days: int | None
    addresses: int
    assumptions: Assumptions


def read_workload(
    template: Mapping[str, Any],
    parameters: Mapping[str, str],
    addresses: int,
    assumptions: Assumptions,
) -> Workload:
    """The month of a pipeline of `init/pipeline.yaml` with these parameters."""
    found = _Template(template, parameters)
    rule = found.only("AWS::Events::Rule")
    failures = found.only("AWS::Lambda::EventInvokeConfig")
    streaming = found.referred(rule["Targets"][0]["Arn"])
    notification = found.referred(failures["DestinationConfig"]["OnFailure"]["Destination"])
    stream = found.only("AWS::KinesisFirehose::DeliveryStream")
    hints = stream["ExtendedS3DestinationConfiguration"].get("BufferingHints", {})
    return Workload(
        ticks=_firings(found, rule),
        streaming=_function(found, streaming),
        notification=_function(found, notification),
        retries=int(found.value(failures.get("MaximumRetryAttempts", RETRIES_DEFAULT))),
        buffer_seconds=int(found.value(hints.get("IntervalInSeconds", BUFFER_SECONDS_DEFAULT))),
        log_retention_days=found.retention_days(),
        addresses=addresses,
        assumptions=assumptions,
    )


def failing_all_month(workload: Workload) -> Workload:
    """The same month with every tick failing and alerted."""
    return replace(workload, assumptions=replace(workload.assumptions, alerts=workload.ticks))


def _firings(found: "_Template", rule: Mapping[str, Any]) -> int:
    if found.value(rule.get("State", "ENABLED")) == "DISABLED":
        return 0
    schedule = parse_schedule(str(found.value(rule["ScheduleExpression"])))
    end = FIRST_INSTANT + MONTH
    return schedule.numbers(FIRST_INSTANT, end).count_until(end)


def _function(found: "_Template", properties: Mapping[str, Any]) -> Function:
    (architecture,) = properties.get("Architectures", ["x86_64"])
    memory = int(found.value(properties.get("MemorySize", MEMORY_MB_DEFAULT)))
    return Function(memory, str(found.value(architecture)))


class _Template:
    """A CloudFormation template with the values of its parameters."""

    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        self._resources = template["Resources"]
        declared = template.get("Parameters", {})
        defaults = {
            name: entry["Default"] for name, entry in declared.items() if "Default" in entry
        }
        self._parameters = {**defaults, **parameters}

    def only(self, kind: str) -> Mapping[str, Any]:
        """The properties of the only resource of the type."""
        (found,) = self._of(kind)
        return found

    def referred(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """The properties of the resource to whose attribute the value refers."""
        properties: Mapping[str, Any] = self._resources[value["Fn::GetAtt"][0]]["Properties"]
        return properties

    def value(self, value: Any) -> Any:
        """The value itself, resolved if it is a parameter's."""
        return self._parameters[value["Ref"]] if isinstance(value, Mapping) else value

    def retention_days(self) -> int | None:
        """The longest retention of a log; None if one is retained indefinitely."""
        days = [
            self.value(group.get("RetentionInDays")) for group in self._of("AWS::Logs::LogGroup")
        ]
        return None if None in days else max(int(day) for day in days)

    def _of(self, kind: str) -> list[Mapping[str, Any]]:
        return [r["Properties"] for r in self._resources.values() if r["Type"] == kind]
