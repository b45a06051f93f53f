"""Runs of scenarios in the worker's simulator, and queries of their histories."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.simulator.conftest import Deployed
from wavetank.faults.fault import Fault
from wavetank.faults.plan import FaultPlan
from wavetank.history import Event, FaultBegan, FaultInjected, FaultReverted, read_history
from wavetank.scenario.model import Scenario
from wavetank.simulation.runner import START, RunResult, RunSpec, simulate

MINUTE = timedelta(minutes=1)
HORIZON = 12 * MINUTE


@dataclass(frozen=True)
class ScenarioRun:
    """The result of a run, and its events."""

    result: RunResult
    events: tuple[Event, ...]

    def of[E: Event](self, kind: type[E]) -> list[E]:
        """The events of that kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    def injections(self) -> list[FaultInjected]:
        """When a planned fault hit."""
        return self.of(FaultInjected)

    def broken(self) -> dict[str, str]:
        """The invariants that are not valid, with the evidence."""
        findings = self.result.findings
        return {f.key: f.evidence for f in findings if not f.verdict.passes}


def scenario_of(*faults: Fault, horizon: timedelta = HORIZON) -> Scenario:
    """A scenario with these faults."""
    plan = FaultPlan(tuple(faults))
    return Scenario(name="test", description="A test's own.", horizon=horizon, plan=plan)


def run_scenario(deployed: Deployed, scenario: Scenario, seed: int = 1) -> ScenarioRun:
    """Run the scenario, and read its history."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "history.jsonl"
        result = simulate(
            deployed.simulator, deployed.pipeline, RunSpec(scenario=scenario, seed=seed), path
        )
        return ScenarioRun(result, tuple(read_history(path)))


def run_faults(deployed: Deployed, *faults: Fault, seed: int = 1) -> ScenarioRun:
    """Run a scenario with these faults."""
    return run_scenario(deployed, scenario_of(*faults), seed)


def assert_reverted(run: ScenarioRun, fault: Fault) -> None:
    """The fault began and was reverted as planned, and all invariants held."""
    begin, end = fault.window(START)
    assert [event.at for event in run.of(FaultBegan)] == [begin]
    assert [event.at for event in run.of(FaultReverted)] == [end]
    assert run.broken() == {}
