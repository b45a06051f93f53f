"""The streaming function's guarantee under any order of invocations and any faults at its calls."""

from collections.abc import Generator
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from streaming.tick import Aws, run_tick
from streaming.walk import Index, Sample
from tests.pipeline import (
    LATE_MAX,
    NOON,
    SEED,
    CallFailedError,
    MemoryAws,
    broken_guarantees,
    minutes,
)

TICKS = 5
CALLS = ("read", "deliver", "keep")


@dataclass(frozen=True)
class Fault:
    """A call of one invocation that fails, before or after it takes effect."""

    call: str
    takes_effect: bool


@dataclass(frozen=True)
class Attempt:
    """One invocation: which tick, and what goes wrong in it."""

    tick: int
    fault: Fault | None


faults = st.none() | st.builds(Fault, st.sampled_from(CALLS), st.booleans())
attempts = st.builds(Attempt, st.integers(0, TICKS - 1), faults)


@dataclass
class FaultyAws:
    """One invocation's view of the shared AWS."""

    aws: MemoryAws
    fault: Fault | None

    def read_prices(self) -> list[Index]:
        with_fault = self._around("read")
        next(with_fault)
        found = self.aws.read_prices()
        next(with_fault, None)
        return found

    def deliver(self, samples: list[Sample]) -> None:
        with_fault = self._around("deliver")
        next(with_fault)
        self.aws.deliver(samples)
        next(with_fault, None)

    def keep_prices(self, indices: list[Index]) -> None:
        with_fault = self._around("keep")
        next(with_fault)
        self.aws.keep_prices(indices)
        next(with_fault, None)

    def _around(self, call: str) -> Generator[None]:
        fault = self.fault if self.fault and self.fault.call == call else None
        if fault and not fault.takes_effect:
            raise CallFailedError(call)
        yield
        if fault:
            raise CallFailedError(call)


def _invoke(aws: Aws, tick: int) -> bool:
    try:
        run_tick(aws, minutes(TICKS)[tick], LATE_MAX, SEED)
    except CallFailedError:
        return False
    return True


@given(st.lists(attempts, max_size=12))
def test_whatever_fails_a_last_success_makes_everything_good(plan: list[Attempt]) -> None:
    """Any ticks in any order, each failing anywhere: after one success nothing is broken."""
    aws = MemoryAws()
    first = min((attempt.tick for attempt in plan), default=0)
    assert _invoke(aws, first)
    for attempt in plan:
        _invoke(FaultyAws(aws, attempt.fault), attempt.tick)
    assert _invoke(aws, TICKS - 1)
    assert broken_guarantees(aws, minutes(TICKS)[first:]) == []


@given(st.lists(attempts, min_size=1, max_size=12))
def test_what_is_delivered_is_right_at_every_moment(plan: list[Attempt]) -> None:
    """Copies are identical and walks continuous after each invocation, failed or not."""
    aws = MemoryAws()
    _invoke(aws, 0)
    for attempt in plan:
        _invoke(FaultyAws(aws, attempt.fault), attempt.tick)
        broken = broken_guarantees(aws, [])
        assert [entry for entry in broken if not entry.startswith("table differs")] == []


@dataclass
class Interleaved:
    """Two invocations that run at once: at each call the other one may be let in first."""

    aws: MemoryAws
    turns: list[bool]
    other_tick: int
    done: bool = field(default=False)

    def read_prices(self) -> list[Index]:
        self._maybe_let_in()
        return self.aws.read_prices()

    def deliver(self, samples: list[Sample]) -> None:
        self._maybe_let_in()
        self.aws.deliver(samples)

    def keep_prices(self, indices: list[Index]) -> None:
        self._maybe_let_in()
        self.aws.keep_prices(indices)

    def _maybe_let_in(self) -> None:
        if self.turns and self.turns.pop() and not self.done:
            self.done = True
            run_tick(self.aws, minutes(TICKS)[self.other_tick], LATE_MAX, SEED)


@given(st.integers(0, TICKS - 1), st.integers(0, TICKS - 1), st.lists(st.booleans(), max_size=6))
def test_overlapping_invocations_agree(one: int, other: int, turns: list[bool]) -> None:
    """A retry that meets the next tick, at any of its calls, leaves one continuous walk."""
    aws = MemoryAws()
    run_tick(aws, NOON, LATE_MAX, SEED)
    run_tick(Interleaved(aws, turns, other), minutes(TICKS)[one], LATE_MAX, SEED)
    last = max(one, other if aws.calls.count("read") > 2 else 0)
    assert broken_guarantees(aws, minutes(last + 1)) == []
