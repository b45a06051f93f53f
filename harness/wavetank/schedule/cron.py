"""`cron(0 10 * * ? *)`: at the minutes, on the days, that six fields name. In UTC."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from wavetank.schedule.days import DayRule, Month, parse_day_of_month, parse_day_of_week
from wavetank.schedule.fields import HOURS, MINUTES, MONTH, YEAR
from wavetank.schedule.refusal import ScheduleError

FIELDS_COUNT = 6
WHITE_SPACE = re.compile("[ \t]+")


@dataclass(frozen=True)
class Cron:
    """Due at each of the minutes of each of the hours, on the days that any of the rules means."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: tuple[DayRule, ...]
    months: frozenset[int]
    years: frozenset[int]

    def due_after(self, created: datetime, after: datetime) -> datetime | None:
        """The first due instant after `after`; None where the years are over, or no day fits."""
        return next(self.instants(created, after), None)

    def instants(self, created: datetime, after: datetime) -> Iterator[datetime]:
        """Every due instant after `after`, none before the rule was created.

        Ends after the last year. To find the next one it looks at no more than the months up to
        there, fewer than 3000, and the minutes of one day.
        """
        start = max(created, after).astimezone(UTC)
        for day in self._dates(start.date()):
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    instant = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                    if instant > start:
                        yield instant

    def _dates(self, first: date) -> Iterator[date]:
        """The days on which it is due, from `first` on."""
        for month in self._months(first):
            days = {day for rule in self.days for day in rule.days(month)}
            for day in sorted(days):
                due = date(month.year, month.number, day)
                if due >= first:
                    yield due

    def _months(self, first: date) -> Iterator[Month]:
        """The months in which it may be due, from the one of `first` on."""
        for year in sorted(self.years):
            for number in sorted(self.months):
                if (year, number) >= (first.year, first.month):
                    yield Month(year, number)


def parse_cron(content: str) -> Cron:
    """The schedule of the six fields that stand between the parentheses.

    [EventBridge user guide, eb-cron-expressions]

    Raises:
        ScheduleError: a field, or how many there are, is not as EventBridge demands.
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
    """The rules of whichever field is not `?`: one of the two has to be, and never both."""
    if (day_of_month == "?") == (day_of_week == "?"):
        found = f"{day_of_month} and {day_of_week}"
        raise ScheduleError("Day-of-month or Day-of-week", found, "?, and the other not")
    if day_of_month == "?":
        return parse_day_of_week(day_of_week)
    return parse_day_of_month(day_of_month)
