"""The run without faults whose end state a run with faults is compared with."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.delivery import UnconfirmedAddress
from wavetank.faults.event_sources import PoisonMessage
from wavetank.faults.fault import Fault
from wavetank.faults.plan import FaultPlan
from wavetank.faults.ticks import MissedTick, RuleOff
from wavetank.history import EndState, Event
from wavetank.simulation.run import Run, RunOptions

INCOMPARABLE: tuple[type[Fault], ...] = (MissedTick, PoisonMessage, RuleOff, UnconfirmedAddress)
"""Faults after which the end state differs rightly.

What the function of a rule that does not fire would have done is missing, as are the messages of an
address that is not confirmed; a handler that accepts a poison message leaves its effect. Copies and
delays are compared: an idempotent pipeline shows no trace of them.
"""

KEPT_MAX = 4
"""Shrinking tries shorter runs in turn, each of which has a reference of its own."""


def is_comparable(plan: FaultPlan) -> bool:
    """Whether a run with these faults can end as one without them."""
    return bool(plan.faults) and not any(isinstance(fault, INCOMPARABLE) for fault in plan.faults)


class ReferenceRuns:
    """The end states of runs without faults; the last few are kept, for runs that share one.

    Cases of a campaign that differ in faults alone share it, as they do while one is shrunk. Use
    one object only as long as pipeline, baseline and the answers of tests stay the same.
    """

    def __init__(self) -> None:
        self._made: deque[tuple[RunOptions, tuple[EndState, ...]]] = deque(maxlen=KEPT_MAX)

    def with_reference(
        self, simulator: Simulator, options: RunOptions, begin: Callable[[], None]
    ) -> RunOptions:
        """The options with the end state of their run without faults, which is made if need be.

        `begin` puts the data that the run begins with; they have to be put again afterwards.
        """
        calm = replace(
            options,
            plan=FaultPlan(),
            horizon=options.until - options.start,
            reads_state=True,
            recorded_options={},
        )
        reference = next((states for made, states in self._made if made == calm), None)
        if reference is None:
            begin()
            reference = _executed(simulator, calm)
            self._made.append((calm, reference))
        return replace(options, reads_state=True, reference=reference)


def _executed(simulator: Simulator, calm: RunOptions) -> tuple[EndState, ...]:
    events: list[EndState] = []

    def keep(event: Event) -> None:
        if isinstance(event, EndState):
            events.append(event)

    Run(simulator, calm, keep).execute()
    return tuple(replace(each, at=calm.start, is_reference=True) for each in events)
