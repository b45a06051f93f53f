"""When a rule is due, and what its targets then get."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from wavetank.core.errors import UsageError
from wavetank.core.schedule import Cron, Rate, ScheduleError, days, parse_schedule, scheduled_event

CREATED = datetime(2026, 11, 24, 10, 3, 27, tzinfo=UTC)
"""A Tuesday."""

SECOND = timedelta(seconds=1)


def _next(expression: str, count: int, after: datetime = CREATED) -> list[str]:
    """The next due instants, to the minute."""
    instants = islice(parse_schedule(expression).instants(after, after), count)
    return [instant.strftime("%Y-%m-%d %H:%M") for instant in instants]


@pytest.mark.parametrize(
    ("expression", "period"),
    [
        ("rate(1 minute)", timedelta(minutes=1)),
        ("rate(5 minutes)", timedelta(minutes=5)),
        ("rate(1 hour)", timedelta(hours=1)),
        ("rate(5 hours)", timedelta(hours=5)),
        ("rate(1 day)", timedelta(days=1)),
        ("rate(7 days)", timedelta(days=7)),
    ],
)
def test_a_rate_is_read(expression: str, period: timedelta) -> None:
    """Minutes, hours and days."""
    assert parse_schedule(expression) == Rate(period)


def test_a_rate_counts_from_the_rules_creation() -> None:
    """Not from the full minute, and never at the instant that was asked about."""
    rate = Rate(timedelta(minutes=1))
    first = CREATED + timedelta(minutes=1)
    assert rate.due_after(CREATED, CREATED) == first
    assert rate.due_after(CREATED, first - SECOND) == first
    assert rate.due_after(CREATED, first) == first + timedelta(minutes=1)
    assert rate.due_after(CREATED, CREATED - SECOND) == first


def test_an_hour_of_a_rate_of_one_minute_has_sixty_instants() -> None:
    """Each of them a minute after the one before."""
    instants = list(islice(parse_schedule("rate(1 minute)").instants(CREATED, CREATED), 60))
    assert instants == [CREATED + timedelta(minutes=n) for n in range(1, 61)]


def test_a_rate_ends_with_the_calendar() -> None:
    """A rate of more days than there are left is never due."""
    schedule, period = parse_schedule("rate(2000000 days)"), timedelta(days=2000000)
    assert list(schedule.instants(CREATED, CREATED)) == [CREATED + period]
    assert parse_schedule("rate(9999999 days)").due_after(CREATED, CREATED) is None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 10 * * ? *)", ["2026-11-25 10:00", "2026-11-26 10:00"]),
        ("cron(15 12 * * ? *)", ["2026-11-24 12:15", "2026-11-25 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-11-24 18:00", "2026-11-25 18:00"]),
        ("cron(0 8 1 * ? *)", ["2026-12-01 08:00", "2027-01-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["2026-11-24 10:15", "2026-11-24 10:30"]),
        ("cron(0/10 * ? * MON-FRI *)", ["2026-11-24 10:10", "2026-11-24 10:20"]),
        ("cron(0/5 8-17 ? * MON-FRI *)", ["2026-11-24 10:05", "2026-11-24 10:10"]),
        ("cron(0/30 20-2 ? * MON-FRI *)", ["2026-11-24 20:00", "2026-11-24 20:30"]),
        ("cron(0/30 20-23 ? * MON-FRI *)", ["2026-11-24 20:00", "2026-11-24 20:30"]),
        ("cron(0/30 0-2 ? * MON-FRI *)", ["2026-11-25 00:00", "2026-11-25 00:30"]),
        ("cron(0 12 * * ? *)", ["2026-11-24 12:00", "2026-11-25 12:00"]),
        ("cron(5,35 14 * * ? *)", ["2026-11-24 14:05", "2026-11-24 14:35"]),
        ("cron(15 10 ? * 6L 2019-2027)", ["2026-11-27 10:15", "2026-12-25 10:15"]),
        ("cron(15 10 ? * 6L 2002-2005)", []),
        ("cron(0 2 ? * SAT#3 *)", ["2026-12-19 02:00", "2027-01-16 02:00"]),
    ],
)
def test_awss_examples_are_due_as_documented(expression: str, expected: list[str]) -> None:
    """The examples of the user guide, now and formerly."""
    assert _next(expression, 2) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(1/10 * * * ? *)", ["24 10:11", "24 10:21", "24 10:31"]),
        ("cron(*/20 * * * ? *)", ["24 10:20", "24 10:40", "24 11:00"]),
        ("cron(4-30/20 * * * ? *)", ["24 10:04", "24 10:24", "24 11:04"]),
        ("cron(50-10/10 10 * * ? *)", ["24 10:10", "24 10:50", "25 10:00"]),
        ("cron(0 22-2/2 * * ? *)", ["24 22:00", "25 00:00", "25 02:00"]),
        ("cron(00 05 25,27 NOV ? *)", ["25 05:00", "27 05:00", "25 05:00"]),
        ("cron(0 0 * 11 ? 2026-2030/2)", ["25 00:00", "26 00:00", "27 00:00"]),
        ("cron(0 0 ? * FRI-MON *)", ["27 00:00", "28 00:00", "29 00:00"]),
        ("cron(0 0 ? * 2/2 *)", ["25 00:00", "27 00:00", "30 00:00"]),
        ("cron(0 0 ? * L *)", ["28 00:00", "05 00:00", "12 00:00"]),
        ("cron(0 0 ? * 3#2 *)", ["08 00:00", "12 00:00", "09 00:00"]),
        ("cron(0 0 ? * 2#5 *)", ["30 00:00", "29 00:00", "31 00:00"]),
        ("cron(0 0 ? * MONL,6L *)", ["27 00:00", "30 00:00", "25 00:00"]),
        ("cron(0 0 28-2/2 * ? *)", ["28 00:00", "30 00:00", "01 00:00"]),
        ("cron(0 0 15,L * ? *)", ["30 00:00", "15 00:00", "31 00:00"]),
        ("cron(0 0 LW * ? *)", ["30 00:00", "31 00:00", "29 00:00"]),
        ("cron(0\t0  29W * ? *)", ["30 00:00", "29 00:00", "29 00:00"]),
    ],
)
def test_a_wildcard_has_the_documented_meaning(expression: str, expected: list[str]) -> None:
    """Steps, ranges over the end, the last, the nearest and the nth; day and time of each."""
    assert [instant[8:] for instant in _next(expression, 3)] == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 0 1W 8 ? 2026)", ["2026-08-03 00:00"]),  # the 1st is a Saturday
        ("cron(0 0 31W 1 ? 2027)", ["2027-01-29 00:00"]),  # the 31st is a Sunday
        ("cron(0 0 15W 8 ? 2026)", ["2026-08-14 00:00"]),  # a Saturday
        ("cron(0 0 15W 11 ? 2026)", ["2026-11-16 00:00"]),  # a Sunday
        ("cron(0 0 31W 2-3 ? 2027)", ["2027-03-31 00:00"]),
        ("cron(0 0 LW 2 ? 2027)", ["2027-02-26 00:00"]),
        ("cron(0 0 L 2 ? 2027-2028)", ["2027-02-28 00:00", "2028-02-29 00:00"]),
        ("cron(0 0 29 2 ? 2099-2105)", ["2104-02-29 00:00"]),
        ("cron(0 0 31 * ? 2027)", [f"2027-{n:02}-31 00:00" for n in (1, 3, 5, 7, 8, 10, 12)]),
        ("cron(59 23 31 12 ? *)", [f"{year}-12-31 23:59" for year in range(2026, 2200)]),
    ],
)
def test_months_and_years_end(expression: str, expected: list[str]) -> None:
    """A weekday stays in its month, a missing day is left out, and 2199 is the last year."""
    assert _next(expression, 1000, datetime(2026, 1, 1, tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    "expression", ["cron(0 0 31 2 ? *)", "cron(* * * * ? 1970)", "cron(0 0 30,31 FEB ? 2000/1)"]
)
def test_a_schedule_without_a_future_ends(expression: str) -> None:
    """It is never due, and finding that out takes no longer than the calendar."""
    schedule = parse_schedule(expression)
    assert schedule.due_after(CREATED, CREATED) is None
    assert list(schedule.instants(CREATED, CREATED)) == []


@pytest.mark.parametrize(
    ("expression", "months"),
    [
        ("cron(* * 31 2 ? *)", 230),  # each February of the calendar
        ("cron(0 0 29W 2 ? 2001/4)", 50),
        ("cron(59 23 L 12 ? 2199)", 1),
        ("cron(0 0 31 4,5 ? *)", 2),
    ],
)
def test_the_next_instant_is_found_in_bounded_work(
    expression: str, months: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each month that may hold it is looked at, and no other."""
    looked: set[tuple[int, int]] = set()

    def look(year: int, month: int) -> tuple[int, int]:
        looked.add((year, month))
        return monthrange(year, month)

    monkeypatch.setattr(days, "monthrange", look)
    start = datetime(1970, 1, 1, tzinfo=UTC)
    parse_schedule(expression).due_after(start, start)
    assert len(looked) == months


