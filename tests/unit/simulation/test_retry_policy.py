"""When Lambda retries an asynchronous event, and when it discards it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from wavetank.simulation.retry_policy import (
    AsyncFailure,
    EndingCondition,
    GiveUp,
    InvokeConfiguration,
    QueuedEvent,
    Retry,
    after_failure,
)

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
DEFAULT = InvokeConfiguration()


def _waits(
    failure: AsyncFailure, configuration: InvokeConfiguration
) -> tuple[list[float], EndingCondition]:
    """The seconds before each further attempt, and why the event is discarded."""
    event, now, waits = QueuedEvent(NOW), NOW, list[float]()
    for _ in range(10_000):
        counted = "function_errors" if failure is AsyncFailure.FUNCTION else "system_errors"
        event = replace(event, **{counted: getattr(event, counted) + 1})
        match after_failure(event, failure, now, configuration):
            case Retry(at):
                waits.append((at - now).total_seconds())
                now = at
            case GiveUp(condition):
                return waits, condition
    raise AssertionError("Lambda retried for ever")


def test_a_failed_event_is_retried_after_one_and_two_more_minutes() -> None:
    """After three attempts the event goes to the failure destination."""
    assert _waits(AsyncFailure.FUNCTION, DEFAULT) == ([60, 120], EndingCondition.RETRIES_EXHAUSTED)


@pytest.mark.parametrize(("retries", "waits"), [(0, []), (1, [60]), (2, [60, 120])])
def test_fewer_retries_can_be_configured(retries: int, waits: list[float]) -> None:
    """MaximumRetryAttempts limits the retries."""
    configuration = InvokeConfiguration(retries_max=retries)
    assert _waits(AsyncFailure.FUNCTION, configuration) == (
        waits,
        EndingCondition.RETRIES_EXHAUSTED,
    )


def test_an_event_that_is_too_old_is_discarded_before_its_retries_are_used_up() -> None:
    """MaximumEventAgeInSeconds ends the retries."""
    configuration = InvokeConfiguration(age_max=timedelta(seconds=90))
    assert _waits(AsyncFailure.FUNCTION, configuration) == (
        [60],
        EndingCondition.EVENT_AGE_EXCEEDED,
    )


def test_a_throttled_event_is_retried_for_six_hours_at_growing_intervals() -> None:
    """From one second to five minutes; the retries of the function are not used up."""
    waits, condition = _waits(AsyncFailure.SYSTEM, DEFAULT)
    assert condition is EndingCondition.EVENT_AGE_EXCEEDED
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == 300
    assert timedelta(hours=5, minutes=50) < timedelta(seconds=sum(waits)) <= timedelta(hours=6)
