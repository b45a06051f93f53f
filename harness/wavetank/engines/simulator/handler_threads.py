"""Threads of handlers, which a simulation runs one at a time, in virtual time.

A thread that a handler starts is a thread of this process too, but runs only when the simulation
resumes it. So it must never wait in real time for another one: locks that handlers create, and all
that Python builds of them, such as events, queues and futures, let the simulation go on instead.
Threads and locks of everything else in this process are Python's own.
[CPython 3.13: Lib/threading.py, Lib/queue.py, Lib/concurrent/futures/thread.py]
"""

import pkgutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import thread as executors
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any, ClassVar, Protocol, Self
from weakref import WeakKeyDictionary

from wavetank.core.clock import WallClock
from wavetank.emulator.patches import patch_of
from wavetank.engines.simulator.environment import (
    handlers_environment,
    is_a_handlers_thread,
    outside_the_handler,
)

WAIT_SECONDS_MAX = 100_000.0
"""Longer than any function runs; Python's longest timeout is more than a duration can have."""
LOCKS = ("threading:Lock", "threading:_allocate_lock")
WORKERS: Any = executors._threads_queues  # noqa: SLF001 - it has no public name
"""For the threads of executors, which Python joins when it ends."""
CLOCKS = ("queue:time", "threading:_time")
"""Python measures timeouts of locks by them; freezegun leaves these modules out."""


class ResumableThread(Protocol):
    """A thread of a handler, as the simulation sees it."""

    @property
    def is_over(self) -> bool: ...

    def occupy(self) -> None:
        """Wait for the first turn, and then do the work; called in the thread."""
        ...


class ThreadScheduler(Protocol):
    """Interface to what runs the threads of handlers; all is called in their threads."""

    def wait_until(self, is_ready: Callable[[], bool], seconds: float | None) -> bool:
        """Pause until it is ready, or for so long; returns whether it is ready."""
        ...

    def start_thread(self, name: str, body: Callable[[], None]) -> ResumableThread:
        """Schedule a thread that runs the body."""
        ...


@contextmanager
def cooperative_threads(scheduler: ThreadScheduler) -> Iterator[None]:
    """Let the scheduler run threads that handlers start while the body runs."""
    replaced: dict[str, object] = {
        "queue:SimpleQueue": _queue_class(),
        "threading:RLock": _recursive_lock(),
        "threading:Thread.join": _join(scheduler),
        "threading:Thread.start": _start(scheduler),
        **dict.fromkeys(LOCKS, _lock_class(scheduler)),
        **{target: _clock(patch_of(target).current()) for target in CLOCKS},
    }
    with ExitStack() as stack:
        stack.callback(_forget_workers)
        for target, new in replaced.items():
            stack.enter_context(patch_of(target).replaced(new))
        yield


def _forget_workers() -> None:
    """Keep Python from waiting, when it ends, for threads of handlers that are stuck."""
    for thread in list(STARTED):
        WORKERS.pop(thread, None)


class HandlerLock:
    """A lock for which a handler waits in virtual time; made elsewhere, it is Python's own."""

    scheduler: ClassVar[ThreadScheduler]
    stock: ClassVar[type]

    def __new__(cls) -> Self:
        made: Self = super().__new__(cls) if is_a_handlers_thread() else cls.stock()
        return made

    def __init__(self) -> None:
        self._lock = self.stock()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002 - as Python's
        if self._lock.acquire(blocking=False):
            return True
        if not blocking:
            return False
        if not is_a_handlers_thread():
            return bool(self._lock.acquire(blocking=True, timeout=timeout))
        return self._wait(timeout)

    def _wait(self, timeout: float) -> bool:
        seconds = WAIT_SECONDS_MAX if timeout < 0 else min(timeout, WAIT_SECONDS_MAX)
        end = WallClock().now() + timedelta(seconds=seconds)
        while not self._lock.acquire(blocking=False):  # another thread may have been faster
            left = (end - WallClock().now()).total_seconds()
            if left <= 0:
                return False
            self.scheduler.wait_until(lambda: not self.locked(), None if timeout < 0 else left)
        return True

    def release(self) -> None:
        self._lock.release()

    def locked(self) -> bool:
        return bool(self._lock.locked())

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self._lock._at_fork_reinit()  # noqa: SLF001 - Python calls it on all locks


def _lock_class(scheduler: ThreadScheduler) -> type:
    stock = patch_of("threading:Lock").current()
    return type("HandlerLock", (HandlerLock,), {"scheduler": scheduler, "stock": stock})


def _recursive_lock() -> Callable[[], object]:
    stock = patch_of("threading:RLock").current()
    in_python: Any = pkgutil.resolve_name("threading:_PyRLock")  # of a Lock, unlike the one in C

    def make() -> object:
        return in_python() if is_a_handlers_thread() else stock()

    return make


def _queue_class() -> type:
    stock = patch_of("queue:SimpleQueue").current()
    in_python: Any = pkgutil.resolve_name("queue:_PySimpleQueue")  # as above

    class HandlerQueue(in_python):  # type: ignore[misc]  # not typed
        """Python's own queue of that name, which waits by a lock."""

        def __new__(cls) -> Self:
            made: Self = super().__new__(cls) if is_a_handlers_thread() else stock()
            return made

    return HandlerQueue


def _clock(stock: Callable[[], float]) -> Callable[[], float]:
    def monotonic() -> float:
        return WallClock().now().timestamp() if is_a_handlers_thread() else stock()

    return monotonic


STARTED: WeakKeyDictionary[threading.Thread, ResumableThread] = WeakKeyDictionary()
"""The threads that handlers have started."""


def _start(scheduler: ThreadScheduler) -> Callable[[threading.Thread], None]:
    stock = patch_of("threading:Thread.start").current()

    def start(thread: Any) -> None:
        environment = handlers_environment()
        if environment is None or thread.ident is not None:
            stock(thread)
            return
        work = thread.run
        with outside_the_handler():
            started = scheduler.start_thread(
                thread.name, lambda: environment.run_thread(thread, work)
            )
            thread.run = started.occupy
            # Python's own event: the new thread sets it at once, while this one is running
            thread._started = threading.Event()  # noqa: SLF001 - as above
            STARTED[thread] = started
            stock(thread)

    return start


def _join(scheduler: ThreadScheduler) -> Callable[[threading.Thread, float | None], None]:
    stock = patch_of("threading:Thread.join").current()

    def join(thread: threading.Thread, timeout: float | None = None) -> None:
        started = STARTED.get(thread) if is_a_handlers_thread() else None
        if started is None or thread is threading.current_thread():
            stock(thread, timeout)
        elif started.is_over or scheduler.wait_until(lambda: started.is_over, timeout):
            stock(thread)  # it has done its work, and ends now

    return join
