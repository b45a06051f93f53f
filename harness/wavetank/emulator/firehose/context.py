"""The context that all parts of Firehose's delivery share: clock, lock, callbacks."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from wavetank.core.clock import Clock
from wavetank.emulator.firehose.functions import Invoke
from wavetank.emulator.firehose.observing import DeliveryObserver, DeliveryReporter
from wavetank.emulator.firehose.stream import Stream

type InBackground = Callable[[Callable[[], None]], None]


def at_once(work: Callable[[], None]) -> None:
    """Do the work in this thread."""
    work()


@dataclass
class DeliveryContext:
    """Clock, lock, reporter and callbacks that all parts of Firehose's delivery share.

    `observer`, `new_id` and `invoke` may be replaced. `changed` is the lock of all streams, and
    notified of their changes. `in_background` does what may take minutes.
    """

    clock: Clock
    reporter: DeliveryReporter
    invoke: Invoke
    in_background: InBackground = at_once
    observer: DeliveryObserver | None = None
    new_id: Callable[[], object] = uuid.uuid4
    changed: threading.Condition = field(
        default_factory=lambda: threading.Condition(threading.RLock())
    )

    def tell_replacements(self, stream: Stream) -> None:
        """Report to the observer what processing has replaced since the last call."""
        for found in stream.take_replacements():
            if self.observer is not None:
                self.observer.replaced(
                    stream.id.label, found.before, dict(found.after), is_failed=found.is_failed
                )
