"""Which runs are compared with one without faults."""

from datetime import timedelta

import pytest

from wavetank.faults.delivery import UnconfirmedAddress
from wavetank.faults.event_sources import DuplicateBatch, PoisonMessage
from wavetank.faults.fault import Fault
from wavetank.faults.plan import FaultPlan
from wavetank.faults.ticks import MissedTick, RuleOff
from wavetank.simulation.reference_run import is_comparable

COPY = DuplicateBatch(after=timedelta())


@pytest.mark.parametrize("of", [MissedTick, PoisonMessage, RuleOff, UnconfirmedAddress])
def test_faults_that_change_the_workload_or_who_is_told_have_no_reference(of: type[Fault]) -> None:
    """Though another fault of the run has; a run without faults would be its own reference."""
    assert is_comparable(FaultPlan((COPY,)))
    assert not is_comparable(FaultPlan((COPY, of(after=timedelta()))))
    assert not is_comparable(FaultPlan())
