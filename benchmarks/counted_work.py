"""The work of a tick as a count of Python function calls.

Milliseconds depend on the load of the host; the same run makes the same calls on any host. Calls
are counted in all threads of the process, since handlers run in threads of their own. A generator
counts each time it starts, functions written in C do not count. [Python 3.13: sys.monitoring]
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType

from benchmarks.tick import TICK, WARM_UP, RunFunction
from wavetank.core.errors import InfrastructureError
from wavetank.history import Event, RuleFired

TOOL = sys.monitoring.PROFILER_ID
NAME = "wavetank bench"


@dataclass(frozen=True)
class WorkCost:
    """Python function calls a tick, as a mean; `floor_calls` is of its three SDK calls alone."""

    tick_calls: float
    floor_calls: float
    ticks: int

    @property
    def ratio(self) -> float:
        """The simulator's calls, relative to the floor's."""
        return self.tick_calls / self.floor_calls


@dataclass
class CallCount:
    """How many Python functions were called while `counted_calls` was open."""

    calls: int = 0

    def add(self, _code: CodeType, _offset: int) -> None:
        """Count one call."""
        self.calls += 1


@dataclass
class _Marks:
    """The count at each firing."""

    count: CallCount
    at: list[int] = field(default_factory=list)

    def observe(self, event: Event) -> None:
        if isinstance(event, RuleFired):
            self.at.append(self.count.calls)


@contextmanager
def counted_calls() -> Iterator[CallCount]:
    """Counts the calls of Python functions in this process, in every thread.

    Raises:
        ValueError: another profiler is active, such as cProfile.
    """
    count, events = CallCount(), sys.monitoring.events
    sys.monitoring.use_tool_id(TOOL, NAME)
    try:
        sys.monitoring.register_callback(TOOL, events.PY_START, count.add)
        sys.monitoring.set_events(TOOL, events.PY_START)
        yield count
    finally:
        sys.monitoring.set_events(TOOL, events.NO_EVENTS)
        sys.monitoring.register_callback(TOOL, events.PY_START, None)
        sys.monitoring.free_tool_id(TOOL)


def measure_work(play: RunFunction, floor: Callable[[], None], ticks: int) -> WorkCost:
    """Counts the calls of `ticks` ticks after a warm-up, and those of the floor.

    Raises:
        InfrastructureError: the run fired less than three times.
    """
    play(WARM_UP, lambda _: None)
    floor()
    with counted_calls() as count:
        floor()
        floor_calls = count.calls
        marks = _Marks(count)
        play(ticks * TICK, marks.observe)
    warm = marks.at[1:]  # the first tick is a cold start
    if len(warm) < 2:  # noqa: PLR2004 - a tick has two ends
        raise InfrastructureError(
            "a run of three ticks", f"{len(marks.at)} of them", "run longer, and check the rule"
        )
    return WorkCost((warm[-1] - warm[0]) / (len(warm) - 1), float(floor_calls), len(warm) - 1)
