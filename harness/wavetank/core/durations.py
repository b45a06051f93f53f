"""Durations as users write them: `250ms`, `90s`, `10m`, `1h`, `2d`."""

import re
from datetime import timedelta

from wavetank.core.errors import UsageError

UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
DURATION = re.compile(r"([0-9]{1,9})(ms|s|m|h|d)")
"""The maximum number of digits: nine digits of days still fit a timedelta."""
YEAR = timedelta(days=365)


def parse_duration(text: str) -> timedelta:
    """Parse a duration from a user, or from `duration_text`.

    Raises:
        ValueError: it is not a whole number and a unit.
    """
    matched = DURATION.fullmatch(text)
    if matched is None:
        raise ValueError("not a whole number with a unit")
    return int(matched[1]) * UNITS[matched[2]]


def duration_option(text: str, longest: timedelta = YEAR, option: str = "--duration") -> timedelta:
    """The length of time that an option gives.

    Raises:
        UsageError: it is not one, not above zero, or longer than `longest`.
    """
    expected = f"a duration above zero and of at most {duration_text(longest)}"
    try:
        duration = parse_duration(text)
    except ValueError as error:
        action = "write a whole number and its unit, such as 30m, 1h or 2d"
        raise UsageError(expected, f"{option} {text}", action) from error
    if not timedelta() < duration <= longest:
        raise UsageError(expected, f"{option} {text}", "correct it")
    return duration


def duration_text(duration: timedelta) -> str:
    """The shortest form, exact for whole milliseconds: `90s`, but `2m` and not `120s`."""
    if not duration:
        return "0s"
    for unit, length in UNITS.items():
        if not duration % length:
            return f"{duration // length}{unit}"
    raise ValueError(f"{duration} is not of whole milliseconds")
