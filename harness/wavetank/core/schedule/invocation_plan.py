"""When a schedule of EventBridge Scheduler invokes its target: a value without a clock.

[EventBridge Scheduler user guide, schedule-types, managing-schedule-flexible-time-windows;
EventBridge Scheduler API reference, CreateSchedule]
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wavetank.core.schedule.cron import parse_cron
from wavetank.core.schedule.one_time import OneTime, parse_local_time
from wavetank.core.schedule.rate import Rate, parse_rate
from wavetank.core.schedule.refusal import ScheduleError
from wavetank.core.schedule.zoned import ZonedCron, instant_of

EXPRESSION = re.compile(r"(rate|cron|at)\((.*)\)")
MOMENT = timedelta(microseconds=1)
NEVER = OneTime(datetime.min.replace(tzinfo=UTC))
LAST = datetime.max.replace(tzinfo=UTC)

type Recurrence = Rate | ZonedCron | OneTime


@dataclass(frozen=True)
class PlannedInvocation:
    """An invocation by a schedule: when it is scheduled, and when in the window it happens."""

    scheduled: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class InvocationPlan:
    """When a schedule of EventBridge Scheduler invokes its target; `key` identifies the schedule.

    A rate begins at `start` or, without one, at once. A cron expression begins after both its
    creation and `start`. A one-time schedule ignores `start` and `end`. With a flexible window the
    invocation happens at some instant within it, which only depends on the key and the instant.
    """

    expression: str
    created: datetime
    key: str
    zone: str = "UTC"
    start: datetime | None = None
    end: datetime | None = None
    window: timedelta = field(default=timedelta())

    def first(self) -> PlannedInvocation | None:
        """The first invocation since the schedule's creation; None if there is none."""
        return self.after(self.created - MOMENT)

    def after(self, scheduled: datetime) -> PlannedInvocation | None:
        """The first invocation whose scheduled instant is after `scheduled`; None: no more."""
        return next(self.invocations(scheduled), None)

    def invocations(self, after: datetime) -> Iterator[PlannedInvocation]:
        """Every invocation whose scheduled instant is after `after`, in order."""
        recurrence = parse_recurrence(self.expression, self.zone)
        end = None if isinstance(recurrence, OneTime) else self.end
        for scheduled in self._instants(recurrence, after):
            if end is not None and scheduled > end:
                return
            yield PlannedInvocation(scheduled, _later(scheduled, self._offset(scheduled)))

    def _instants(self, recurrence: Recurrence, after: datetime) -> Iterator[datetime]:
        is_later = self.start is not None and self.start > self.created
        match recurrence:
            case Rate():
                anchor = self.start or self.created
                yield from recurrence.instants_from(anchor, max(after, self.created - MOMENT))
            case ZonedCron():
                begin = self.start - MOMENT if self.start and is_later else self.created
                yield from recurrence.instants(begin, after)
            case OneTime():
                yield from recurrence.instants(self.created, max(after, self.created - MOMENT))

    def _offset(self, scheduled: datetime) -> timedelta:
        digest = hashlib.sha256(f"{self.key} {scheduled.isoformat()}".encode()).digest()
        return self.window * (int.from_bytes(digest[:4]) / 2**32)


def _later(instant: datetime, offset: timedelta) -> datetime:
    """The instant plus the offset, or the end of the calendar."""
    return instant + min(offset, LAST - instant)


@lru_cache(maxsize=1024)
def parse_recurrence(expression: str, zone: str) -> Recurrence:
    """The instants of an expression `rate(...)`, `cron(...)` or `at(...)` in the zone.

    Raises:
        ScheduleError: EventBridge Scheduler would refuse it, or the zone does not exist.
    """
    matched = EXPRESSION.fullmatch(expression)
    if matched is None:
        raise ScheduleError("the expression", expression, "rate(...), cron(...) or at(...)")
    found, content = parse_zone(zone), matched[2]
    match matched[1]:
        case "rate":
            # its user guide names plural units only, and its API reference both
            return parse_rate(content, plural_of_one=True)
        case "cron":
            return ZonedCron(parse_cron(content), found)
    try:
        instant = instant_of(parse_local_time(content), found)
    except OverflowError:
        allowed = "a time within the years 1 to 9999 in UTC"
        raise ScheduleError("at", content, allowed) from None
    return NEVER if instant is None else OneTime(instant)


def parse_zone(name: str) -> ZoneInfo:
    """The time zone of the name, from the IANA database.

    Raises:
        ScheduleError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleError("the time zone", name, "a name such as Europe/Berlin") from None
