"""Hypothesis strategies of plans, for campaigns and for finding a minimal failing plan."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import strategies as st

from wavetank.faults.catalogue import VIRTUAL_KINDS
from wavetank.faults.coverage import within_guarantee
from wavetank.faults.fault import Fault
from wavetank.faults.generation import FAULTS_MAX, choose_fault
from wavetank.faults.plan import FaultPlan, consistent


def fault_plans(
    horizon: timedelta, kinds: Sequence[type[Fault]] = VIRTUAL_KINDS
) -> st.SearchStrategy[FaultPlan]:
    """Plans within the horizon. The simplest is empty; simpler is fewer, shorter, earlier."""
    return st.lists(_faults(horizon, kinds), max_size=FAULTS_MAX).map(_plan)


def _plan(faults: Sequence[Fault]) -> FaultPlan:
    return within_guarantee(consistent(faults))


@st.composite
def _faults(draw: st.DrawFn, horizon: timedelta, kinds: Sequence[type[Fault]]) -> Fault:
    return choose_fault(lambda least, greatest: draw(st.integers(least, greatest)), horizon, kinds)
