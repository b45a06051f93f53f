"""Schedules against a second opinion: every minute of two days, asked one by one.

The second opinion reads the expression its own way and knows no ranges of dates; it only tells
whether one minute is meant.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, pairwise, takewhile

from hypothesis import example, given, settings
from hypothesis import strategies as st

from wavetank.core.schedule import ScheduleError, parse_schedule

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SPAN = 2 * DAY
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WEEK = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
FRIDAY = 4
"""As `datetime.weekday` counts."""

LIMITS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "week": (1, 7)}
LIMITS["year"] = (1970, 2199)


@st.composite
def items(draw: st.DrawFn, field: str) -> str:
    """One item of numbers: `*`, `5`, `5-9`, over the end too, each with a step or without."""
    low, high = LIMITS[field]
    first, last = draw(st.integers(low, high)), draw(st.integers(low, high))
    if field == "year":
        first, last = min(first, last), max(first, last)
    span = draw(st.sampled_from(["*", str(first), f"{first}-{last}"]))
    step = draw(st.one_of(st.none(), st.integers(1, high)))
    return span if step is None else f"{span}/{step}"


def lists(item: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Up to three items, often the one that leaves all open."""
    return st.one_of(st.just("*"), st.lists(item, min_size=1, max_size=3).map(",".join))


DAYS_OF_MONTH = lists(
    items("day") | st.sampled_from(["L", "LW"]) | st.integers(1, 31).map("{}W".format)
)
WEEKDAYS = st.integers(1, 7).map(str) | st.sampled_from(WEEK)
DAYS_OF_WEEK = lists(items("week") | st.just("L") | WEEKDAYS.map("{}L".format)) | st.builds(
    "{}#{}".format, WEEKDAYS, st.integers(1, 5)
)
DAYS = st.tuples(DAYS_OF_MONTH, st.just("?")) | st.tuples(st.just("?"), DAYS_OF_WEEK)


@st.composite
def crons(draw: st.DrawFn) -> str:
    """A cron expression that EventBridge takes."""
    day, week = draw(DAYS)
    month = draw(lists(items("month") | st.sampled_from(MONTHS)))
    minute, hour, year = (draw(lists(items(field))) for field in ("minute", "hour", "year"))
    return f"cron({minute} {hour} {day} {month} {week} {year})"


INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


def meant(expression: str, instant: datetime) -> bool:
    """Whether the minute is one of the expression's."""
    minute, hour, day, month, week, year = expression[len("cron(") : -1].split()
    return (
        day_is_meant(day, week, instant.replace(hour=0, minute=0))
        and any(number_is_meant(item, "year", instant.year) for item in year.split(","))
        and any(number_is_meant(item, "month", instant.month) for item in month.split(","))
        and any(number_is_meant(item, "hour", instant.hour) for item in hour.split(","))
        and any(number_is_meant(item, "minute", instant.minute) for item in minute.split(","))
    )


@cache
def number_is_meant(item: str, field: str, number: int) -> bool:
    """Counts how far the number is from the item's first, going up and around."""
    low, high = LIMITS[field]
    span, _, step = item.partition("/")
    first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
    start = _figure(first)
    end = _figure(last) if last else high if step else start
    size = high - low + 1
    distance = (number - start) % size
    in_range = low <= number <= high and distance <= (end - start) % size
    return in_range and distance % int(step or 1) == 0


def _figure(text: str) -> int:
    for names in (MONTHS, WEEK):
        if text in names:
            return names.index(text) + 1
    return int(text)


@cache
def day_is_meant(day: str, week: str, midnight: datetime) -> bool:
    """Looks at the other days of the month, not at a calendar."""
    if week == "?":
        return any(_day_of_month_is_meant(item, midnight) for item in day.split(","))
    return any(_day_of_week_is_meant(item, midnight) for item in week.split(","))


def _day_of_month_is_meant(item: str, midnight: datetime) -> bool:
    last = (midnight + DAY).day == 1
    workdays = [day.day for day in _month(midnight) if day.weekday() <= FRIDAY]
    if item == "L":
        return last
    if item == "LW":
        return midnight.day == workdays[-1]
    if item.endswith("W"):
        wanted = int(item[:-1])
        exists = wanted in [day.day for day in _month(midnight)]
        return exists and midnight.day == min(workdays, key=lambda day: abs(day - wanted))
    return number_is_meant(item, "day", midnight.day)


