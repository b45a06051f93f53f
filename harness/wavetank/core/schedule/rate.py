"""`rate(5 minutes)`: at regular intervals, counted from the rule's creation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from wavetank.core.schedule.refusal import ScheduleError

PERIODS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
VALUE = re.compile("[0-9]+")
CONTENT = re.compile("([^ ]+) +([^ ]+)")


@dataclass(frozen=True)
class Rate:
    """The schedule expression `rate(...)`: due each `period` after the rule's creation."""

    period: timedelta

    def due_after(self, created: datetime, after: datetime) -> datetime | None:
        """The first due instant after `after`; None if it is beyond the year 9999."""
        periods = max(0, (after - created) // self.period) + 1
        try:
            return created + periods * self.period
        except OverflowError:
            return None

    def instants(self, created: datetime, after: datetime) -> Iterator[datetime]:
        """Every due instant after `after`."""
        due = self.due_after(created, after)
        while due is not None:
            yield due
            due = self.due_after(created, due)

    def instants_from(self, anchor: datetime, after: datetime) -> Iterator[datetime]:
        """Every due instant after `after` of a rate whose first is at `anchor`."""
        if anchor > after:
            yield anchor
        yield from self.instants(anchor, max(after, anchor))

    def numbers(self, created: datetime, until: datetime) -> "RateNumbers":
        """Its due instants by number, whatever `until` is."""
        del until
        return RateNumbers(created, self.period)


@dataclass(frozen=True)
class RateNumbers:
    """Numbers the due instants of a rate, from 0 for the first after the rule's creation."""

    created: datetime
    period: timedelta

    def count_until(self, instant: datetime) -> int:
        """How many are due up to and including the instant."""
        return max(0, (instant - self.created) // self.period)

    def instant(self, number: int) -> datetime:
        """The instant with this number."""
        return self.created + (number + 1) * self.period


def parse_rate(content: str, *, plural_of_one: bool = False) -> Rate:
    """The rate between the parentheses: a whole number, white space, a unit.

    The unit is singular for 1 and plural for more; `plural_of_one` also accepts the plural for 1.
    [EventBridge user guide, eb-rate-expressions]

    Raises:
        ScheduleError: it is invalid, or longer than the calendar.
    """
    parts = CONTENT.fullmatch(content)
    if parts is None:
        raise ScheduleError("rate", content, "a value and a unit, as in `5 minutes`")
    value, unit = _parse_value(parts[1]), parts[2]
    plural = [f"{name}s" for name in PERIODS]
    allowed = [*PERIODS, *(plural if plural_of_one else ())] if value == 1 else plural
    if unit not in allowed:
        raise ScheduleError("the unit", unit, f"one of {', '.join(allowed)} after {value}")
    try:
        return Rate(value * PERIODS[unit.removesuffix("s")])
    except OverflowError:
        raise ScheduleError("the value", parts[1], "at most 999999999 days") from None


def _parse_value(text: str) -> int:
    if not VALUE.fullmatch(text) or int(text) < 1:
        raise ScheduleError("the value", text, "a whole number from 1")
    return int(text)