def test_cron_counts_from_the_later_of_creation_and_question() -> None:
    """No instant is before the rule was, and none is the one that was asked about."""
    schedule = parse_schedule("cron(0 * * * ? *)")
    eleven = datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert schedule.due_after(CREATED, datetime(1970, 1, 1, tzinfo=UTC)) == eleven
    assert schedule.due_after(CREATED, eleven) == eleven + timedelta(hours=1)


def test_equal_expressions_are_equal_schedules() -> None:
    """Names are numbers, and a step over everything is everything."""
    assert parse_schedule("cron(* 0/1 ? JAN TUE#2 *)") == parse_schedule("cron(*/1 * ? 1 3#2 *)")
    assert isinstance(parse_schedule("cron(* * * * ? *)"), Cron)


@pytest.mark.parametrize(
    ("expression", "field", "value"),
    [
        ("rate(10 seconds)", "the unit", "seconds"),
        ("rate(1 minutes)", "the unit", "minutes"),
        ("rate(10 hour)", "the unit", "hour"),
        ("rate(10 MINUTES)", "the unit", "MINUTES"),
        ("rate(0 minutes)", "the value", "0"),
        ("rate(-10 minutes)", "the value", "-10"),
        ("rate(1.5 hours)", "the value", "1.5"),
        (f"rate({10**200} days)", "the value", str(10**200)),
        ("rate()", "rate", ""),
        ("rate(10)", "rate", "10"),
        ("rate( 10 minutes )", "rate", " 10 minutes "),
        (" rate(10 minutes)", "the expression", " rate(10 minutes)"),
        ("at(2026-11-24T10:00:00)", "the expression", "at(2026-11-24T10:00:00)"),
        (f"rate({'1' * 300} days)", "the expression", "311 characters"),
        ("cron(INVALID)", "cron", "INVALID"),
        ("cron(0 10 * * ?)", "cron", "0 10 * * ?"),
        ("cron( 0 10 * * ? *)", "cron", " 0 10 * * ? *"),
        ("cron(0 1 * * * *)", "Day-of-month or Day-of-week", "* and *"),
        ("cron(0 1 ? * ? *)", "Day-of-month or Day-of-week", "? and ?"),
        ("cron(7 20 * * NOT *)", "Day-of-month or Day-of-week", "* and NOT"),
        ("cron(71 8 1 * ? *)", "Minutes", "71"),
        ("cron(*/60 * * * ? *)", "Minutes", "*/60"),
        ("cron(*/0 * * * ? *)", "Minutes", "*/0"),
        ("cron(0,,5 * * * ? *)", "Minutes", ""),
        ("cron(? * * * ? *)", "Minutes", "?"),
        ("cron(0 dummy ? * MON-FRI *)", "Hours", "dummy"),
        ("cron(0 0 0 * ? *)", "Day-of-month", "0"),
        ("cron(0 0 W * ? *)", "Day-of-month", "W"),
        ("cron(0 0 L-3 * ? *)", "Day-of-month", "L"),
        ("cron(0 0 32W * ? *)", "Day-of-month", "32"),
        ("cron(0 0 1-5W * ? *)", "Day-of-month", "5W"),
        ("cron(0 0 1 13 ? *)", "Month", "13"),
        ("cron(0 0 1 jan ? *)", "Month", "jan"),
        ("cron(0 0 ? * 0 *)", "Day-of-week", "0"),
        ("cron(0 0 ? * 3#6 *)", "Day-of-week", "3#6"),
        ("cron(0 0 ? * 3#0 *)", "Day-of-week", "3#0"),
        ("cron(0 0 ? * 3#1,6#3 *)", "Day-of-week", "3#1,6#3"),
        ("cron(0 0 ? * 3W *)", "Day-of-week", "3W"),
        ("cron(0 0 1 * ? 2200)", "Year", "2200"),
        ("cron(0 0 1 * ? 2030-2026)", "Year", "2030-2026"),
    ],
)
def test_what_is_no_schedule_is_refused(expression: str, field: str, value: str) -> None:
    """The error is the caller's, and names the field, what stands there and what may."""
    with pytest.raises(ScheduleError) as refused:
        parse_schedule(expression)
    error = refused.value
    assert (error.field, error.value) == (field, value)
    assert field in str(error)
    assert error.allowed in str(error)
    assert isinstance(error, UsageError)


def test_the_event_is_eventbridges() -> None:
    """The keys and forms of a scheduled event, its time the due instant."""
    arn = "arn:aws:events:eu-west-1:000000000000:rule/a-rule"
    event = scheduled_event(arn, CREATED)
    assert len(str(event.pop("id"))) == 36
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": "2026-11-24T10:03:27Z",
        "region": "eu-west-1",
        "resources": [arn],
        "detail": {},
    }
