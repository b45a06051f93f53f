"""The values of each of the six fields of a cron expression, and the numbers that they mean.

[EventBridge user guide, eb-cron-expressions]
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wavetank.core.schedule.refusal import ScheduleError

ITEM = re.compile(r"(?:(?P<all>\*)|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>[0-9]+))?")
"""One item of a list: `*`, `5`, `JAN`, `8-17`, `0/15`, `0-30/10`."""

NUMBER = re.compile("[0-9]+")


@dataclass(frozen=True)
class Field:
    """A field of a cron expression: its name, and the numbers from `low` to `high`.

    The first numbers may have `names` too.
    """

    name: str
    low: int
    high: int
    wildcards: str
    names: tuple[str, ...] = ()
    wraps: bool = True
    """Whether ranges wrap around, so that 22-2 is a range of hours."""

    def parse(self, text: str) -> frozenset[int]:
        """The numbers that a list such as `1,8-17,20/2` means."""
        return frozenset(number for item in text.split(",") for number in self.numbers(item))

    def numbers(self, item: str) -> Iterator[int]:
        """The numbers of one item.

        A step without an end runs to the highest number. A range may wrap around to the lowest: AWS
        gives `0/30 20-2 ? * MON-FRI *` as an example, which has 00:00 to 02:30 on Mondays and none
        on Saturdays. A step counts on as if each month had 31 days.

        Raises:
            ScheduleError: the item is invalid for the field.
        """
        matched = ITEM.fullmatch(item)
        if matched is None:
            raise self.refusal(item)
        step = self._step(item, matched["step"])
        first = self.low if matched["all"] else self.number(matched["first"])
        last = self._last(item, first, matched)
        size = self.high - self.low + 1
        for number in range(first, last + 1, step):
            yield (number - self.low) % size + self.low

    def number(self, text: str) -> int:
        """The number of digits or a name; names are in capitals."""
        if text in self.names:
            return self.low + self.names.index(text)
        if not NUMBER.fullmatch(text) or not self.low <= int(text) <= self.high:
            raise self.refusal(text)
        return int(text)

    def refusal(self, value: str) -> ScheduleError:
        """The error that the value is invalid for this field."""
        names = f" or {self.names[0]}-{self.names[-1]}" if self.names else ""
        allowed = f"of {self.low}-{self.high}{names} with the wildcards {self.wildcards}"
        return ScheduleError(self.name, value, allowed)

    def _step(self, item: str, text: str | None) -> int:
        """AWS refuses `*/60` minutes. [https://github.com/aws/aws-sdk-js/issues/4212]."""
        step = int(text or 1)
        if not 1 <= step <= self.high:
            raise self.refusal(item)
        return step

    def _last(self, item: str, first: int, matched: re.Match[str]) -> int:
        """The end of the item; above `high` if the range wraps around."""
        if matched["last"] is None:
            return self.high if matched["all"] or matched["step"] else first
        last = self.number(matched["last"])
        if last >= first:
            return last
        if not self.wraps:
            raise self.refusal(item)
        return last + self.high - self.low + 1


MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAY_NAMES = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

MINUTES = Field("Minutes", 0, 59, ", - * /")
HOURS = Field("Hours", 0, 23, ", - * /")
DAY_OF_MONTH = Field("Day-of-month", 1, 31, ", - * ? / L W")
MONTH = Field("Month", 1, 12, ", - * /", MONTH_NAMES)
DAY_OF_WEEK = Field("Day-of-week", 1, 7, ", - * ? / L #", DAY_NAMES)
YEAR = Field("Year", 1970, 2199, ", - * /", wraps=False)
