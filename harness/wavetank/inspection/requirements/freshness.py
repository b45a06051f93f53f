"""How old the newest object may be, and waiting for the first one after a start."""

from collections.abc import Callable
from contextlib import suppress

from wavetank.aws.clients import AwsClients, ClientError
from wavetank.aws.observers import (
    age_seconds,
    delivered_objects,
    last_tick,
    read_prices,
    wait_until,
)
from wavetank.core.clock import Clock
from wavetank.core.errors import ConditionTimeoutError
from wavetank.core.naming import Names

FRESH_SECONDS_MAX = 180.0
"""A tick a minute, a minute of buffering, and one to spare."""
BUFFERED_SECONDS_MAX = 90.0
"""The template's buffering interval, and half a minute to spare."""


def wait_until_fresh(
    aws: AwsClients, names: Names, clock: Clock, is_on_its_way: Callable[[], bool]
) -> None:
    """Waits for the first object after a start, as long as Firehose may buffer it.

    Only where something is on its way. What did not come in time, or is not there to be looked at,
    is for a check to judge.
    """
    with suppress(ConditionTimeoutError, ClientError):
        if not is_on_its_way():
            return
        wait_until(
            lambda: delivered_objects(aws, names.bucket),
            lambda found: any(
                age_seconds(entry.modified, clock) <= FRESH_SECONDS_MAX for entry in found
            ),
            expected="a fresh object",
            hint="look at the delivery stream",
            within_seconds=BUFFERED_SECONDS_MAX,
            clock=clock,
            pace_seconds=1.0,
        )


def made_a_tick_lately(aws: AwsClients, names: Names, clock: Clock) -> bool:
    """By the table, where the project's own handler leaves the tick that it made last."""
    tick = last_tick(read_prices(aws, names.table))
    return tick is not None and age_seconds(tick, clock) <= FRESH_SECONDS_MAX
