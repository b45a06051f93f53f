"""Stories played in the worker's simulator, and what to look for in their histories."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.simulator.conftest import Deployed
from wavetank.core.findings import Verdict
from wavetank.faults.fault import Fault
from wavetank.faults.plan import FaultPlan
from wavetank.history import Event, FaultBegan, FaultInjected, FaultReverted, read_history
from wavetank.scenario.model import Scenario
from wavetank.simulation.runner import START, RunResult, RunSpec, simulate

MINUTE = timedelta(minutes=1)
HORIZON = 20 * MINUTE


@dataclass(frozen=True)
class Told:
    """What came of a story, and all that happened in it."""

    played: RunResult
    events: tuple[Event, ...]

    def of[E: Event](self, kind: type[E]) -> list[E]:
        """The events of that kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    def strikes(self) -> list[FaultInjected]:
        """When a planned fault did something."""
        return self.of(FaultInjected)

    def broken(self) -> dict[str, str]:
        """The invariants that do not hold, with the evidence."""
        findings = self.played.findings
        return {f.key: f.evidence for f in findings if f.verdict is not Verdict.VALID}


def scenario_of(*faults: Fault, horizon: timedelta = HORIZON) -> Scenario:
    """So long, with these faults."""
    plan = FaultPlan(tuple(faults))
    return Scenario(name="test", description="A test's own.", horizon=horizon, plan=plan)


def tell(deployed: Deployed, scenario: Scenario, seed: int = 1) -> Told:
    """Plays the scenario; its history is written and read again."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "history.jsonl"
        played = simulate(
            deployed.simulator, deployed.pipeline, RunSpec(scenario=scenario, seed=seed), path
        )
        return Told(played, tuple(read_history(path)))


def tell_of(deployed: Deployed, *faults: Fault, seed: int = 1) -> Told:
    """As `tell`, of these faults."""
    return tell(deployed, scenario_of(*faults), seed)


def assert_healed(told: Told, fault: Fault) -> None:
    """The fault began and was healed when it was planned to, and all invariants held."""
    begin, end = fault.window(START)
    assert [event.at for event in told.of(FaultBegan)] == [begin]
    assert [event.at for event in told.of(FaultReverted)] == [end]
    assert told.broken() == {}
