"""How often CloudFormation is asked whether a stack has settled."""

import pytest

from tests.clocks import Leaping
from wavetank.core.errors import ConditionTimeoutError
from wavetank.deployment.stack_waiter import Pace


@pytest.mark.parametrize(("seconds", "polls_max"), [(0.05, 80), (2, 30)])
def test_a_stack_is_polled_less_often_the_longer_it_takes(seconds: float, polls_max: int) -> None:
    """At first at the interval itself, which is never shortened; the time-out is kept."""
    clock = Leaping()
    pace = Pace(clock, seconds, timeout_seconds=55)
    deadline = pace.deadline()
    waited, polls = [0.0], 0
    with pytest.raises(ConditionTimeoutError, match="within 55 s"):
        while True:
            pace.wait(deadline, "a stack to settle", "CREATE_IN_PROGRESS")
            waited.append(clock.waited_seconds)
            polls += 1
    assert waited[1] == pytest.approx(seconds, abs=0.01)
    assert all(
        after - before >= seconds - 1e-9 for before, after in zip(waited, waited[1:], strict=False)
    )
    assert polls <= polls_max
