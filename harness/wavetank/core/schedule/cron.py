"""`cron(0 10 * * ? *)`: minutes and days named by six fields, in UTC."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import takewhile

from wavetank.core.schedule.days import DayRule, Month, parse_day_of_month, parse_day_of_week
from wavetank.core.schedule.fields import HOURS, MINUTES, MONTH, YEAR
from wavetank.core.schedule.refusal import ScheduleError

FIELDS_COUNT = 6
WHITE_SPACE = re.compile("[ \t]+")


@dataclass(frozen=True)
class Cron:
    """A cron expression of EventBridge: due at its minutes and hours, on days that match a rule."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: tuple[DayRule, ...]
    months: frozenset[int]
    years: frozenset[int]

    def due_after(self, created: datetime, after: datetime) -> datetime | None:
        """The first due instant after `after`; None if the years are over, or no day matches."""
        return next(self.instants(created, after), None)

    def instants(self, created: datetime, after: datetime) -> Iterator[datetime]:
        """Every due instant after `after`, none before the rule was created.

        Ends after the last year. To find the next instant it checks no more than the months until
        then, fewer than 3000, and the minutes of one day.
        """
        start = max(created, after).astimezone(UTC)
        for day in self._dates(start.date()):
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    instant = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                    if instant > start:
                        yield instant

    def numbers(self, created: datetime, until: datetime) -> "CronNumbers":
        """Its due instants by number, up to the day of `until`."""
        first, last = created.astimezone(UTC).date(), until.astimezone(UTC).date()
        dates = tuple(takewhile(lambda day: day <= last, self._dates(first)))
        times = (time(hour, minute) for hour in self.hours for minute in self.minutes)
        return CronNumbers(dates, tuple(sorted(times)))

    def _dates(self, first: date) -> Iterator[date]:
        """The days on which it is due, from `first` on."""
        for month in self._months(first):
            days = {day for rule in self.days for day in rule.days(month)}
            for day in sorted(days):
                due = date(month.year, month.number, day)
                if due >= first:
                    yield due

    def _months(self, first: date) -> Iterator[Month]:
        """The months in which it may be due, from that of `first` on."""
        for year in sorted(self.years):
            for number in sorted(self.months):
                if (year, number) >= (first.year, first.month):
                    yield Month(year, number)


@dataclass(frozen=True)
class CronNumbers:
    """Numbers the due instants of a cron expression, from 0 at the beginning of the first day.

    Every due day has the same times, so the instants are not counted one by one, and memory is only
    used for days: 366 for a year of minutes.
    """

    dates: tuple[date, ...]
    times: tuple[time, ...]

    def count_until(self, instant: datetime) -> int:
        """How many are due up to and including the instant."""
        found = instant.astimezone(UTC)
        days = bisect_left(self.dates, found.date())
        before = days * len(self.times)
        if days < len(self.dates) and self.dates[days] == found.date():
            return before + bisect_right(self.times, found.time())
        return before

    def instant(self, number: int) -> datetime:
        """The instant with this number."""
        day, nth = divmod(number, len(self.times))
        return datetime.combine(self.dates[day], self.times[nth], tzinfo=UTC)


def parse_cron(content: str) -> Cron:
    """The schedule of the six fields between the parentheses.

    [EventBridge user guide, eb-cron-expressions]

    Raises:
        ScheduleError: a field, or the number of fields, is invalid for EventBridge.
    """
    fields = WHITE_SPACE.split(content)
    if len(fields) != FIELDS_COUNT:
        raise ScheduleError("cron", content, f"{FIELDS_COUNT} fields separated by white space")
    minutes, hours, day_of_month, month, day_of_week, year = fields
    return Cron(
        MINUTES.parse(minutes),
        HOURS.parse(hours),
        _parse_days(day_of_month, day_of_week),
        MONTH.parse(month),
        YEAR.parse(year),
    )


def _parse_days(day_of_month: str, day_of_week: str) -> tuple[DayRule, ...]:
    """The rules of the field that is not `?`: exactly one of the two must be."""
    if (day_of_month == "?") == (day_of_week == "?"):
        found = f"{day_of_month} and {day_of_week}"
        raise ScheduleError("Day-of-month or Day-of-week", found, "?, and the other not")
    if day_of_month == "?":
        return parse_day_of_week(day_of_week)
    return parse_day_of_month(day_of_month)
