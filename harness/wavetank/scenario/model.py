"""A scenario: a horizon, workloads, a plan of faults, and what is expected of the run."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from wavetank.faults.plan import FaultPlan
from wavetank.scenario.timing.settings import Durations
from wavetank.scenario.workload.kinds import WorkloadSpec


@dataclass(frozen=True, kw_only=True)
class Expectations:
    """The expected results of a scenario; by default every invariant is valid.

    Invariants are named by their keys, which `check_expectations` compares with those of the
    pipeline.
    """

    check_only: tuple[str, ...] | None = None
    """The only invariants that are checked; None is all except those in `breaks`."""
    breaks: tuple[str, ...] = ()
    """The invariants that must break, in a scenario that demonstrates a weakness."""
    alerts_min: int = 0
    """The fewest alerts that must reach an address."""

    def must_hold(self, invariant: str) -> bool:
        """Whether the run fails if this invariant is not valid."""
        return invariant not in self.breaks and (
            self.check_only is None or invariant in self.check_only
        )


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A scenario: runs the pipeline for `horizon` with its workloads and its planned faults.

    Without a `seed` the run chooses one. `durations` are what calls and handlers take.
    """

    name: str
    description: str
    horizon: timedelta
    seed: int | None = None
    plan: FaultPlan = field(default_factory=FaultPlan)
    expectations: Expectations = Expectations()
    workloads: tuple[WorkloadSpec, ...] = ()
    durations: Durations = field(default_factory=Durations)

    def renamed(self, name: str) -> "Scenario":
        """The same scenario under another name."""
        return replace(self, name=name)
