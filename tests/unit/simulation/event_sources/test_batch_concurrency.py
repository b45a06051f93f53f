"""How many batches of a queue are processed at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from wavetank.simulation.event_sources.batch_concurrency import BatchConcurrency

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("minutes", "limit"), [(0.0, 5), (0.9, 5), (1.0, 305), (4.0, 1205), (5.0, 1250), (60.0, 1250)]
)
def test_concurrency_grows_by_300_each_minute(minutes: float, limit: int) -> None:
    """While messages wait, from 5 up to 1,250."""
    assert BatchConcurrency(None).limit(NOON, NOON + minutes * MINUTE) == limit


def test_concurrency_is_five_while_no_message_waits() -> None:
    """Lambda scales back when traffic is low."""
    assert BatchConcurrency(None).limit(None, NOON) == 5


def test_maximum_concurrency_is_never_exceeded() -> None:
    """Below five at once, and later too."""
    assert BatchConcurrency(2).limit(None, NOON) == 2
    assert BatchConcurrency(100).limit(NOON, NOON + 9 * MINUTE) == 100


def test_the_next_increase_is_at_the_end_of_the_minute() -> None:
    """None once the limit is reached: more room depends on batches that end."""
    now = NOON + 1.5 * MINUTE
    assert BatchConcurrency(None).next_increase(NOON, now) == NOON + 2 * MINUTE
    assert BatchConcurrency(5).next_increase(NOON, now) is None
