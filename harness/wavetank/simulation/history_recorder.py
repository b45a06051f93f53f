"""What becomes of a run's events: digest, file and judges, and whoever watches.

Written and judged in groups where a run makes events faster than anybody reads them. Code that is
called once in a while finds the processor's caches full of something else: written one by one, the
same events took four times as long.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from wavetank.history import Digest, Event, HistoryWriter, line_of
from wavetank.invariants import Judges

type Watcher = Callable[[Event], None]


class HistoryRecorder:
    """Every event goes to the digest, to the file where there is one, and to the judges.

    At the latest when `at_once` of them have come, or by `settle`.
    """

    def __init__(
        self, writer: HistoryWriter | None, judges: Judges, watch: Watcher, at_once: int
    ) -> None:
        self._writer = writer
        self._judges = judges
        self._watch = watch
        self._at_once = at_once
        self._waiting: list[Event] = []
        self._digest = Digest()
        self.events = 0

    @property
    def digest(self) -> str:
        """Of all that was taken so far, once it is settled."""
        return self._digest.value if self._writer is None else self._writer.digest

    def take(self, event: Event) -> None:
        """Takes the next event, and shows it to whoever watches."""
        self.events += 1
        self._waiting.append(event)
        if len(self._waiting) >= self._at_once:
            self.settle()
        self._watch(event)

    def settle(self) -> None:
        """Writes and judges what waits for it."""
        events, self._waiting = self._waiting, []
        if self._writer is None:
            for event in events:
                self._digest.add(line_of(event))
        else:
            self._writer.write(*events)
        self._judges.observe_all(events)


@contextmanager
def recorded(
    path: Path | None, judges: Judges, watch: Watcher = lambda _: None, *, at_once: int = 1
) -> Iterator[HistoryRecorder]:
    """For the body, what takes a run's events; `path` is a new file for them, if any.

    However the body ends, Ctrl-C included, all that was taken is written and judged.

    Raises:
        UsageError: the file is there already.
    """
    with nullcontext() if path is None else HistoryWriter(path) as writer:
        recording = HistoryRecorder(writer, judges, watch, at_once)
        try:
            yield recording
        finally:
            recording.settle()
