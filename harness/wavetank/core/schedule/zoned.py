"""Cron expressions by the calendar of a time zone, with daylight saving time.

A local time that does not exist, because clocks are moved forward, is skipped. One that occurs
twice, because they are moved back, is due the first time only.
[EventBridge Scheduler user guide, schedule-types: "Daylight saving time"]
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from wavetank.core.schedule.cron import Cron

LONGEST_SHIFT = timedelta(days=1)
"""Longer than any change of a zone's offset: earlier local times cannot be due later."""


@dataclass(frozen=True)
class ZonedCron:
    """A cron expression in the local time of a time zone."""

    cron: Cron
    zone: ZoneInfo

    def due_after(self, created: datetime, after: datetime) -> datetime | None:
        """The first due instant after `after`; None if there is none."""
        return next(self.instants(created, after), None)

    def instants(self, created: datetime, after: datetime) -> Iterator[datetime]:
        """Every due instant after `after`, none before `created`, in UTC."""
        start = max(created, after)
        try:
            local = (start.astimezone(self.zone) - LONGEST_SHIFT).replace(tzinfo=UTC)
        except OverflowError:  # at either end of the calendar, where no year of a cron field is
            local = start
        for due in self.cron.instants(local, local):
            instant = instant_of(due.replace(tzinfo=None), self.zone)
            if instant is not None and instant > start:
                yield instant


def instant_of(local: datetime, zone: ZoneInfo) -> datetime | None:
    """The first instant with that local time, in UTC; None if the zone has none."""
    instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None) == local else None
