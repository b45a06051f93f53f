"""The days of a month that the day fields of a cron expression mean.

Days of the week count as in the expression: 1 is Sunday, 7 is Saturday.
[EventBridge user guide, eb-cron-expressions]
"""

import re
from calendar import monthrange
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from wavetank.core.schedule.fields import DAY_OF_MONTH, DAY_OF_WEEK

SUNDAY, SATURDAY = 1, 7
DAYS_OF_WEEK = 7

NEAREST = re.compile(r"(\w+)W")
LAST = re.compile(r"(\w+)L")
NTH = re.compile(r"(\w+)#([1-5])")


@dataclass(frozen=True)
class Month:
    """One calendar month."""

    year: int
    number: int

    @property
    def length(self) -> int:
        """How many days it has."""
        return monthrange(self.year, self.number)[1]

    def day_of_week(self, day: int) -> int:
        """1 for Sunday to 7 for Saturday."""
        return date(self.year, self.number, day).isoweekday() % DAYS_OF_WEEK + 1


class DayRule(Protocol):
    """Interface of a day field of a cron expression: the days of a month that it matches."""

    def days(self, month: Month) -> AbstractSet[int]:
        """The matching days of the month."""
        ...


@dataclass(frozen=True)
class DaysOfMonth:
    """`1,15` as Day-of-month: these days, if the month has them."""

    numbers: frozenset[int]

    def days(self, month: Month) -> AbstractSet[int]:
        return {day for day in self.numbers if day <= month.length}


@dataclass(frozen=True)
class LastDay:
    """`L` as Day-of-month: the last day of the month."""

    def days(self, month: Month) -> AbstractSet[int]:
        return {month.length}


@dataclass(frozen=True)
class NearestWeekday:
    """`15W` as Day-of-month: the weekday, Monday to Friday, nearest to the 15th.

    It is always in the same month.
    """

    day: int

    def days(self, month: Month) -> AbstractSet[int]:
        return {_nearest_weekday(month, self.day)} if self.day <= month.length else set()


@dataclass(frozen=True)
class LastWeekday:
    """`LW` as Day-of-month: the last weekday, Monday to Friday, of the month."""

    def days(self, month: Month) -> AbstractSet[int]:
        return {_nearest_weekday(month, month.length)}


@dataclass(frozen=True)
class DaysOfWeek:
    """`MON-FRI` as Day-of-week: every such day of the month."""

    numbers: frozenset[int]

    def days(self, month: Month) -> AbstractSet[int]:
        every = range(1, month.length + 1)
        return {day for day in every if month.day_of_week(day) in self.numbers}


@dataclass(frozen=True)
class NthOfMonth:
    """`3#2` as Day-of-week: the second Tuesday; no day if the month has too few."""

    day_of_week: int
    nth: int

    def days(self, month: Month) -> AbstractSet[int]:
        return _nth(month, self.day_of_week, self.nth - 1)


@dataclass(frozen=True)
class LastOfMonth:
    """`6L` as Day-of-week: the last Friday of the month."""

    day_of_week: int

    def days(self, month: Month) -> AbstractSet[int]:
        return _nth(month, self.day_of_week, -1)


def parse_day_of_month(text: str) -> tuple[DayRule, ...]:
    """The rules of the items of the Day-of-month field.

    AWS documents `L` and `W` separately; `LW` is given the meaning that it has in Quartz, a library
    with the same wildcards.

    Raises:
        ScheduleError: an item is invalid for the field.
    """
    return tuple(_day_of_month(item) for item in text.split(","))


def parse_day_of_week(text: str) -> tuple[DayRule, ...]:
    """The rules of the items of the Day-of-week field; an item with `#` must be the only one.

    Raises:
        ScheduleError: an item is invalid for the field, or one with `#` is not the only one.
    """
    items = text.split(",")
    if "#" in text and len(items) > 1:
        raise DAY_OF_WEEK.refusal(text)
    return tuple(_day_of_week(item) for item in items)


def _day_of_month(item: str) -> DayRule:
    if item == "L":
        return LastDay()
    if item == "LW":
        return LastWeekday()
    if nearest := NEAREST.fullmatch(item):
        return NearestWeekday(DAY_OF_MONTH.number(nearest[1]))
    return DaysOfMonth(frozenset(DAY_OF_MONTH.numbers(item)))


def _day_of_week(item: str) -> DayRule:
    if item == "L":
        return DaysOfWeek(frozenset({SATURDAY}))  # the last day of the week
    if last := LAST.fullmatch(item):
        return LastOfMonth(DAY_OF_WEEK.number(last[1]))
    if nth := NTH.fullmatch(item):
        return NthOfMonth(DAY_OF_WEEK.number(nth[1]), int(nth[2]))
    return DaysOfWeek(frozenset(DAY_OF_WEEK.numbers(item)))


def _nearest_weekday(month: Month, day: int) -> int:
    """The closest day from Monday to Friday; at a month's border the next one inside the month."""
    day_of_week = month.day_of_week(day)
    if day_of_week == SATURDAY:
        return day - 1 if day > 1 else day + 2
    if day_of_week == SUNDAY:
        return day + 1 if day < month.length else day - 2
    return day


def _nth(month: Month, day_of_week: int, index: int) -> set[int]:
    days = sorted(DaysOfWeek(frozenset({day_of_week})).days(month))
    return set(days[index:][:1])
