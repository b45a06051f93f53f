"""Instants, durations and sizes in words, and positions of instants on an axis."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEPS = tuple(
    timedelta(seconds=seconds)
    for seconds in (
        *(1, 5, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200),
        *(86_400 * days for days in (1, 2, 7, 14, 28, 91, 182, 365)),
    )
)
"""Distances between two labels of an axis."""
LABELS_MAX = 9
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
KIBI = 1024
MILLISECONDS = 1000


def full(instant: datetime) -> str:
    """With its date: `2030-01-01 00:10:00`, in UTC."""
    return instant.strftime("%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True)
class Axis:
    """A time axis of a chart, from left to right."""

    begin: datetime
    end: datetime

    @property
    def span(self) -> timedelta:
        """At least a second, so that every instant has a position."""
        return max(self.end - self.begin, SECOND)

    def percent(self, instant: datetime) -> str:
        """The distance from the left, in the form of SVG: `12.5%`."""
        return f"{self.fraction(instant) * 100:.3f}".rstrip("0").rstrip(".") + "%"

    def fraction(self, instant: datetime) -> float:
        """The distance from the left, limited to 0 to 1."""
        return min(1.0, max(0.0, (instant - self.begin) / self.span))

    def clock(self, instant: datetime) -> str:
        """`00:10:00`, preceded by the day if the axis has several."""
        time = instant.strftime("%H:%M:%S")
        return time if self._is_of_one_day else f"{day(instant)} {time}"

    def labels(self) -> Iterator[tuple[datetime, str]]:
        """A few round instants with their labels."""
        step = next((step for step in STEPS if self.span / step <= LABELS_MAX), STEPS[-1])
        instant = EPOCH + -((EPOCH - self.begin) // step) * step
        while instant <= self.end:
            yield instant, label(instant, step)
            instant += step

    @property
    def _is_of_one_day(self) -> bool:
        return (self.end - EPOCH) // DAY == (self.begin - EPOCH) // DAY


def label(instant: datetime, step: timedelta) -> str:
    """As short as the step allows; the first instant of a day is its date."""
    if not (instant - EPOCH) % DAY:
        return day(instant)
    return instant.strftime("%H:%M:%S" if step < timedelta(minutes=1) else "%H:%M")


def day(instant: datetime) -> str:
    """`1 Jan`."""
    return f"{instant.day} {MONTHS[instant.month - 1]}"


def duration(milliseconds: int) -> str:
    """`250 ms`, `1.5 s`, `1 min 15 s`, `3 h`: two units at most."""
    if milliseconds < MILLISECONDS:
        return f"{milliseconds} ms" if milliseconds else "0 s"
    seconds, rest = divmod(milliseconds, MILLISECONDS)
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds + rest / MILLISECONDS:.3g} s"
    units = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    index = next(index for index, (unit, _) in enumerate(units) if seconds >= unit)
    (unit, name), (lesser, its_name) = units[index : index + 2]
    whole, left = seconds // unit, seconds % unit // lesser
    return f"{whole} {name} {left} {its_name}" if left else f"{whole} {name}"


def bytes_text(count: int) -> str:
    """`512 B`, `1.4 KiB`."""
    size, names = float(count), iter(("B", "KiB", "MiB", "GiB"))
    name = next(names)
    while size >= KIBI and name != "GiB":
        size, name = size / KIBI, next(names)
    return f"{size:.4g} {name}"


def number(count: int) -> str:
    """`28,800`."""
    return f"{count:,}"
