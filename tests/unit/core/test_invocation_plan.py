"""When a schedule of EventBridge Scheduler is due: zones, daylight saving time, limits, windows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavetank.core.schedule import InvocationPlan, ScheduleError
from wavetank.core.schedule.invocation_plan import MOMENT, parse_recurrence

CREATED = datetime(2026, 3, 27, 12, 0, 30, tzinfo=UTC)
BERLIN = "Europe/Berlin"
HOUR = timedelta(hours=1)


def _plan(expression: str, zone: str = "UTC", created: datetime = CREATED) -> InvocationPlan:
    return InvocationPlan(expression=expression, zone=zone, created=created, key="a")


def _first(plan: InvocationPlan, count: int) -> list[str]:
    """The first scheduled instants, in UTC."""
    found = islice(plan.invocations(plan.created - MOMENT), count)
    return [each.scheduled.strftime("%m-%d %H:%M:%S") for each in found]


def test_a_rate_begins_at_once_and_continues_at_its_interval() -> None:
    """AWS: without a StartDate the schedule starts to invoke its target immediately."""
    plan = _plan("rate(5 minutes)")
    assert _first(plan, 3) == ["03-27 12:00:30", "03-27 12:05:30", "03-27 12:10:30"]


def test_a_rate_of_one_may_have_a_plural_unit() -> None:
    """The user guide: "Valid inputs: minutes | hours | days"; templates have both."""
    assert _first(_plan("rate(1 hours)"), 2) == _first(_plan("rate(1 hour)"), 2)


def test_a_rate_begins_at_its_start_date() -> None:
    """And a day is 24 hours, also when clocks are moved forward."""
    start = datetime(2026, 3, 28, 9, tzinfo=UTC)
    plan = replace(_plan("rate(1 day)", BERLIN), start=start)
    assert _first(plan, 3) == ["03-28 09:00:00", "03-29 09:00:00", "03-30 09:00:00"]


def test_a_cron_expression_follows_the_clocks_of_its_zone() -> None:
    """Nine in the morning is another instant after the 29th of March."""
    plan = _plan("cron(0 9 * * ? *)", BERLIN)
    assert _first(plan, 3) == ["03-28 08:00:00", "03-29 07:00:00", "03-30 07:00:00"]


def test_a_local_time_that_does_not_exist_is_skipped() -> None:
    """Clocks go from 2 to 3 on the 29th of March."""
    plan = _plan("cron(30 2 * * ? *)", BERLIN)
    assert _first(plan, 3) == ["03-28 01:30:00", "03-30 00:30:00", "03-31 00:30:00"]


def test_a_local_time_that_occurs_twice_is_due_once() -> None:
    """Clocks go from 3 to 2 on the 25th of October."""
    plan = _plan("cron(30 2 * * ? *)", BERLIN, datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert _first(plan, 2) == ["10-25 00:30:00", "10-26 01:30:00"]


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        ("at(2026-07-01T08:00:00)", "UTC", ["07-01 08:00:00"]),
        ("at(2026-07-01T08:00:00)", BERLIN, ["07-01 06:00:00"]),
        ("at(2026-07-01T08:00:00)", "Asia/Kolkata", ["07-01 02:30:00"]),
        ("at(2026-03-29T02:30:00)", BERLIN, []),
        ("at(2026-01-01T00:00:00)", "UTC", []),
    ],
)
def test_a_one_time_schedule_is_due_once(expression: str, zone: str, expected: list[str]) -> None:
    """In its zone; never, if the time is past or does not exist."""
    assert _first(_plan(expression, zone), 5) == expected


def test_start_and_end_limit_what_recurs_only() -> None:
    """A one-time schedule ignores both."""
    start, end = CREATED + 2 * HOUR, CREATED + 4 * HOUR
    cron = replace(_plan("cron(0 * * * ? *)"), start=start, end=end)
    assert _first(cron, 9) == ["03-27 15:00:00", "03-27 16:00:00"]
    rate = replace(_plan("rate(1 hour)"), start=start, end=end)
    assert _first(rate, 9) == ["03-27 14:00:30", "03-27 15:00:30", "03-27 16:00:30"]
    once = replace(_plan("at(2026-03-28T00:00:00)"), start=end, end=start)
    assert _first(once, 9) == ["03-28 00:00:00"]


def test_a_start_date_itself_is_due() -> None:
    """Invocations occur on or after it."""
    plan = replace(_plan("cron(0 * * * ? *)"), start=datetime(2026, 3, 27, 15, tzinfo=UTC))
    assert _first(plan, 1) == ["03-27 15:00:00"]


@given(st.integers(0, 10_000))
def test_an_invocation_stays_within_its_window(hours: int) -> None:
    """At the same instant whenever it is computed."""
    window = timedelta(minutes=15)
    plan = replace(_plan("rate(1 hour)"), window=window)
    found = plan.after(CREATED + hours * HOUR)
    assert found is not None
    assert found.scheduled <= found.at <= found.scheduled + window
    assert found == plan.after(found.scheduled - MOMENT)


def test_windows_are_used() -> None:
    """Not every invocation happens at the same second."""
    plan = replace(_plan("rate(1 hour)"), window=timedelta(minutes=15))
    found = islice(plan.invocations(CREATED), 20)
    assert len({each.at - each.scheduled for each in found}) == 20


@given(
    st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]),
    st.integers(0, 3 * 366 * 24 * 60),
)
def test_instants_are_ordered_and_have_the_local_time(zone: str, minutes: int) -> None:
    """Across every change of the clocks."""
    created = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = list(islice(_plan("cron(15 1,2 * * ? *)", zone, created).invocations(created), 6))
    times = [each.scheduled for each in found]
    assert times == sorted(set(times))
    assert all(time > created for time in times)
    local = [time.astimezone(ZoneInfo(zone)) for time in times]
    assert {time.minute for time in local} == {15}
    assert {time.hour for time in local} <= {1, 2}


@pytest.mark.parametrize(
    ("expression", "zone"),
    [
        ("rate(5 minute)", "UTC"),
        ("rate(0 hours)", "UTC"),
        ("cron(0 24 * * ? *)", "UTC"),
        ("cron(0 9 * * *)", "UTC"),
        ("at(2026-07-01 08:00:00)", "UTC"),
        ("at(2026-02-30T08:00:00)", "UTC"),
        ("at(2026-07-01T08:00:00Z)", "UTC"),
        ("every minute", "UTC"),
        ("rate(1 minute)", "Mars/Olympus"),
        ("rate(1 minute)", "../etc/passwd"),
        ("rate(1 minute)", ""),
    ],
)
def test_what_aws_refuses(expression: str, zone: str) -> None:
    """Invalid expressions and unknown zones."""
    with pytest.raises(ScheduleError):
        parse_recurrence(expression, zone)


@pytest.mark.parametrize("days", [1_000_000, 3_000_000, 999_999_999])
def test_a_rate_longer_than_the_calendar_is_due_once(days: int) -> None:
    """AWS's limit is not documented; a period may reach beyond year 1 and year 9999."""
    plan = _plan(f"rate({days} days)")
    found = [each.scheduled for each in islice(plan.invocations(CREATED - MOMENT), 2)]
    assert found[0] == CREATED
    assert len(found) == (2 if days == 1_000_000 else 1)


@pytest.mark.parametrize(
    ("time", "zone"),
    [("0001-01-01T00:00:00", "Asia/Tokyo"), ("9999-12-31T23:59:59", "America/New_York")],
)
def test_a_time_outside_the_calendar_in_utc_is_invalid(time: str, zone: str) -> None:
    """It has no instant."""
    with pytest.raises(ScheduleError):
        parse_recurrence(f"at({time})", zone)


def test_a_window_at_the_end_of_the_calendar_ends_there() -> None:
    """The last instant is not exceeded."""
    plan = replace(_plan("at(9999-12-31T23:59:59)"), window=timedelta(days=1))
    found = plan.first()
    assert found is not None
    assert found.at >= found.scheduled
