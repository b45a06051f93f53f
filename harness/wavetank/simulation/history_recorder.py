"""Passes a run's events to the digest, the history file, the invariants and a live view.

Events are written and checked in batches. One at a time, the code that handles them would find the
processor's caches cold on each call, and takes four times as long.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from wavetank.history import (
    AttemptErrors,
    Digest,
    Event,
    FaultInjected,
    HistoryWriter,
    UnansweredCalls,
    line_of,
)
from wavetank.invariants import InvariantSuite

type Watcher = Callable[[Event], None]


class HistoryRecorder:
    """Passes each event of a run to the digest, the history file and the invariants.

    Events are passed on when `batch_size` of them have come, or by `flush`; `watch` gets each one
    at once.
    """

    def __init__(
        self, writer: HistoryWriter | None, suite: InvariantSuite, watch: Watcher, batch_size: int
    ) -> None:
        self._writer = writer
        self._suite = suite
        self._watch = watch
        self._batch_size = batch_size
        self._pending: list[Event] = []
        self._digest = Digest()
        self.events = 0
        self.injected: set[str] = set()
        """The names of the faults that hit an event."""
        self.errors = AttemptErrors()
        self.unanswered = UnansweredCalls()

    @property
    def digest(self) -> str:
        """The digest of all events that were flushed."""
        return self._digest.value if self._writer is None else self._writer.digest

    def record(self, event: Event) -> None:
        """Add the next event, and pass it to `watch`."""
        self.events += 1
        if isinstance(event, FaultInjected):
            self.injected.add(event.fault)
        self.errors.observe(event)
        self.unanswered.observe(event)
        self._pending.append(event)
        if len(self._pending) >= self._batch_size:
            self.flush()
        self._watch(event)

    def flush(self) -> None:
        """Write and check the pending events."""
        events, self._pending = self._pending, []
        if self._writer is None:
            for event in events:
                self._digest.add(line_of(event))
        else:
            self._writer.write(*events)
        self._suite.observe_all(events)


@contextmanager
def recorded(
    path: Path | None,
    suite: InvariantSuite,
    watch: Watcher = lambda _: None,
    *,
    batch_size: int = 1,
) -> Iterator[HistoryRecorder]:
    """Record a run's events in the body; `path` is a new history file, or None for no file.

    Pending events are flushed however the body ends, Ctrl-C included.

    Raises:
        UsageError: the file exists already.
    """
    with nullcontext() if path is None else HistoryWriter(path) as writer:
        recorder = HistoryRecorder(writer, suite, watch, batch_size)
        try:
            yield recorder
        finally:
            recorder.flush()
