"""Sends an event at several times, in wall time: what faults of a sandbox do to pushed events."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from threading import Thread

from wavetank.core.clock import Clock

LOG = logging.getLogger(__name__)


def send_after(delays: Iterable[timedelta], send: Callable[[], object], clock: Clock) -> None:
    """Send once for each delay: at once for zero, else in a thread. Lost if LocalStack stops."""
    for delay in delays:
        if delay:
            Thread(target=_send_later, args=(delay, send, clock), daemon=True).start()
        else:
            send()


def _send_later(delay: timedelta, send: Callable[[], object], clock: Clock) -> None:
    clock.sleep(delay.total_seconds())
    try:
        send()
    except Exception as error:  # noqa: BLE001 - its caller has returned
        LOG.warning("a delayed event is lost: %s", error)
