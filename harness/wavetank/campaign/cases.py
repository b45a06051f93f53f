"""The cases of a campaign: the same seeds give the same cases on any machine."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain

from wavetank.campaign.coverage import Coverage
from wavetank.core.durations import duration_option, duration_text
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import UsageError
from wavetank.faults.generation import generate_plan, revealing_faults
from wavetank.faults.pairs import fault_pairs
from wavetank.faults.plan import FaultPlan
from wavetank.faults.targets import TICKER_TARGETS, FaultTargets
from wavetank.scenario.loader import load_scenario, project_scenarios
from wavetank.scenario.model import Scenario
from wavetank.scenario.schema import SEED_MAX
from wavetank.scenario.supported_faults import check_supported
from wavetank.scenario.workload.kinds import WorkloadSpec
from wavetank.simulation.runner import RunSpec

HORIZON_DEFAULT = "1h"
RANDOM_SEED_MAX = 1_000_000
"""Of a first seed that is chosen at random: short enough to be typed again."""


@dataclass(frozen=True)
class Seeds:
    """The seeds of a campaign: `count` consecutive numbers that begin with `first`.

    Raises:
        UsageError: there are none, or the last one is too large for a scenario file.
    """

    first: int
    count: int

    def __post_init__(self) -> None:
        if self.first < 0 or self.count < 1 or self.last > SEED_MAX:
            raise UsageError(
                f"at least one seed, all from 0 to {SEED_MAX}",
                f"{self.count} from {self.first} on",
                "correct --runs or --seed",
            )

    @property
    def last(self) -> int:
        """The last seed."""
        return self.first + self.count - 1

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.last + 1))


NOTHING = Scenario(name="", description="", horizon=timedelta())
"""The base of generated cases that have nothing but faults."""


def generated_cases(
    seeds: Seeds,
    horizon: timedelta,
    targets: FaultTargets = TICKER_TARGETS,
    base: Scenario = NOTHING,
    coverage: Coverage | None = None,
) -> Iterator[RunSpec]:
    """A case for each seed: the base with the fault plan that is generated from the seed.

    With `coverage` plans prefer the pairs that earlier cases have not tried. With each second seed
    the workload ends at the horizon: later events would overwrite what a late one has done.

    Raises:
        UsageError: the horizon has no room for a fault.
    """
    for seed in seeds:
        preferred = coverage.preferred() if coverage else ()
        plan = generate_plan(seed, horizon, targets, preferred=preferred)
        if coverage:
            coverage.plan(plan)
        scenario = replace(
            base,
            name=_name(base, f"seed-{seed}"),
            description=f"The plan of seed {seed}, drawn by a campaign",
            horizon=horizon,
            seed=seed,
            plan=plan,
            workloads=base.workloads if seed % 2 else _ended(base.workloads, horizon),
        )
        yield RunSpec(scenario=scenario, seed=seed)


def _ended(workloads: Sequence[WorkloadSpec], horizon: timedelta) -> tuple[WorkloadSpec, ...]:
    """The workloads, of which those with a rate and without an end of their own end there."""
    return tuple(
        replace(each, duration=horizon - each.begins)
        if each.rate and each.duration is None and each.begins < horizon
        else each
        for each in workloads
    )


def seeded_cases(seeds: Seeds, scenario: Scenario) -> Iterator[RunSpec]:
    """The scenario with each seed: the same faults, but another order and random numbers."""
    for seed in seeds:
        yield RunSpec(scenario=scenario, seed=seed)


def single_fault_cases(
    first: int,
    horizon: timedelta,
    targets: FaultTargets = TICKER_TARGETS,
    base: Scenario = NOTHING,
) -> Iterator[RunSpec]:
    """A case for each kind of fault, with that fault alone, from the first seed on.

    Raises:
        UsageError: the horizon has no room for a fault.
    """
    for seed, fault in enumerate(revealing_faults(horizon, targets), first):
        scenario = replace(
            base,
            name=_name(base, f"only-{fault.kind}-{seed}"),
            description=f"Nothing but a {fault.kind}",
            horizon=horizon,
            seed=seed,
            plan=FaultPlan((fault,)),
        )
        yield RunSpec(scenario=scenario, seed=seed)


def _name(base: Scenario, case: str) -> str:
    return f"{base.name}-{case}" if base.name else case


@dataclass(frozen=True, kw_only=True)
class CampaignCases:
    """The cases of a campaign: a scenario with each seed, or a plan generated from each seed.

    A plan is generated if there is no scenario, or with `draws_faults`, instead of the scenario's
    faults; all else is the scenario's. With `each_fault` there is a case, with a seed of its own,
    for each kind of fault alone. `scenario_name` is the argument that selected the scenario: its
    name, or its file. Faults are generated for `targets`. The `remembered` cases come first.
    """

    seeds: Seeds
    horizon: timedelta
    scenario: Scenario | None = None
    scenario_name: str | None = None
    each_fault: bool = False
    draws_faults: bool = False
    targets: FaultTargets = TICKER_TARGETS
    remembered: tuple[RunSpec, ...] = ()

    @property
    def count(self) -> int:
        """How many cases there are."""
        return len(self.remembered) + self.seeds.count

    @property
    def is_generated(self) -> bool:
        """Whether its faults are generated, so that no file has them."""
        return self.scenario is None or self.each_fault or self.draws_faults

    def coverage(self) -> Coverage:
        """The coverage before the first case; without pairs if no faults are generated.

        Raises:
            UsageError: nothing in the pipeline can be hit.
        """
        return Coverage(fault_pairs(self.targets) if self.is_generated else ())

    def cases(self, coverage: Coverage | None = None) -> Iterator[RunSpec]:
        """All cases, the remembered ones first; `coverage` as for `generated_cases`.

        Raises:
            UsageError: the horizon has no room for a fault, or there is no target for one.
        """
        return chain(self._of_memory(coverage), self._of_seeds(coverage))

    def _of_memory(self, coverage: Coverage | None) -> Iterator[RunSpec]:
        for spec in self.remembered:
            if coverage:
                coverage.plan(spec.scenario.plan)
            yield spec

    def _of_seeds(self, coverage: Coverage | None = None) -> Iterator[RunSpec]:
        base = self.scenario or NOTHING
        if self.each_fault:
            return single_fault_cases(self.seeds.first, self.horizon, self.targets, base)
        if self.is_generated:
            return generated_cases(self.seeds, self.horizon, self.targets, base, coverage)
        return seeded_cases(self.seeds, base)

    def require_cases(self) -> None:
        """Check that they can be generated, before anything is started for them.

        Raises:
            UsageError: they cannot be, as for `cases`.
        """
        next(self._of_seeds())

    @property
    def name(self) -> str:
        """A name for the campaign's folder; the same for the same cases."""
        drawn = "each-fault" if self.each_fault else "drawn"
        of = [self.scenario.name] if self.scenario else []
        of += [f"{drawn}-{duration_text(self.horizon)}"] if self.is_generated else []
        return f"{'-'.join(of)}-seeds-{self.seeds.first}-{self.seeds.last}"


