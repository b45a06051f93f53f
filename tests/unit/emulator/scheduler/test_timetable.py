"""Which schedules are due: each invocation once, until a schedule is off, changed or gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from localstack.aws.api.scheduler import ValidationException
from moto.scheduler.models import Schedule

from tests.unit.emulator.recorded_log import record_log
from wavetank.emulator.scheduler.schedules import check_definition
from wavetank.emulator.scheduler.targets import ScheduleInvocation
from wavetank.emulator.scheduler.timetable import ScheduleTimetable
from wavetank.emulator.target_delivery import planning_errors

NOW = datetime(2026, 11, 30, 10, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
QUEUE = "arn:aws:sqs:eu-west-1:000000000000:queue"
ROLE = "arn:aws:iam::000000000000:role/role"
OFF = {"Mode": "OFF"}


def made_schedule(expression: str = "rate(1 minute)", **settings: Any) -> Schedule:
    """A schedule as LocalStack stores it."""
    defaults: dict[str, Any] = {
        "region": "eu-west-1",
        "account_id": "000000000000",
        "group_name": "default",
        "name": "a-schedule",
        "description": None,
        "schedule_expression_timezone": None,
        "flexible_time_window": OFF,
        "target": {"Arn": QUEUE, "RoleArn": ROLE},
        "state": None,
        "kms_key_arn": None,
        "start_date": None,
        "end_date": None,
        "action_after_completion": None,
    }
    made = Schedule(schedule_expression=expression, **defaults | settings)
    made.creation_date = made.last_modified_date = NOW.timestamp()
    return made


def _due(timetable: ScheduleTimetable, schedules: list[Schedule], now: datetime) -> list[datetime]:
    return [due.scheduled for due in timetable.take_due(schedules, now)]


def test_each_invocation_is_due_once() -> None:
    """A rate at once and then every minute, however often it is looked."""
    timetable, schedules = ScheduleTimetable(), [made_schedule()]
    looks = [NOW + n * timedelta(seconds=10) for n in range(13)]
    found = [due for now in looks for due in _due(timetable, schedules, now)]
    assert found == [NOW, NOW + MINUTE, NOW + 2 * MINUTE]


def test_a_disabled_schedule_misses_what_is_due() -> None:
    """Enabled again it does not make up for it."""
    timetable, schedule = ScheduleTimetable(), made_schedule(state="DISABLED")
    assert _due(timetable, [schedule], NOW + 3 * MINUTE) == []
    schedule.state = "ENABLED"
    assert _due(timetable, [schedule], NOW + 3.5 * MINUTE) == []
    assert _due(timetable, [schedule], NOW + 4 * MINUTE) == [NOW + 4 * MINUTE]


def test_missed_invocations_are_one() -> None:
    """As after the host has slept."""
    timetable, schedules = ScheduleTimetable(), [made_schedule()]
    assert len(_due(timetable, schedules, NOW + 60 * MINUTE)) == 1
    assert _due(timetable, schedules, NOW + 61 * MINUTE) == [NOW + 61 * MINUTE]


def test_a_changed_schedule_is_planned_anew() -> None:
    """From its last change."""
    timetable, schedule = ScheduleTimetable(), made_schedule()
    assert len(_due(timetable, [schedule], NOW)) == 1
    changed = made_schedule("at(2026-11-30T12:00:00)")
    assert _due(timetable, [changed], NOW + MINUTE) == []
    noon = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert _due(timetable, [changed], noon) == [noon]


def test_the_last_invocation_is_known() -> None:
    """Of a one-time schedule, and of one with an end."""
    timetable = ScheduleTimetable()
    once = made_schedule("at(2026-11-30T10:01:00)")
    assert [due.is_last for due in timetable.take_due([once], NOW + MINUTE)] == [True]
    ending = made_schedule(end_date=(NOW + MINUTE).timestamp())
    timetable = ScheduleTimetable()
    looks = [NOW, NOW + MINUTE, NOW + 2 * MINUTE]
    found = [due.is_last for now in looks for due in timetable.take_due([ending], now)]
    assert found == [False, True]


def test_a_flexible_window_delays_an_invocation() -> None:
    """But it keeps its scheduled instant."""
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    timetable, schedules = ScheduleTimetable(), [made_schedule(flexible_time_window=window)]
    looks = [NOW + n * MINUTE for n in range(16)]
    found = [due for now in looks for due in _due(timetable, schedules, now)]
    assert found[0] == NOW
    assert _due(ScheduleTimetable(), schedules, NOW) == []


def test_an_input_has_its_context_attributes() -> None:
    """And without an input there is a notification."""
    text = (
        "<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time> <aws.scheduler.execution-id>"
    )
    schedule = made_schedule(target={"Arn": QUEUE, "RoleArn": ROLE, "Input": text + " no <other>"})
    invocation = ScheduleInvocation(schedule=schedule, scheduled=NOW, execution="id")
    assert invocation.input == f"{schedule.arn} 2026-11-30T10:00:30Z id no <other>"
    plain = ScheduleInvocation(schedule=made_schedule(), scheduled=NOW, execution="id")
    assert '"source":"aws.scheduler"' in plain.input


@pytest.mark.parametrize(
    "change",
    [
        {"ScheduleExpression": "rate(2 minute)"},
        {"ScheduleExpressionTimezone": "Mars/Olympus"},
        {"StartDate": NOW - timedelta(minutes=6)},
        {"EndDate": NOW},
        {"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}},
        {"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}},
        {"Target": {"Arn": "arn:aws:kinesis:eu-west-1:1:stream/s", "RoleArn": ROLE}},
        {"Target": {"Arn": "arn:aws:events:eu-west-1:1:event-bus/b", "RoleArn": ROLE}},
        {"Target": {"Arn": QUEUE, "RoleArn": ROLE, "DeadLetterConfig": {"Arn": f"{QUEUE}.fifo"}}},
        {"Target": {"Arn": QUEUE, "RoleArn": ROLE, "RetryPolicy": {"MaximumRetryAttempts": 186}}},
        {"Target": {"Arn": QUEUE, "RoleArn": ROLE, "RetryPolicy": {"MaximumEventAgeInSeconds": 9}}},
    ],
    ids=str,
)
def test_definitions_that_aws_refuses(change: dict[str, Any]) -> None:
    """While the same definition without the change is accepted."""
    definition: dict[str, Any] = {
        "ScheduleExpression": "rate(1 minute)",
        "FlexibleTimeWindow": OFF,
        "Target": {"Arn": QUEUE, "RoleArn": ROLE},
    }
    check_definition(definition, NOW)
    with pytest.raises(ValidationException):
        check_definition(definition | change, NOW)


def test_a_schedule_that_cannot_be_planned_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its error is logged once; a snapshot of another version may contain such a schedule."""
    log, timetable = record_log(monkeypatch, planning_errors), ScheduleTimetable()
    broken, other = made_schedule("rate(1 fortnight)", name="broken"), made_schedule(name="other")
    assert _due(timetable, [broken, other], NOW) == [NOW]
    assert _due(timetable, [broken, other], NOW + MINUTE) == [NOW + MINUTE]
    assert log.levels == ["ERROR"]
    assert broken.arn in log.text


@pytest.mark.parametrize("days", [1_000_000, 999_999_999])
def test_a_rate_beyond_the_calendar_is_due_once(days: int) -> None:
    """And is accepted, as AWS documents no limit."""
    definition = {
        "Name": "a",
        "ScheduleExpression": f"rate({days} days)",
        "FlexibleTimeWindow": OFF,
        "Target": {"Arn": QUEUE, "RoleArn": ROLE},
    }
    check_definition(definition, NOW)
    assert _due(ScheduleTimetable(), [made_schedule(f"rate({days} days)")], NOW) == [NOW]
