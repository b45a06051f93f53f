"""The wrong-clock fault: moves "now" for all of LocalStack by a number of seconds.

A container has no clock of its own, so freezegun moves Python's time, which continues from there.
Functions' processes keep the host's time: they take the tick from their event.

`GET /_wavetank/clock` returns the offset, `POST {"offset_seconds": -3600}` sets it, and `DELETE`
resets it.
"""

import threading
from datetime import timedelta
from typing import Any

import freezegun
from localstack.http import Request, Response, route
from localstack.runtime import hooks
from localstack.services.edge import ROUTER

from wavetank.core.clock import Clock, WallClock

OFFSET_SECONDS_MAX = 366 * 86400
BAD_REQUEST = 400
NOT_MOVED = ("wavetank.emulator.lambda_", "twisted", "threading", "selectors", "queue")
"""Modules that measure durations across the moment at which the clock is moved."""


class ClockOffset:
    """Offset of LocalStack's clock from the host's in seconds, and the routes that set it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._frozen: Any = None
        self._offset_seconds = 0.0

    @property
    def offset_seconds(self) -> float:
        """The offset of LocalStack's clock from the host's."""
        return self._offset_seconds

    @route("/_wavetank/clock", methods=["GET"])
    def on_get(self, _: Request, **__: object) -> dict[str, float]:
        """Returns the offset of LocalStack's clock."""
        return {"offset_seconds": self._offset_seconds}

    @route("/_wavetank/clock", methods=["POST"])
    def on_post(self, request: Request, **__: object) -> dict[str, float] | Response:
        """Moves LocalStack's clock by an offset."""
        offset = (request.get_json(silent=True) or {}).get("offset_seconds")
        if not isinstance(offset, int | float) or abs(offset) > OFFSET_SECONDS_MAX:
            message = f"expected offset_seconds of at most a year; found {offset!r}; correct it\n"
            return Response(message, BAD_REQUEST)
        self.move(float(offset))
        return {"offset_seconds": self._offset_seconds}

    @route("/_wavetank/clock", methods=["DELETE"])
    def on_delete(self, _: Request, **__: object) -> dict[str, float]:
        """Resets LocalStack's clock to the host's time."""
        self.move(0.0)
        return {"offset_seconds": self._offset_seconds}

    def move(self, offset_seconds: float) -> None:
        """Set the offset; 0 resets the clock to the host's time."""
        with self._lock:
            if self._frozen is not None:
                self._frozen.stop()
                self._frozen = None
            if offset_seconds:
                there = self._clock.now() + timedelta(seconds=offset_seconds)
                self._frozen = freezegun.freeze_time(there, tick=True, ignore=list(NOT_MOVED))
                self._frozen.start()
            self._offset_seconds = offset_seconds


WRONG_CLOCK = ClockOffset(WallClock())
"""The only instance, because freezegun moves the time of the whole process."""


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def offer_wrong_clock() -> None:
    """Add the routes."""
    ROUTER.add(WRONG_CLOCK)
