"""`at(2026-11-30T08:00:00)`: once, at a local time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from wavetank.core.schedule.refusal import ScheduleError

LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass(frozen=True)
class OneTime:
    """The schedule expression `at(...)`: due once, at one instant."""

    instant: datetime

    def due_after(self, created: datetime, after: datetime) -> datetime | None:
        """The instant, unless it is past."""
        return next(self.instants(created, after), None)

    def instants(self, created: datetime, after: datetime) -> Iterator[datetime]:
        """The instant, if it is after `after`."""
        del created
        if self.instant > after:
            yield self.instant


def parse_local_time(content: str) -> datetime:
    """The local time between the parentheses of `at(...)`, without a zone.

    [EventBridge Scheduler user guide, schedule-types]

    Raises:
        ScheduleError: it is not yyyy-mm-ddThh:mm:ss.
    """
    try:
        if LOCAL_TIME.fullmatch(content):
            return datetime.fromisoformat(content)
    except ValueError:
        pass
    raise ScheduleError("at", content, "a time such as 2026-11-30T08:00:00")
