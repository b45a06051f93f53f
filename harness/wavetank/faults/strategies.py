"""Hypothesis strategies of plans, for campaigns and for finding a minimal failing plan."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import strategies as st

from wavetank.faults.catalogue import kinds_for
from wavetank.faults.fault import Fault
from wavetank.faults.generation import FAULTS_MAX, choose_fault
from wavetank.faults.guarantee import within_guarantee
from wavetank.faults.plan import FaultPlan, consistent
from wavetank.faults.targets import TICKER_TARGETS, FaultTargets


def fault_plans(
    horizon: timedelta,
    targets: FaultTargets = TICKER_TARGETS,
    kinds: Sequence[type[Fault]] | None = None,
) -> st.SearchStrategy[FaultPlan]:
    """Plans within the horizon. The simplest is empty; simpler is fewer, shorter, earlier.

    `targets` and `kinds` are those of `generate_plan`.
    """
    of = kinds_for(targets) if kinds is None else kinds
    return st.lists(_faults(horizon, of, targets), max_size=FAULTS_MAX).map(
        lambda faults: within_guarantee(consistent(faults), targets)
    )


@st.composite
def _faults(
    draw: st.DrawFn, horizon: timedelta, kinds: Sequence[type[Fault]], targets: FaultTargets
) -> Fault:
    def choose(least: int, greatest: int) -> int:
        return draw(st.integers(least, greatest))

    return choose_fault(choose, horizon, kinds, targets)
