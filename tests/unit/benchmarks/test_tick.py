"""The benchmark's calculations, on runs with known durations."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.floor import floor_calls
from benchmarks.tick import measure_boot, measure_runs, measure_tick
from wavetank.aws.clients import sandbox_clients
from wavetank.core.errors import InfrastructureError
from wavetank.history import AttemptEnded, Event, Outcome, RuleFired

START = datetime(2026, 11, 24, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class HandClock:
    """A clock that only moves when the test advances it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def _events(number: int) -> list[Event]:
    at = START + number * MINUTE
    return [
        RuleFired(at, "rule", "target", f"request-{number}", at),
        AttemptEnded(at, f"request-{number}", "function", 1, Outcome.SUCCESS),
    ]


def _player(
    clock: HandClock, seconds: float
) -> Callable[[timedelta, Callable[[Event], None]], None]:
    """Each tick takes so long, the first one a second more."""

    def play(length: timedelta, watch: Callable[[Event], None]) -> None:
        for number in range(length // MINUTE):
            for event in _events(number):
                watch(event)
            clock.sleep(seconds + (0 if number else 1))

    return play


def test_a_tick_is_measured_without_the_floor_that_is_measured_between() -> None:
    """Both in milliseconds, and one by the other."""
    clock = HandClock()
    cost = measure_tick(_player(clock, 0.006), lambda: clock.sleep(0.002), 10, clock)
    assert cost.tick_ms == pytest.approx(6)
    assert cost.floor_ms == pytest.approx(2)
    assert cost.ratio == pytest.approx(3)


def test_occasional_work_is_distributed_over_all_ticks() -> None:
    """A tenth tick that does the work of nine others is not ignored as an outlier."""
    clock = HandClock()
    tenth = itertools.cycle([0.0] * 9 + [0.01])

    def play(length: timedelta, watch: Callable[[Event], None]) -> None:
        for number in range(length // MINUTE):
            for event in _events(number):
                watch(event)
            clock.sleep(0.005 + next(tenth))

    cost = measure_tick(play, lambda: clock.sleep(0.002), 301, clock)
    assert cost.tick_ms == pytest.approx(6)
    assert cost.floor_ms == pytest.approx(2)


def test_runs_have_their_first_and_last_ticks() -> None:
    """A cold start counts for the run's seconds and for no tick."""
    clock = HandClock()
    lengths = [timedelta(hours=1), timedelta(hours=2)]
    one, other = measure_runs(_player(clock, 0.01), lengths, clock)
    assert (one.ticks, other.ticks) == (60, 120)
    assert one.seconds == pytest.approx(1.6)
    assert one.first_ms == pytest.approx(10)
    assert other.last_ms == pytest.approx(10)
    assert other.virtual_hours == 2
    assert one.resident_mb > 0


def test_a_run_without_ticks_is_an_error() -> None:
    """Rather than a division by zero."""
    clock = HandClock()
    with pytest.raises(InfrastructureError, match="expected a run of some ticks"):
        measure_tick(lambda *_: None, lambda: None, 10, clock)


def test_booting_ends_with_the_first_tick() -> None:
    """The rest of the run is not counted."""
    clock = HandClock()

    @contextmanager
    def booted() -> Iterator[Callable[[timedelta, Callable[[Event], None]], None]]:
        clock.sleep(4)
        yield _player(clock, 0.01)

    assert measure_boot(booted, clock) == pytest.approx(4)


def test_the_floor_opens_no_connection() -> None:
    """Three calls are answered in a process that cannot open a socket."""
    aws, made = sandbox_clients("http://floor.invalid"), []
    call = floor_calls(aws)

    def note(event_name: str, **_: object) -> None:
        made.append(event_name.rpartition(".")[2])

    for client in (aws.dynamodb, aws.firehose):
        client.meta.events.register_first("before-send", note)
    call()
    assert made == ["Scan", "PutRecordBatch", "TransactWriteItems"]
