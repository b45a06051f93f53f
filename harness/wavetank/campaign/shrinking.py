"""A failing story cut down to what it takes: fewer faults, shorter and earlier, and a shorter run.

Faults are dropped one by one first, which is where most is gained for the fewest runs. Hypothesis
then makes what is left smaller, from the very plan on: it is given the plan as an example to start
with, and draws none of its own, so that the same story always shrinks to the same one. Each step
keeps a story only if it breaks the same invariant.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from wavetank.campaign.results import StoryResult
from wavetank.core.clock import Clock
from wavetank.faults.plan import FaultPlan
from wavetank.simulation.runner import RunSpec

HORIZONS = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 10, 20, 30, 60, 120))


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How many stories may be played for it, and for how long.

    The number decides what comes of it; the seconds only protect whoever waits.
    """

    runs_max: int = 150
    seconds_max: float = 300.0


@dataclass(frozen=True, kw_only=True)
class Shrunk:
    """The least story found that breaks `invariant`; least of all only where `complete`.

    `broken` is all that it breaks, and `runs` how many stories were played to find it.
    """

    story: RunSpec
    invariant: str
    broken: tuple[str, ...]
    runs: int
    complete: bool


def shrink(
    result: StoryResult, play: Callable[[RunSpec], StoryResult], budget: Budget, clock: Clock
) -> Shrunk:
    """Shrinks the story of a result that broke something; `play` plays others like it."""
    search = _Search(result, play, budget, clock)
    plan = search.drop_faults(result.story.scenario.plan)
    plan = search.drop_faults(search.simplify(plan))
    story = search.story(plan, search.shortest(plan))
    return Shrunk(
        story=story,
        invariant=search.invariant,
        broken=search.broken(story),
        runs=search.runs,
        complete=search.complete,
    )


class _Search:
    """Plays no story twice, and none any more once the budget is spent."""

    def __init__(
        self,
        result: StoryResult,
        play: Callable[[RunSpec], StoryResult],
        budget: Budget,
        clock: Clock,
    ) -> None:
        told = result.story.scenario
        self._scenario = replace(
            told,
            name=f"{told.name}-shrunk",
            description=f"What it takes for seed {result.story.seed} to break {result.broken[0]}",
            seed=result.story.seed,
        )
        self._story = replace(result.story, scenario=self._scenario)
        self._play = play
        self._budget = budget
        self._clock = clock
        self._begun = clock.monotonic()
        self._broken = {self._story: result.broken}
        self.invariant = result.broken[0]
        self.runs = 0
        self.complete = True

    def story(self, plan: FaultPlan, horizon: timedelta) -> RunSpec:
        """Of the same seed, with that plan, and that long."""
        return replace(self._story, scenario=replace(self._scenario, plan=plan, horizon=horizon))

    def broken(self, story: RunSpec) -> tuple[str, ...]:
        """What it breaks; nothing where it was never played, for want of budget."""
        if story not in self._broken:
            if self._is_spent():
                self.complete = False
                return ()
            self.runs += 1
            self._broken[story] = self._play(story).broken
        return self._broken[story]

    def drop_faults(self, plan: FaultPlan) -> FaultPlan:
        """Without any fault that it does not take."""
        for fault in reversed(plan.faults):
            fewer = FaultPlan(tuple(other for other in plan.faults if other is not fault))
            if self._breaks(fewer, self._scenario.horizon):
                plan = fewer
        return plan

    def simplify(self, plan: FaultPlan) -> FaultPlan:
        """With its numbers as small as they can be."""
        from wavetank.campaign.minimize import simplest  # noqa: PLC0415 - imports Hypothesis

        return simplest(plan, lambda smaller: self._breaks(smaller, self._scenario.horizon))

    def shortest(self, plan: FaultPlan) -> timedelta:
        """The shortest run that has room for it, and still breaks."""
        healed = max((fault.reverted_after for fault in plan.faults), default=timedelta())
        shorter = (h for h in HORIZONS if healed <= h < self._scenario.horizon)
        return next((h for h in shorter if self._breaks(plan, h)), self._scenario.horizon)

    def _breaks(self, plan: FaultPlan, horizon: timedelta) -> bool:
        return self.invariant in self.broken(self.story(plan, horizon))

    def _is_spent(self) -> bool:
        seconds = self._clock.monotonic() - self._begun
        return self.runs >= self._budget.runs_max or seconds >= self._budget.seconds_max
