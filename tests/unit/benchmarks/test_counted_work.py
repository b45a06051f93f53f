"""Counted calls, on runs with known calls."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from benchmarks.counted_work import counted_calls, measure_work
from wavetank.core.errors import InfrastructureError
from wavetank.history import Event, RuleFired

START = datetime(2026, 11, 24, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CALLS = 70


def _work() -> None:
    """A function that calls none."""


def _in_a_thread(calls: int) -> None:
    thread = Thread(target=_call, args=(calls,))
    thread.start()
    thread.join()


def _call(calls: int) -> None:
    for _ in range(calls):
        _work()


def _play(length: timedelta, watch: Callable[[Event], None]) -> None:
    for number in range(length // MINUTE):
        at = START + number * MINUTE
        watch(RuleFired(at, "rule", "target", f"request-{number}", at))
        _call(CALLS if number else 10 * CALLS)


def test_calls_of_every_thread_are_counted() -> None:
    """A handler's calls are made in a thread of its own."""
    with counted_calls() as count:
        _in_a_thread(CALLS)
    with counted_calls() as more:
        _in_a_thread(2 * CALLS)
    assert more.calls - count.calls == CALLS


def test_calls_are_the_same_each_time() -> None:
    """And those of a cold start are no tick's."""
    cost, again = (measure_work(_play, lambda: _call(9), 10) for _ in range(2))
    assert cost == again
    assert CALLS < cost.tick_calls < CALLS + 20
    assert 9 < cost.floor_calls < 20
    assert cost.ratio == cost.tick_calls / cost.floor_calls


def test_a_run_without_ticks_has_no_count() -> None:
    """It is an error rather than a division by zero."""
    with pytest.raises(InfrastructureError, match="expected a run of three ticks"):
        measure_work(lambda *_: None, lambda: None, 10)
