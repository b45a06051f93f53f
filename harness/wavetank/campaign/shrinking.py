"""Shrinks a failing case to the smallest found that breaks the same invariant.

A smaller case has fewer workloads and faults, which are shorter and earlier, and a shorter run.

Faults and workloads are dropped one by one first, since that removes most for the fewest runs.
Hypothesis then simplifies the remaining plan. It starts from that plan and generates none of its
own, so that the same case always shrinks to the same one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from wavetank.campaign.results import CaseResult
from wavetank.core.clock import Clock
from wavetank.faults.plan import FaultPlan
from wavetank.scenario.workload.kinds import WorkloadSpec
from wavetank.simulation.runner import RunSpec

HORIZONS = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 10, 20, 30, 60, 120))


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Limits of shrinking a failing case: the number of runs, and the time in seconds.

    The number decides the result; the seconds only limit how long the user waits.
    """

    runs_max: int = 150
    seconds_max: float = 300.0


@dataclass(frozen=True, kw_only=True)
class Shrunk:
    """The smallest case found that breaks `invariant`; `complete` unless the budget ran out.

    `broken` are all invariants that it breaks, `runs` how many cases were run to find it.
    """

    spec: RunSpec
    invariant: str
    broken: tuple[str, ...]
    runs: int
    complete: bool


def shrink(
    result: CaseResult, run: Callable[[RunSpec], CaseResult], budget: Budget, clock: Clock
) -> Shrunk:
    """Shrink the case of a result that broke an invariant; `run` runs a case."""
    search = _Search(result, run, budget, clock)
    plan = search.drop_faults(result.spec.scenario.plan)
    search.drop_workloads(plan)
    plan = search.drop_faults(search.simplify(plan))
    spec = search.shortest(plan)
    return Shrunk(
        spec=spec,
        invariant=search.invariant,
        broken=search.broken(spec),
        runs=search.runs,
        complete=search.complete,
    )


def _cut(workloads: Iterable[WorkloadSpec], horizon: timedelta) -> Iterator[WorkloadSpec]:
    """The workloads that begin before the horizon, as far as they fit into it."""
    for workload in workloads:
        room = horizon - workload.begins
        if workload.ends_after <= horizon:
            yield workload
        elif room > timedelta():
            yield replace(workload, duration=room)


class _Search:
    """Runs no case twice, and none once the budget is spent."""

    def __init__(
        self,
        result: CaseResult,
        run: Callable[[RunSpec], CaseResult],
        budget: Budget,
        clock: Clock,
    ) -> None:
        scenario = result.spec.scenario
        self._scenario = replace(
            scenario,
            name=f"{scenario.name}-shrunk",
            description=f"Smallest case found that breaks {result.broken[0]}",
            seed=result.spec.seed,
        )
        self._spec = replace(result.spec, scenario=self._scenario)
        self._run = run
        self._budget = budget
        self._clock = clock
        self._begun = clock.monotonic()
        self._broken = {self._spec: result.broken}
        self.invariant = result.broken[0]
        self.runs = 0
        self.complete = True

    def spec(self, plan: FaultPlan, horizon: timedelta | None = None) -> RunSpec:
        """The case with the same seed, that plan and that length, to which workloads are cut."""
        scenario = replace(self._scenario, plan=plan)
        if horizon is not None and horizon < scenario.horizon:
            workloads = tuple(_cut(self._scenario.workloads, horizon))
            scenario = replace(scenario, horizon=horizon, workloads=workloads)
        return replace(self._spec, scenario=scenario)

    def broken(self, spec: RunSpec) -> tuple[str, ...]:
        """The invariants that it breaks; none if the budget was spent before it could run."""
        if spec not in self._broken:
            if self._is_spent():
                self.complete = False
                return ()
            self.runs += 1
            self._broken[spec] = self._run(spec).broken
        return self._broken[spec]

    def drop_faults(self, plan: FaultPlan) -> FaultPlan:
        """The plan without the faults that are not needed to break the invariant."""
        for fault in reversed(plan.faults):
            fewer = FaultPlan(tuple(other for other in plan.faults if other is not fault))
            if self._breaks(self.spec(fewer)):
                plan = fewer
        return plan

    def drop_workloads(self, plan: FaultPlan) -> None:
        """Drop the workloads that are not needed to break the invariant with the plan."""
        for workload in reversed(self._scenario.workloads):
            others = tuple(each for each in self._scenario.workloads if each is not workload)
            fewer = replace(self._scenario, plan=plan, workloads=others)
            if others and self._breaks(replace(self._spec, scenario=fewer)):
                self._scenario = replace(self._scenario, workloads=others)

    def simplify(self, plan: FaultPlan) -> FaultPlan:
        """The plan with its numbers as small as they can be."""
        from wavetank.campaign.hypothesis_shrinking import simplest  # noqa: PLC0415 - imports Hypothesis

        return simplest(plan, lambda smaller: self._breaks(self.spec(smaller)))

    def shortest(self, plan: FaultPlan) -> RunSpec:
        """The case with the shortest horizon with room for the plan that breaks the invariant."""
        least = max((fault.reverted_after for fault in plan.faults), default=timedelta())
        shorter = [h for h in HORIZONS if least <= h < self._scenario.horizon]
        cases = (self.spec(plan, horizon) for horizon in shorter)
        return next((spec for spec in cases if self._breaks(spec)), self.spec(plan))

    def _breaks(self, spec: RunSpec) -> bool:
        return self.invariant in self.broken(spec)

    def _is_spent(self) -> bool:
        seconds = self._clock.monotonic() - self._begun
        return self.runs >= self._budget.runs_max or seconds >= self._budget.seconds_max
