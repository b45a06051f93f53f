"""Handlers run as cooperative tasks: only one at a time, in an order that the caller chooses."""

import sys
import threading
from itertools import permutations
from typing import Any

import pytest

from wavetank.core.clock import StallLimits
from wavetank.emulator.lambda_.outcome import ExitStatus
from wavetank.simulation import handler_task
from wavetank.simulation.handler_task import (
    HandlerTask,
    HandlerThread,
    StuckError,
    TaskEnded,
    TaskExited,
    in_handler_thread,
    pause,
)

SECONDS = 5.0
LIMITS = StallLimits(busy_seconds=SECONDS, idle_seconds=SECONDS)


def _walker(log: list[str], name: str) -> HandlerTask[object, str]:
    """A handler that logs each of its three steps, and pauses between them."""

    def walk() -> str:
        for step in range(3):
            log.append(f"{name}{step}")
            if step < 2:
                pause(step)
        return name

    return HandlerTask(HandlerThread(), walk, LIMITS)


@pytest.mark.parametrize("order", sorted(set(permutations("aabb"))))
def test_handlers_are_interleaved_in_the_order_of_their_caller(order: tuple[str, ...]) -> None:
    """Every order of two handlers' steps is possible, and is what happens."""
    log: list[str] = []
    tasks = {name: _walker(log, name) for name in "ab"}
    for task in tasks.values():
        assert task.start() == 0
    answers = [tasks[name].resume() for name in order]
    assert answers.count(TaskEnded("a")) == answers.count(TaskEnded("b")) == 1
    steps = iter({name: iter("12") for name in "ab"}.items())
    numbers = dict(steps)
    assert log == ["a0", "b0", *(f"{name}{next(numbers[name])}" for name in order)]


def test_what_a_handler_raises_is_raised_in_its_caller() -> None:
    """With its type and message."""

    def fail() -> None:
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        HandlerTask[object, None](HandlerThread(), fail, LIMITS).start()


def test_a_cancelled_handler_ends_where_it_paused() -> None:
    """Its `except Exception` does not run, its `finally` does."""
    log: list[str] = []

    def stubborn() -> str:
        try:
            pause("call")
        except Exception:  # noqa: BLE001 - as handlers do
            log.append("kept")
        finally:
            log.append("cleaned up")
        return "went on"

    task = HandlerTask[object, str](HandlerThread(), stubborn, LIMITS)
    assert task.start() == "call"
    task.cancel()
    assert log == ["cleaned up"]


def test_the_cleanup_of_a_cancelled_handler_can_call_nothing() -> None:
    """Whatever its `finally` still tries raises `Cancelled` again."""
    log: list[str] = []

    def tidy() -> None:
        try:
            pause("call")
        finally:
            pause("one more call")
            log.append("called")

    task = HandlerTask[object, None](HandlerThread(), tidy, LIMITS)
    task.start()
    task.cancel()
    assert log == []


@pytest.mark.parametrize(("given", "code"), [(None, 0), (1, 1), ("a reason", 1), (7, 7)])
def test_a_handler_that_exits_ends_its_own_process_only(given: object, code: int) -> None:
    """As the assignment's script does when Firehose refuses records."""

    def leave() -> None:
        sys.exit(given)  # type: ignore[arg-type]  # as handlers do

    assert HandlerTask[object, None](HandlerThread(), leave, LIMITS).start() == TaskExited(
        ExitStatus(exit_code=code)
    )


def test_a_handler_that_waits_for_ever_is_reported_as_stuck() -> None:
    """It waits for something that never comes: the run fails instead of hanging."""
    release = threading.Event()
    task = HandlerTask[object, bool](
        HandlerThread(), release.wait, StallLimits(busy_seconds=20, idle_seconds=0.05)
    )
    with pytest.raises(StuckError, match="endless loop"):
        task.start()
    release.set()


def test_a_handler_that_computes_for_ever_is_reported_as_stuck() -> None:
    """Measured by the processor time that it uses, since a busy host gives it little."""
    release = threading.Event()

    def spin() -> None:
        while not release.is_set():
            pass

    limits = StallLimits(busy_seconds=0.1, idle_seconds=9)
    task = HandlerTask[object, None](HandlerThread(), spin, limits)
    with pytest.raises(StuckError, match="endless loop"):
        task.start()
    release.set()


def test_invocations_of_an_environment_share_thread_local_state() -> None:
    """One finds what an earlier one stored, even after an error; another thread does not."""
    thread, kept = HandlerThread(), threading.local()

    def count() -> int:
        kept.count = getattr(kept, "count", 0) + 1
        if kept.count == 2:
            raise ValueError("on purpose")
        return int(kept.count)

    assert HandlerTask[object, int](thread, count, LIMITS).start() == TaskEnded(1)
    with pytest.raises(ValueError, match="on purpose"):
        HandlerTask[object, int](thread, count, LIMITS).start()
    assert HandlerTask[object, int](thread, count, LIMITS).start() == TaskEnded(3)
    assert HandlerTask[object, int](HandlerThread(), count, LIMITS).start() == TaskEnded(1)
    thread.end()


def test_an_ended_handler_thread_is_gone() -> None:
    """`end` ends the thread; one that never ran has nothing to end."""
    HandlerThread().end()
    thread = HandlerThread()
    of_handler = HandlerTask[object, threading.Thread](
        thread, threading.current_thread, LIMITS
    ).start()
    assert isinstance(of_handler, TaskEnded)
    assert of_handler.value.is_alive()
    thread.end()
    of_handler.value.join(SECONDS)
    assert not of_handler.value.is_alive()


def test_only_a_handlers_thread_counts_as_one() -> None:
    """Any other thread is never paused."""
    assert not in_handler_thread()
    assert HandlerTask[object, bool](
        HandlerThread(), in_handler_thread, LIMITS
    ).start() == TaskEnded(value=True)


def test_a_handler_in_a_debugger_is_not_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long its user thinks; afterwards its time counts from the beginning again."""
    continued = threading.Event()
    timers: list[object] = []

    class Impatient:
        """Takes everything for stuck until the user has thought for three times the limit."""

        def __init__(self, *_: object) -> None:
            timers.append(self)
            if len(timers) == 4:
                continued.set()

        def is_stuck(self) -> bool:
            return not continued.is_set()

    monkeypatch.setattr(handler_task, "StallTimer", Impatient)
    scope = {"__name__": "pdb", "wait": continued.wait}
    exec("def prompt(): wait()", scope)  # noqa: S102 - as a function of the library
    limits = StallLimits(busy_seconds=0.01, idle_seconds=0.01)
    prompt: Any = scope["prompt"]
    task = HandlerTask[object, None](HandlerThread(), prompt, limits)
    assert task.start() == TaskEnded(None)
