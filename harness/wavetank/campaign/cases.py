"""Which stories a campaign has: the same seeds make the same ones, whoever plays them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.faults.catalogue import VIRTUAL_KINDS
from wavetank.faults.fault import Fault
from wavetank.faults.generation import generate_plan, revealing_faults
from wavetank.faults.plan import FaultPlan
from wavetank.scenario.model import Scenario
from wavetank.scenario.schema import SEED_MAX
from wavetank.simulation.runner import RunSpec


@dataclass(frozen=True)
class Seeds:
    """`count` seeds from `first` on.

    Raises:
        UsageError: there are none, or a scenario file could not hold the last one.
    """

    first: int
    count: int

    def __post_init__(self) -> None:
        if self.first < 0 or self.count < 1 or self.last > SEED_MAX:
            raise UsageError(
                f"at least one seed, all from 0 to {SEED_MAX}",
                f"{self.count} from {self.first} on",
                "correct --seeds or --first-seed",
            )

    @property
    def last(self) -> int:
        """The greatest."""
        return self.first + self.count - 1

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.last + 1))


def drawn_stories(
    seeds: Seeds, horizon: timedelta, kinds: Sequence[type[Fault]] = VIRTUAL_KINDS
) -> Iterator[RunSpec]:
    """For each seed the plan that it draws; the run goes on until all has recovered.

    Raises:
        UsageError: the horizon leaves no room for a fault.
    """
    for seed in seeds:
        scenario = Scenario(
            name=f"seed-{seed}",
            description=f"The plan of seed {seed}, drawn by a campaign",
            horizon=horizon,
            seed=seed,
            plan=generate_plan(seed, horizon, kinds),
        )
        yield RunSpec(scenario=scenario, seed=seed)


def fixed_stories(seeds: Seeds, scenario: Scenario) -> Iterator[RunSpec]:
    """The scenario's own plan under each seed: another interleaving, and other numbers, each."""
    for seed in seeds:
        yield RunSpec(scenario=scenario, seed=seed)


def single_stories(first: int, horizon: timedelta) -> Iterator[RunSpec]:
    """One fault at a time, each kind of them, from the first seed on.

    Raises:
        UsageError: the horizon leaves no room for a fault.
    """
    for seed, fault in enumerate(revealing_faults(horizon), first):
        scenario = Scenario(
            name=f"only-{fault.kind}-{seed}",
            description=f"Nothing but a {fault.kind}",
            horizon=horizon,
            seed=seed,
            plan=FaultPlan((fault,)),
        )
        yield RunSpec(scenario=scenario, seed=seed)


@dataclass(frozen=True, kw_only=True)
class ChosenStories:
    """A campaign's stories: the scenario's plan under each seed, or the plans that they draw.

    With `each_fault` there is a story for each kind of fault by itself, and a seed for each story.

    `scenario_name` is what the scenario was asked for by: its name, or its file.
    """

    seeds: Seeds
    horizon: timedelta
    scenario: Scenario | None = None
    scenario_name: str | None = None
    each_fault: bool = False

    def stories(self) -> Iterator[RunSpec]:
        """Afresh, from the first on.

        Raises:
            UsageError: the horizon leaves no room for a fault.
        """
        if self.each_fault:
            return single_stories(self.seeds.first, self.horizon)
        if self.scenario is None:
            return drawn_stories(self.seeds, self.horizon)
        return fixed_stories(self.seeds, self.scenario)

    @property
    def name(self) -> str:
        """The same for the same stories; fit for a folder."""
        drawn = "each-fault" if self.each_fault else "drawn"
        what = self.scenario.name if self.scenario else f"{drawn}-{duration_text(self.horizon)}"
        return f"{what}-seeds-{self.seeds.first}-{self.seeds.last}"
