"""A few threads that make retries at the same time, those of one target one after the other.

A target that answers slowly delays its own retries only, as long as a thread is available.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

LOG = logging.getLogger(__name__)
WORKERS_MAX = 8


class TargetWorkers[Delivery]:
    """Threads that call `attempt` with deliveries, in order for each target."""

    def __init__(
        self, attempt: Callable[[Delivery], object], workers_max: int = WORKERS_MAX
    ) -> None:
        self._attempt = attempt
        self._workers_max = workers_max
        self._lock = threading.Lock()
        self._queues: dict[str, deque[Delivery]] = {}
        self._ready: SimpleQueue[str] = SimpleQueue()
        self._threads = 0

    @property
    def waiting(self) -> int:
        """How many deliveries wait for a thread."""
        with self._lock:
            return sum(map(len, self._queues.values()))

    def submit(self, target: str, delivery: Delivery) -> None:
        """Make the attempt after those of the target that were submitted before."""
        with self._lock:
            is_idle = target not in self._queues
            self._queues.setdefault(target, deque()).append(delivery)
            if is_idle:
                self._ready.put(target)
                self._start_worker()

    def drop_all(self) -> None:
        """Forget all deliveries whose attempt has not begun."""
        with self._lock:
            for queue in self._queues.values():
                queue.clear()

    def _start_worker(self) -> None:
        """Start a thread unless there is one for each busy target, or the most possible."""
        if self._threads < min(len(self._queues), self._workers_max):
            self._threads += 1
            name = f"target-retries-{self._threads}"
            threading.Thread(target=self._run, name=name, daemon=True).start()

    def _run(self) -> None:
        while True:
            target = self._ready.get()
            delivery = self._next(target)
            if delivery is not None:
                try:
                    self._attempt(delivery)
                except Exception:  # the thread is needed for other deliveries
                    LOG.exception("an attempt for %s failed", target)
                self._ready.put(target)  # after the others that are ready

    def _next(self, target: str) -> Delivery | None:
        """The next delivery of the target; without one it is no longer busy."""
        with self._lock:
            queue = self._queues[target]
            if queue:
                return queue.popleft()
            del self._queues[target]
            return None
