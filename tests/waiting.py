"""Waiting for conditions in tests: with a deadline, and a failure that says what was seen last.

The deadlines are for a host without other load; on a busy one they are later.
"""

from collections.abc import Callable

from tests.clocks import LoadedClock
from wavetank.aws.observers import wait_until


def wait_until_true(
    condition: Callable[[], object],
    expected: str,
    within_seconds: float = 20.0,
    pace_seconds: float = 0.05,
) -> None:
    """Returns when the condition holds.

    Raises:
        ConditionTimeoutError: it did not come to hold.
    """
    wait_until_seen(condition, bool, expected, within_seconds, pace_seconds)


def wait_until_seen[T](
    observe: Callable[[], T],
    accept: Callable[[T], object],
    expected: str,
    within_seconds: float = 20.0,
    pace_seconds: float = 0.05,
) -> T:
    """Returns the first observation that is accepted.

    Raises:
        ConditionTimeoutError: none was.
    """
    return wait_until(
        observe,
        accept,
        expected=expected,
        hint="see the test's captured output",
        within_seconds=within_seconds,
        clock=LoadedClock(),
        pace_seconds=pace_seconds,
    )
