"""The sandbox's schedule, which checks its rules twice a second without notification."""

from datetime import datetime, timedelta

from tests.waiting import wait_until_seen
from wavetank.core.clock import WallClock

LOOK = timedelta(seconds=1)


def schedule_has_looked() -> datetime:
    """Waits until it has seen what there is now; returns the time before the wait."""
    now = WallClock().now()
    wait_until_seen(lambda: WallClock().now() - now, lambda age: age > LOOK, "the schedule to look")
    return now
