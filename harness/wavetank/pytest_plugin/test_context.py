"""The context of one test: scenario, seed, folder of its runs, and the command to repeat it."""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from wavetank.aws.answers import Answers
from wavetank.core.errors import UsageError
from wavetank.core.findings import Verdict
from wavetank.pytest_plugin.custom_invariants import Check, with_custom_findings
from wavetank.pytest_plugin.marks import scenario_of
from wavetank.pytest_plugin.result import ScenarioResult
from wavetank.scenario.model import Scenario
from wavetank.scenario.problems import workloads_beyond
from wavetank.scenario.timing.settings import Durations
from wavetank.scenario.workload.kinds import WorkloadSpec
from wavetank.simulation.runner import RunSpec

DEFAULT_SEED = 1
"""Fixed, so that a test that passed today passes tomorrow."""

type RunReport = Callable[[], str]

RUN_REPORTS = pytest.StashKey[list[RunReport]]()


@dataclass(kw_only=True)
class RunContext:
    """The scenario, seed and folder of a test in virtual time.

    The horizon of `scenario` is zero without a mark. `workloads` are those that the test has added
    to the scenario's, `answers` its answers to calls, and `durations`, if set, replace the
    scenario's. `checks` are its own invariants by their names. `properties` are those of the test
    in JUnit's XML.
    """

    scenario: Scenario
    seed: int
    start: datetime
    folder: Path
    command: str
    run_reports: list[RunReport]
    properties: list[tuple[str, object]] = field(default_factory=list)
    workloads: list[WorkloadSpec] = field(default_factory=list)
    answers: Answers = field(default_factory=Answers)
    durations: Durations | None = None
    checks: dict[str, Check] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def spec(self, horizon: timedelta, seed: int | None) -> RunSpec:
        """The run of the scenario for that duration.

        Raises:
            UsageError: neither the test nor a mark gives a duration, or it is too short for a
                workload.
        """
        horizon = horizon or self.scenario.horizon
        if not horizon:
            raise UsageError(
                "the duration of the run", "none", "give it, as in simulator.run(minutes=10)"
            )
        return RunSpec(
            scenario=self._scenario(horizon),
            seed=self.seed if seed is None else seed,
            start=self.start,
            answers=self.answers,
        )

    def _scenario(self, horizon: timedelta) -> Scenario:
        workloads = (*self.scenario.workloads, *self.workloads)
        scenario = replace(
            self.scenario,
            horizon=horizon,
            workloads=workloads,
            durations=self.durations or self.scenario.durations,
        )
        for problem in workloads_beyond(scenario):
            raise UsageError(problem.expected, problem.found, problem.action)
        return scenario

    def completed(self, result: ScenarioResult) -> ScenarioResult:
        """The result with the findings of the test's own invariants.

        Invariants that had nothing to check are added to the properties of the test.
        """
        found = with_custom_findings(result, self.checks)
        for each in found.findings:
            idle = (f"wavetank: {each.key}", f"{each.verdict}: {each.evidence}")
            if each.verdict is Verdict.NOT_EXERCISED and idle not in self.properties:
                self.properties.append(idle)
        return found

    def history(self) -> Path:
        """The file of a further run."""
        return self.folder / f"history-{next(self._numbers)}.jsonl"


def context_of(item: pytest.Item, start: datetime, folder: Path) -> RunContext:
    """The context of the test, whose marks were checked when it was collected.

    Raises:
        UsageError: the start has no time zone.
    """
    if start.tzinfo is None:
        raise UsageError("wavetank_start with its time zone", f"{start}", "write tzinfo=UTC")
    scenario = scenario_of(item)
    wanted: int | None = item.config.getoption("wavetank_seed")
    seed = next(s for s in (wanted, scenario.seed, DEFAULT_SEED) if s is not None)
    return RunContext(
        scenario=scenario,
        seed=seed,
        start=start,
        folder=folder,
        command=f"pytest {_address(item)} --wavetank-seed {seed}",
        run_reports=item.stash.setdefault(RUN_REPORTS, []),
        properties=item.user_properties,
    )


def _address(item: pytest.Item) -> str:
    """The test's address, relative to where pytest was called."""
    within = item.nodeid.partition("::")[2]
    here = item.config.invocation_params.dir
    return shlex.quote(f"{item.path.relative_to(here, walk_up=True)}::{within}")


def run_reports_of(item: pytest.Item) -> list[str]:
    """The report of each run of the test."""
    return [run_report() for run_report in item.stash.get(RUN_REPORTS, [])]
