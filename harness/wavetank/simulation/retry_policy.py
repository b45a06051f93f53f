"""How Lambda handles a failed asynchronous event: when it retries it, and when it discards it.

[Lambda developer guide: invocation-async-error-handling; API: EventInvokeConfig]
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FUNCTION_ERROR_WAITS = (timedelta(minutes=1), timedelta(minutes=2))
"""Before the second and the third attempt; MaximumRetryAttempts allows no fourth.
[Lambda API: PutFunctionEventInvokeConfig]"""
SYSTEM_WAIT_FIRST = timedelta(seconds=1)
SYSTEM_WAIT_MAX = timedelta(minutes=5)
RETRIES_DEFAULT = 2
AGE_DEFAULT = timedelta(hours=6)
"""The longest that Lambda keeps an event, and the default of MaximumEventAgeInSeconds."""


class AsyncFailure(StrEnum):
    """The kinds of failed attempts at an asynchronous event."""

    FUNCTION = "function error"
    SYSTEM = "throttle or system error"


class EndingCondition(StrEnum):
    """Why Lambda discarded the event: the `condition` in the record that it sends."""

    RETRIES_EXHAUSTED = "RetriesExhausted"
    EVENT_AGE_EXCEEDED = "EventAgeExceeded"


@dataclass(frozen=True, kw_only=True)
class InvokeConfiguration:
    """A function's EventInvokeConfig; a destination is an ARN, or None.

    `dead_letters` is the target of its DeadLetterConfig, which is part of the function itself.
    """

    retries_max: int = RETRIES_DEFAULT
    age_max: timedelta = AGE_DEFAULT
    on_failure: str | None = None
    on_success: str | None = None
    dead_letters: str | None = None


@dataclass(frozen=True)
class QueuedEvent:
    """An event in Lambda's queue: when it was accepted, and its failures by kind."""

    accepted: datetime
    function_errors: int = 0
    system_errors: int = 0

    @property
    def attempts(self) -> int:
        """How often the function ran with it: a throttled attempt never reaches the function."""
        return self.function_errors


@dataclass(frozen=True)
class Retry:
    """The decision to try an asynchronous event again, at this instant."""

    at: datetime


@dataclass(frozen=True)
class GiveUp:
    """The decision to discard an asynchronous event."""

    condition: EndingCondition


def after_failure(
    event: QueuedEvent, failure: AsyncFailure, now: datetime, configuration: InvokeConfiguration
) -> Retry | GiveUp:
    """What Lambda does after a failure, which `event` counts already."""
    if failure is AsyncFailure.FUNCTION and event.function_errors > configuration.retries_max:
        return GiveUp(EndingCondition.RETRIES_EXHAUSTED)
    at = now + _wait(event, failure)
    if at - event.accepted > configuration.age_max:
        return GiveUp(EndingCondition.EVENT_AGE_EXCEEDED)
    return Retry(at)


def _wait(event: QueuedEvent, failure: AsyncFailure) -> timedelta:
    if failure is AsyncFailure.FUNCTION:
        return FUNCTION_ERROR_WAITS[event.function_errors - 1]
    wait = SYSTEM_WAIT_FIRST
    for _ in range(event.system_errors - 1):
        wait = min(wait * 2, SYSTEM_WAIT_MAX)
    return wait