def _day_of_week_is_meant(item: str, midnight: datetime) -> bool:
    today = (midnight.weekday() + 1) % 7 + 1
    name, _, nth = item.partition("#")
    if item == "L":
        return today == len(WEEK)
    if item.endswith("L"):
        return today == _figure(item[:-1]) and (midnight + 7 * DAY).month != midnight.month
    if nth:
        return today == _figure(name) and (midnight.day + 6) // 7 == int(nth)
    return number_is_meant(item, "week", today)


def _month(midnight: datetime) -> Iterator[datetime]:
    """Every day of the month that the day is in."""
    days = (midnight.replace(day=1) + n * DAY for n in range(31))
    return takewhile(lambda day: day.month == midnight.month, days)


@settings(max_examples=50)
@given(crons(), INSTANTS)
@example("cron(0/30 20-2 ? * MON-FRI *)", datetime(2026, 11, 27, 18, tzinfo=UTC))
@example("cron(0 0 1W * ? *)", datetime(2026, 8, 1, tzinfo=UTC))
@example("cron(0 0 L * ? *)", datetime(2028, 2, 28, 12, tzinfo=UTC))
@example("cron(0 0 ? * 2#5 *)", datetime(2026, 11, 29, 12, tzinfo=UTC))
@example("cron(*/7 * * * ? *)", datetime(2199, 12, 31, 12, tzinfo=UTC))
def test_cron_is_due_in_the_minutes_that_are_meant_and_no_others(
    expression: str, after: datetime
) -> None:
    """What the calendar yields for two days is what asking each minute gives."""
    end = after + SPAN
    instants = parse_schedule(expression).instants(after, after)
    found = list(takewhile(lambda instant: instant <= end, instants))
    first = after.replace(second=0, microsecond=0)
    minutes = (first + n * MINUTE for n in range(SPAN // MINUTE + 1))
    asked = [minute for minute in minutes if after < minute and meant(expression, minute)]
    assert asked == found


@given(crons(), INSTANTS)
def test_cron_is_due_later_and_later_and_only_when_meant(expression: str, after: datetime) -> None:
    """However far off: each instant is meant, and after the one before; else there is none."""
    found = list(islice(parse_schedule(expression).instants(after, after), 20))
    assert all(earlier < later for earlier, later in pairwise([after, *found]))
    assert all(meant(expression, instant) for instant in found)


@given(st.integers(1, 10**7), st.sampled_from(["minute", "hour", "day"]), INSTANTS, INSTANTS)
def test_a_rate_is_due_at_multiples_of_its_period(
    value: int, unit: str, created: datetime, after: datetime
) -> None:
    """Later and later, never more than one period on, and counted from the rule's creation."""
    period = value * timedelta(**{f"{unit}s": 1})
    schedule = parse_schedule(f"rate({value} {unit}{'s' * (value > 1)})")
    found = list(islice(schedule.instants(created, after), 3))
    assert all(earlier < later for earlier, later in pairwise([after, *found]))
    assert all((instant - created) % period == timedelta() for instant in found)
    assert not found or found[0] - max(created, after) <= period


@settings(max_examples=50)
@given(crons() | st.builds("rate({} minutes)".format, st.integers(2, 99)), INSTANTS)
def test_due_instants_are_numbered_in_their_order(expression: str, created: datetime) -> None:
    """From any instant to any later one: as many, and the same, as one after the other."""
    schedule = parse_schedule(expression)
    after, until = created + SPAN / 3, created + SPAN
    numbers = schedule.numbers(created, until)
    counted = range(numbers.count_until(after), numbers.count_until(until))
    instants = schedule.instants(created, after)
    found = list(takewhile(lambda instant: instant <= until, instants))
    assert [numbers.instant(number) for number in counted] == found


PIECES = st.sampled_from([*"0123456789*?/-,LW# ", "SUN", "JAN", "1970", "minutes", "\t"])
CONTENTS = st.lists(PIECES | st.text(max_size=3), max_size=15).map("".join)
FIELDS = st.lists(CONTENTS, min_size=6, max_size=6).map(" ".join)


@settings(max_examples=500)
@given(
    st.text()
    | st.builds("{}({})".format, st.sampled_from(["rate", "cron"]), CONTENTS | FIELDS)
    | crons().flatmap(
        lambda text: st.integers(5, len(text)).map(lambda n: text[:n] + text[n + 1 :])
    )
)
def test_any_text_is_a_schedule_or_refused(expression: str) -> None:
    """Nothing but ScheduleError is raised, and what is taken has a next instant or none."""
    try:
        schedule = parse_schedule(expression)
    except ScheduleError:
        return
    created = datetime(2026, 11, 24, 10, 3, 27, tzinfo=UTC)
    due = schedule.due_after(created, created)
    assert due is None or due > created
