"""The run without faults whose end state a run with faults is compared with."""

from dataclasses import replace

from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.fault import Fault
from wavetank.faults.plan import FaultPlan
from wavetank.faults.ticks import MissedTick, RuleOff
from wavetank.history import EndState, Event
from wavetank.simulation.run import Run, RunOptions

SUPPRESSING: tuple[type[Fault], ...] = (MissedTick, RuleOff)
"""Faults by which a rule does not fire: what its function would have done is missing rightly."""


def is_comparable(plan: FaultPlan) -> bool:
    """Whether a run with these faults can end as one without them."""
    return bool(plan.faults) and not any(isinstance(fault, SUPPRESSING) for fault in plan.faults)


def with_reference(simulator: Simulator, options: RunOptions) -> RunOptions:
    """The options with the end state of their run without faults, which is made now.

    The simulator has the data that the run begins with; they have to be put again afterwards.
    """
    events: list[EndState] = []

    def keep(event: Event) -> None:
        if isinstance(event, EndState):
            events.append(event)

    calm = replace(
        options, plan=FaultPlan(), horizon=options.until - options.start, reads_state=True
    )
    Run(simulator, calm, keep).execute()
    reference = tuple(replace(each, at=options.start, is_reference=True) for each in events)
    return replace(options, reads_state=True, reference=reference)
