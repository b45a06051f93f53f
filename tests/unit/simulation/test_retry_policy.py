"""When Lambda tries an event again, and when it gives up."""

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
    """The seconds before each further attempt, and why there is no other."""
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
    raise AssertionError("Lambda never gave up")


def test_a_function_that_fails_is_tried_a_minute_later_and_two_minutes_after_that() -> None:
    """Three attempts, and then its failure is a matter of the destination."""
    assert _waits(AsyncFailure.FUNCTION, DEFAULT) == ([60, 120], EndingCondition.RETRIES_EXHAUSTED)


@pytest.mark.parametrize(("retries", "waits"), [(0, []), (1, [60]), (2, [60, 120])])
def test_fewer_retries_can_be_asked_for(retries: int, waits: list[float]) -> None:
    """MaximumRetryAttempts."""
    configuration = InvokeConfiguration(retries_max=retries)
    assert _waits(AsyncFailure.FUNCTION, configuration) == (
        waits,
        EndingCondition.RETRIES_EXHAUSTED,
    )


def test_an_event_that_grows_too_old_is_given_up_before_its_retries_are() -> None:
    """MaximumEventAgeInSeconds."""
    configuration = InvokeConfiguration(age_max=timedelta(seconds=90))
    assert _waits(AsyncFailure.FUNCTION, configuration) == (
        [60],
        EndingCondition.EVENT_AGE_EXCEEDED,
    )


def test_a_throttled_event_is_tried_for_six_hours_at_growing_intervals() -> None:
    """From a second to five minutes; no retry of the function's is used up."""
    waits, condition = _waits(AsyncFailure.SYSTEM, DEFAULT)
    assert condition is EndingCondition.EVENT_AGE_EXCEEDED
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == 300
    assert timedelta(hours=5, minutes=50) < timedelta(seconds=sum(waits)) <= timedelta(hours=6)
