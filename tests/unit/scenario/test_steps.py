"""A plan as the steps of a hand."""

from datetime import timedelta

from tests.pipeline import NOON
from wavetank.faults.delivery import UnconfirmedAddress
from wavetank.faults.functions import BrokenDeployment
from wavetank.faults.plan import FaultPlan
from wavetank.scenario.steps import MINUTE, Begin, Revert, Step, Tick, manual_steps

HOUR = timedelta(hours=1)


def _words(steps: tuple[Step, ...]) -> list[str]:
    """`3` for the tick that is due three minutes after the beginning, faults by `+` and `-`."""
    return [_word(step) for step in steps]


def _word(step: Step) -> str:
    match step:
        case Tick(due):
            return f"{(due - NOON) // MINUTE}"
        case Begin(name):
            return f"+{name}"
        case Revert(name):
            return f"-{name}"
    raise AssertionError(step)


def test_a_calm_hour_is_two_ticks() -> None:
    """The second shows that the first was no chance; more of them would show nothing else."""
    assert _words(manual_steps(FaultPlan(), HOUR, NOON)) == ["1", "2"]


def test_a_short_scenario_has_no_more_ticks_than_minutes() -> None:
    """The horizon bounds each stretch."""
    assert _words(manual_steps(FaultPlan(), MINUTE, NOON)) == ["1"]


def test_faults_begin_and_are_reverted_in_order_with_ticks_in_between() -> None:
    """Due one minute after the other, however long the stretches are, and two after the last."""
    plan = FaultPlan(
        (
            UnconfirmedAddress(after=timedelta(), lasts=40 * MINUTE),
            BrokenDeployment(after=10 * MINUTE, lasts=MINUTE),
        )
    )
    one, other = "fault-1-unconfirmed-address", "fault-2-broken-deployment"
    steps = _words(manual_steps(plan, HOUR, NOON))
    expected = f"+{one} 1 2 +{other} 3 -{other} 4 5 -{one} 6 7"
    assert steps == expected.split()


def test_a_fault_that_is_reverted_at_the_end_has_a_tick_after_it() -> None:
    """Otherwise nothing would show that it was reverted."""
    plan = FaultPlan((BrokenDeployment(after=MINUTE, lasts=MINUTE),))
    steps = _words(manual_steps(plan, 2 * MINUTE, NOON))
    assert steps[-2:] == ["-fault-1-broken-deployment", "3"]


def test_reverts_come_before_faults_that_begin_at_the_same_instant() -> None:
    """Two faults of one target may follow one another."""
    faults = [BrokenDeployment(after=n * MINUTE, lasts=MINUTE) for n in (1, 2)]
    steps = _words(manual_steps(FaultPlan(tuple(faults)), 5 * MINUTE, NOON))
    assert steps.index("-fault-1-broken-deployment") < steps.index("+fault-2-broken-deployment")
