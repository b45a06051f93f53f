"""Handlers take turns, and nothing runs beside the one whose turn it is."""

import sys
import threading
from itertools import permutations

import pytest

from wavetank.core.clock import StallLimits
from wavetank.emulator.lambda_.outcome import ExitStatus
from wavetank.simulation.handler_task import (
    HandlerTask,
    HandlerThread,
    StuckError,
    TaskEnded,
    TaskExited,
    is_a_turn,
    pause,
)

SECONDS = 5.0
LIMITS = StallLimits(busy_seconds=SECONDS, idle_seconds=SECONDS)


def _walker(log: list[str], name: str) -> HandlerTask[object, str]:
    """Notes each of its three steps, and pauses between them."""

    def walk() -> str:
        for step in range(3):
            log.append(f"{name}{step}")
            if step < 2:
                pause(step)
        return name

    return HandlerTask(HandlerThread(), walk, LIMITS)


@pytest.mark.parametrize("order", sorted(set(permutations("aabb"))))
def test_turns_are_interleaved_as_their_giver_wants(order: tuple[str, ...]) -> None:
    """Every order of two handlers' steps can be had, and is just that."""
    log: list[str] = []
    turns = {name: _walker(log, name) for name in "ab"}
    for turn in turns.values():
        assert turn.start() == 0
    answers = [turns[name].go_on() for name in order]
    assert answers.count(TaskEnded("a")) == answers.count(TaskEnded("b")) == 1
    steps = iter({name: iter("12") for name in "ab"}.items())
    numbers = dict(steps)
    assert log == ["a0", "b0", *(f"{name}{next(numbers[name])}" for name in order)]


def test_what_a_handler_raises_reaches_whoever_gave_the_turn() -> None:
    """The very exception."""

    def fail() -> None:
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        HandlerTask[object, None](HandlerThread(), fail, LIMITS).start()


def test_a_handler_whose_time_is_up_ends_where_it_paused() -> None:
    """Its own `except Exception` does not keep it, its `finally` runs."""
    log: list[str] = []

    def stubborn() -> str:
        try:
            pause("call")
        except Exception:  # noqa: BLE001 - as handlers do
            log.append("kept")
        finally:
            log.append("cleaned up")
        return "went on"

    turn = HandlerTask[object, str](HandlerThread(), stubborn, LIMITS)
    assert turn.start() == "call"
    turn.cut()
    assert log == ["cleaned up"]


def test_what_is_left_of_a_handler_that_was_ended_may_do_nothing() -> None:
    """Whatever its `finally` still tries ends it again."""
    log: list[str] = []

    def tidy() -> None:
        try:
            pause("call")
        finally:
            pause("one more call")
            log.append("called")

    turn = HandlerTask[object, None](HandlerThread(), tidy, LIMITS)
    turn.start()
    turn.cut()
    assert log == []


@pytest.mark.parametrize(("given", "code"), [(None, 0), (1, 1), ("a reason", 1), (7, 7)])
def test_a_handler_that_exits_ends_its_own_process_only(given: object, code: int) -> None:
    """As the original script does where Firehose refuses."""

    def leave() -> None:
        sys.exit(given)  # type: ignore[arg-type]  # as handlers do

    assert HandlerTask[object, None](HandlerThread(), leave, LIMITS).start() == TaskExited(
        ExitStatus(exit_code=code)
    )


def test_a_handler_that_never_comes_back_is_said_to_be_stuck() -> None:
    """Where it waits for something that never comes, so that nothing hangs with it."""
    release = threading.Event()
    turn = HandlerTask[object, bool](
        HandlerThread(), release.wait, StallLimits(busy_seconds=20, idle_seconds=0.05)
    )
    with pytest.raises(StuckError, match="endless loop"):
        turn.start()
    release.set()


def test_a_handler_that_computes_for_ever_is_said_to_be_stuck() -> None:
    """By the processor time that it uses, of which a busy machine gives it little."""
    release = threading.Event()

    def spin() -> None:
        while not release.is_set():
            pass

    limits = StallLimits(busy_seconds=0.1, idle_seconds=9)
    turn = HandlerTask[object, None](HandlerThread(), spin, limits)
    with pytest.raises(StuckError, match="endless loop"):
        turn.start()
    release.set()


def test_invocations_of_an_environment_share_what_a_handler_keeps_by_thread() -> None:
    """The second finds what the first left, whether that ended well or not; another's does not."""
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


def test_a_thread_that_is_not_needed_ends() -> None:
    """Nothing of an environment stays once it is gone; one that never ran has nothing to end."""
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


def test_only_a_handlers_thread_is_a_turn() -> None:
    """Whoever else calls is not asked to wait."""
    assert not is_a_turn()
    assert HandlerTask[object, bool](HandlerThread(), is_a_turn, LIMITS).start() == TaskEnded(
        value=True
    )
