"""How old the newest object may be, and the wait for the first one after a start."""

from collections.abc import Callable
from contextlib import suppress

from wavetank.aws.clients import AwsClients, ClientError
from wavetank.aws.observers import age_seconds, delivered_objects, wait_until
from wavetank.core.clock import Clock
from wavetank.core.errors import ConditionTimeoutError
from wavetank.core.naming import Names
from wavetank.ticker.observers import last_tick, read_prices

WAITING = "waiting for Firehose to deliver, at most a minute and a half"
FRESH_SECONDS_MAX = 180.0
"""A tick a minute, a minute of buffering, and one in reserve."""
BUFFERED_SECONDS_MAX = 90.0
"""The template's buffering interval, and half a minute in reserve."""


def wait_until_fresh(
    aws: AwsClients, names: Names, clock: Clock, is_expected: Callable[[], bool]
) -> None:
    """Waits for the first object after a start, as long as Firehose may buffer it.

    Only if `is_expected` returns True. A missing or late object is left to the checks.
    """
    with suppress(ConditionTimeoutError, ClientError):
        if not is_expected():
            return
        wait_until(
            lambda: delivered_objects(aws, names.bucket),
            lambda found: any(
                age_seconds(entry.modified, clock) <= FRESH_SECONDS_MAX for entry in found
            ),
            expected="a fresh object",
            hint="inspect the delivery stream",
            within_seconds=BUFFERED_SECONDS_MAX,
            clock=clock,
            pace_seconds=1.0,
        )


def has_recent_tick(aws: AwsClients, names: Names, clock: Clock) -> bool:
    """From the table, to which the shipped handler writes its last tick."""
    tick = last_tick(read_prices(aws, names.table))
    return tick is not None and age_seconds(tick, clock) <= FRESH_SECONDS_MAX
