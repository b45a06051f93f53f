"""How often CloudFormation is asked whether a stack has settled."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.clocks import Leaping
from wavetank.core.errors import ConditionTimeoutError
from wavetank.deployment.stack_waiter import Pace


def polls(seconds: float, timeout_seconds: float) -> Iterator[float]:
    """The instants, in seconds, at which a stack that never settles is polled again."""
    clock = Leaping()
    pace = Pace(clock, seconds, timeout_seconds)
    deadline = pace.deadline()
    while True:
        try:
            pace.wait(deadline, "a stack to settle", "CREATE_IN_PROGRESS")
        except ConditionTimeoutError:
            return
        yield clock.waited_seconds


@pytest.mark.parametrize(("seconds", "count_max"), [(0.05, 100), (2, 30)])
def test_a_stack_is_polled_less_often_the_longer_it_takes(seconds: float, count_max: int) -> None:
    """At first at the interval itself, which is never shortened; the time-out is kept."""
    instants = list(polls(seconds, timeout_seconds=55))
    assert instants[0] == pytest.approx(seconds, abs=0.01)
    assert all(after - before >= seconds - 1e-9 for before, after in pairwise(instants))
    assert len(instants) <= count_max
    assert 54 < instants[-1] < 58
