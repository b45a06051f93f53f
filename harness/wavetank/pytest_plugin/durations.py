"""How long, as a test says it: `minutes=10`, `hours=1, minutes=30`."""

from datetime import timedelta
from typing import TypedDict

from wavetank.core.durations import YEAR
from wavetank.core.errors import UsageError
from wavetank.faults.fault import MILLISECOND


class Span(TypedDict, total=False):
    """The units that may be named, as those of `datetime.timedelta`."""

    days: float
    hours: float
    minutes: float
    seconds: float


def duration_of(span: Span) -> timedelta:
    """The duration; nothing where nothing is named.

    Raises:
        UsageError: it is negative, longer than a year, or not of whole milliseconds.
    """
    said = ", ".join(f"{unit}={number}" for unit, number in span.items())
    try:
        duration = timedelta(**span)
    except (OverflowError, ValueError) as error:  # also of what is no number
        raise _refused(said) from error
    if not timedelta() <= duration <= YEAR or duration % MILLISECOND:
        raise _refused(said)
    return duration


def _refused(said: str) -> UsageError:
    return UsageError(
        "a duration up to a year, in whole milliseconds", said, "time never goes back; correct it"
    )
