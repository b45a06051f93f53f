"""A stored schedule as a value, and the checks of its definition.

[EventBridge Scheduler API reference, CreateSchedule, Target, FlexibleTimeWindow]
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from localstack.aws.api.scheduler import ValidationException
from moto.scheduler.models import Schedule

from wavetank.core.resource_name import is_fifo
from wavetank.core.schedule import InvocationPlan, ScheduleError
from wavetank.core.schedule.invocation_plan import parse_zone
from wavetank.emulator.target_delivery.retry_policy import RETRY_LIMITS

UTC_ZONE = "UTC"
START_AGE_MAX = timedelta(minutes=5)
FLEXIBLE = "FLEXIBLE"
PARAMETERS = {"kinesis": "KinesisParameters", "events": "EventBridgeParameters"}
"""The parameters without which a target of the service cannot be called."""


def plan_of(schedule: Schedule) -> InvocationPlan:
    """When the schedule is due, counted from its last change."""
    window = schedule.flexible_time_window
    minutes = window.get("MaximumWindowInMinutes", 0) if window.get("Mode") == FLEXIBLE else 0
    return InvocationPlan(
        expression=schedule.schedule_expression,
        zone=schedule.schedule_expression_timezone or UTC_ZONE,
        created=datetime.fromtimestamp(schedule.last_modified_date, UTC),
        key=schedule.arn,
        start=_instant(schedule.start_date),
        end=_instant(schedule.end_date),
        window=timedelta(minutes=minutes),
    )


def check_definition(definition: Mapping[str, Any], now: datetime) -> None:
    """Check a definition as in CreateSchedule and UpdateSchedule.

    Raises:
        ValidationException: AWS refuses it.
    """
    expression = definition["ScheduleExpression"]
    zone = definition.get("ScheduleExpressionTimezone") or UTC_ZONE
    try:
        parse_zone(zone)
    except ScheduleError as error:
        raise ValidationException(f"Invalid Schedule Expression Timezone {zone}.") from error
    plan = InvocationPlan(
        expression=expression,
        zone=zone,
        created=now,
        key=definition.get("Name", ""),
        start=definition.get("StartDate"),
        end=definition.get("EndDate"),
    )
    try:
        plan.first()
    except (ScheduleError, OverflowError) as error:
        raise ValidationException(f"Invalid Schedule Expression {expression}.") from error
    _check_limits(definition, now)
    _check_target(definition["Target"])


def _check_limits(definition: Mapping[str, Any], now: datetime) -> None:
    start, end = definition.get("StartDate"), definition.get("EndDate")
    recurs = not definition["ScheduleExpression"].startswith("at(")
    if recurs and start is not None and start < now - START_AGE_MAX:
        raise ValidationException("The StartDate you specify cannot be earlier than 5 minutes ago.")
    if recurs and end is not None and end <= (start or now):
        raise ValidationException("The EndDate you specify must come after the StartDate and now.")
    window = definition["FlexibleTimeWindow"]
    if (window["Mode"] == FLEXIBLE) != bool(window.get("MaximumWindowInMinutes")):
        raise ValidationException(
            "A flexible time window needs MaximumWindowInMinutes, and one that is off has none."
        )


def _check_target(target: Mapping[str, Any]) -> None:
    service = target["Arn"].split(":")[2:3]
    needed = PARAMETERS.get("".join(service))
    if needed and not target.get(needed):
        raise ValidationException(f"{needed} must be specified for target {target['Arn']}.")
    if is_fifo((target.get("DeadLetterConfig") or {}).get("Arn") or ""):
        raise ValidationException("The dead-letter queue must be a standard queue.")
    for name, (low, high) in RETRY_LIMITS.items():
        value = (target.get("RetryPolicy") or {}).get(name)
        if value is not None and not low <= value <= high:
            raise ValidationException(f"{name} must be from {low} to {high}; it is {value}.")


def _instant(stored: Any) -> datetime | None:
    """Moto stores an instant as seconds since 1970."""
    return None if stored is None else datetime.fromtimestamp(float(stored), UTC)
