"""Durations as keyword arguments of a test: `minutes=10`, `hours=1, minutes=30`."""

from datetime import timedelta
from typing import TypedDict

from wavetank.core.durations import YEAR
from wavetank.core.errors import UsageError
from wavetank.faults.fault import MILLISECOND


class Span(TypedDict, total=False):
    """A duration as keyword arguments, with the units of `datetime.timedelta`."""

    days: float
    hours: float
    minutes: float
    seconds: float


def duration_of(span: Span) -> timedelta:
    """The duration; zero without any unit.

    Raises:
        UsageError: it is negative, longer than a year, or not in whole milliseconds.
    """
    given = ", ".join(f"{unit}={number}" for unit, number in span.items())
    try:
        duration = timedelta(**span)
    except (OverflowError, ValueError) as error:  # also for values that are not numbers
        raise _refused(given) from error
    if not timedelta() <= duration <= YEAR or duration % MILLISECOND:
        raise _refused(given)
    return duration


def _refused(given: str) -> UsageError:
    return UsageError("a duration of 0 to a year, in whole milliseconds", given, "correct it")