def choose_cases(
    seeds: int,
    first_seed: int | None,
    horizon: str | None,
    scenario_name: str | None,
    *,
    draws_faults: bool = False,
) -> CampaignCases:
    """The cases that the options of a campaign select, for the ticker's targets.

    Raises:
        UsageError: they contradict each other.
    """
    if scenario_name is None:
        if draws_faults:
            action = "leave it out: without a scenario all faults are generated"
            raise UsageError("a scenario for --draw-faults", "none", action)
        span = duration_option(horizon or HORIZON_DEFAULT)
        return CampaignCases(seeds=Seeds(_first_seed(first_seed), seeds), horizon=span)
    if horizon is not None:
        action = "leave --duration out, or change the horizon in the scenario"
        raise UsageError("the scenario's own horizon", "--duration too", action)
    scenario = load_scenario(scenario_name, project_scenarios())
    check_supported(scenario, EngineName.SIMULATOR)
    return CampaignCases(
        seeds=Seeds(_first_seed(first_seed, scenario.seed), seeds),
        horizon=scenario.horizon,
        scenario=scenario,
        scenario_name=scenario_name,
        draws_faults=draws_faults,
    )


def _first_seed(*given: int | None) -> int:
    """The first that is given; else a random one, so that each campaign runs other cases."""
    chosen = next((seed for seed in given if seed is not None), None)
    return secrets.randbelow(RANDOM_SEED_MAX) if chosen is None else chosen


def one_of_each(chosen: CampaignCases) -> CampaignCases:
    """A case for each kind of fault, from the same first seed on."""
    count = len(revealing_faults(chosen.horizon, chosen.targets))
    return replace(chosen, seeds=Seeds(chosen.seeds.first, count), each_fault=True)
