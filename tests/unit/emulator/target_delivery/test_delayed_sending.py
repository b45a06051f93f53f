"""An event is sent when, and as often as, a fault of a sandbox says."""

from datetime import timedelta

import pytest

from tests.waiting import wait_until_true
from wavetank.core.clock import WallClock
from wavetank.emulator.target_delivery.delayed_sending import send_after

NOW, SOON = timedelta(), timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("delays", "at_once", "in_all"),
    [([NOW], 1, 1), ([NOW, NOW], 2, 2), ([NOW, SOON, SOON], 1, 3)],
)
def test_an_event_is_sent_once_for_each_delay(
    delays: list[timedelta], at_once: int, in_all: int
) -> None:
    """Without a delay it is sent before the service continues; a later failure is only logged."""
    sent: list[int] = []

    def send() -> None:
        sent.append(1)
        if len(sent) > at_once:
            raise RuntimeError("no such function")

    send_after(delays, send, WallClock())
    assert len(sent) >= at_once
    wait_until_true(lambda: len(sent) == in_all, "the delayed events")


def test_an_event_that_is_refused_at_once_is_the_senders_error() -> None:
    """It decides about a retry."""

    def send() -> None:
        raise LookupError("no such function")

    with pytest.raises(LookupError):
        send_after([NOW, SOON], send, WallClock())
