"""The last attempts of every function, as the executor observed them, for pages and watchers.

A log contains the same, if the function may write one. The number of attempts is limited, and they
are lost when LocalStack stops.
"""

import json
import secrets
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from wavetank.emulator.lambda_.invocation_log import ReportLine
from wavetank.emulator.lambda_.outcome import InvocationOutcome

ATTEMPTS_MAX = 50
"""Of each function."""
RECENT_MAX = 500
"""Of all functions, in the order in which they ended."""
SCHEDULED = "Scheduled Event"
"""The detail type of EventBridge's scheduled events. [EventBridge user guide: eb-events]"""
MESSAGE_CHARACTERS = 300


@dataclass(frozen=True, kw_only=True)
class EventAttempt:
    """An attempt of a function to handle one event.

    `number` counts the attempts at its request from one; `tick` is the due instant of its scheduled
    event, None for other events; `init_ms` is None for a warm start.
    """

    function: str
    request: str
    number: int
    tick: datetime | None
    ended: datetime
    status: str
    error: str
    message: str
    duration_ms: float
    init_ms: float | None


@dataclass(frozen=True)
class AttemptPage:
    """A page of attempts after a cursor, oldest first, and the cursor for the next page."""

    attempts: tuple[EventAttempt, ...]
    next: str


class AttemptRegister:
    """Records the latest attempts of all functions, by the function's unqualified ARN.

    A name is unique only within an account and a region.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._attempts: dict[str, deque[EventAttempt]] = defaultdict(
            lambda: deque(maxlen=ATTEMPTS_MAX)
        )
        self._running = Counter[str]()
        self._recent: deque[EventAttempt] = deque(maxlen=RECENT_MAX)
        self._ended = 0
        self._identity = secrets.token_hex(4)

    @contextmanager
    def running(self, function: str) -> Iterator[None]:
        """Count one more running attempt of the function while the body runs."""
        with self._lock:
            self._running[function] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[function] -= 1

    def note(
        self, function: str, request: str, payload: bytes, report: ReportLine, now: datetime
    ) -> None:
        """Record that an attempt at the request has ended."""
        error, message = _error_of(report.outcome)
        with self._lock:
            attempts = self._attempts[function]
            attempt = EventAttempt(
                function=function.rpartition(":")[2],
                request=request,
                number=1 + sum(earlier.request == request for earlier in attempts),
                tick=scheduled_for(payload),
                ended=now,
                status=report.outcome.status,
                error=error,
                message=message,
                duration_ms=report.duration_ms,
                init_ms=report.init_ms,
            )
            attempts.append(attempt)
            self._recent.append(attempt)
            self._ended += 1

    def of(self, function: str) -> list[EventAttempt]:
        """The function's last attempts, the newest first."""
        with self._lock:
            return list(reversed(self._attempts[function]))

    def since(self, cursor: str) -> AttemptPage:
        """The attempts of all functions after the cursor, which is `next` of an earlier page.

        All recent ones if it is empty or another process's, as after a restart of LocalStack; at
        most `RECENT_MAX`.
        """
        identity, _, number = cursor.partition("-")
        known = identity == self._identity and number.isdecimal()
        with self._lock:
            fresh = self._ended - int(number) if known else self._ended
            found = list(self._recent)[-fresh:] if fresh > 0 else []
            return AttemptPage(tuple(found), f"{self._identity}-{self._ended}")

    def running_now(self, function: str) -> int:
        """The number of running attempts of the function."""
        with self._lock:
            return self._running[function]


ATTEMPTS = AttemptRegister()
"""Global, because LocalStack creates an executor for each environment without arguments."""


def scheduled_for(payload: bytes) -> datetime | None:
    """The due instant of a scheduled event; None if the payload is another event."""
    event = _object(payload)
    if event.get("detail-type") != SCHEDULED:
        return None
    try:
        return datetime.fromisoformat(str(event.get("time"))).astimezone(UTC)
    except ValueError:
        return None


def _error_of(outcome: InvocationOutcome) -> tuple[str, str]:
    """The error's type and message; an error of the handler is in the payload."""
    if not outcome.is_error:
        return "", ""
    raised = _object(outcome.payload)
    kind = outcome.error_type or str(raised.get("errorType", ""))
    return kind, str(raised.get("errorMessage", ""))[:MESSAGE_CHARACTERS]


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (RecursionError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
