"""What a scenario is."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from wavetank.faults.plan import FaultPlan


@dataclass(frozen=True, kw_only=True)
class Expectations:
    """What must come of the run; by itself, that every invariant holds.

    Invariants go by their names. Which names there are is the judge's to know, and so is to refuse
    one that there is not.
    """

    holds: tuple[str, ...] | None = None
    """Those that must hold; None is all, but for those expected to break."""
    breaks: tuple[str, ...] = ()
    """Those that must be broken, in a scenario that shows a handler's weakness."""
    alerts_min: int = 0
    """The fewest alerts that must reach somebody."""

    def must_hold(self, invariant: str) -> bool:
        """Whether the run fails where this invariant is not valid."""
        return invariant not in self.breaks and (self.holds is None or invariant in self.holds)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One story: for `horizon` from its begin the pipeline runs, and the plan happens to it.

    Without a `seed` the run chooses one.
    """

    name: str
    description: str
    horizon: timedelta
    seed: int | None = None
    plan: FaultPlan = field(default_factory=FaultPlan)
    expectations: Expectations = Expectations()

    def renamed(self, name: str) -> "Scenario":
        """The same story under another name."""
        return replace(self, name=name)
