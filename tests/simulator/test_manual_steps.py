"""A scenario that the simulator runs step by step, as a live engine does."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.simulator.conftest import Deployed
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Verdict
from wavetank.faults.delivery import PermissionRemoved
from wavetank.faults.plan import FaultPlan
from wavetank.history import Event, Invoked, MessageSent, RunBegan, TableSnapshot, read_history
from wavetank.invariants.unobservable import MANUAL_OPTIONS
from wavetank.scenario.model import Scenario
from wavetank.simulation.runner import RunResult, RunSpec, simulate

MINUTE = timedelta(minutes=1)
DENIED = PermissionRemoved(after=MINUTE, lasts=MINUTE)
SCENARIO = Scenario(
    name="denied", description="Denied", horizon=3 * MINUTE, plan=FaultPlan((DENIED,))
)
ITEMS = tuple(
    {"TickerName": f"Index_{number}", "Price": "123.45", "Tick": "2026-11-24T09:59:00Z"}
    for number in range(1, 6)
)


def _spec(deployed: Deployed) -> RunSpec:
    spec = RunSpec(scenario=SCENARIO, seed=3)
    start = spec.start.replace(year=2026, month=11, day=24, hour=9, minute=59)
    return replace(
        spec, start=start, initial_table=TableSnapshot(start, deployed.names.table, ITEMS)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the histories."""
    return tmp_path_factory.mktemp("histories")


@pytest.fixture(scope="module")
def result(deployed: Deployed, folder: Path) -> RunResult:
    """The scenario, run once."""
    return simulate(deployed.simulator, deployed.pipeline, _spec(deployed), folder / "one")


@pytest.fixture(scope="module")
def events(result: RunResult, folder: Path) -> list[Event]:
    """The events of the run."""
    assert result.events > 0
    return list(read_history(folder / "one"))


def test_it_begins_with_the_initial_table(events: list[Event]) -> None:
    """At that instant and with those prices, so that records can be byte-identical."""
    began, table, *_ = events
    assert isinstance(began, RunBegan)
    assert isinstance(table, TableSnapshot)
    assert (table.items, table.at) == (ITEMS, began.at)
    assert began.options.items() >= MANUAL_OPTIONS.items()


def test_only_the_steps_invoke_the_function(events: list[Event]) -> None:
    """One minute after the other, and no rule fires; the failed one is alerted."""
    start = events[0].at
    due = [(event.due - start) // MINUTE for event in events if isinstance(event, Invoked)]
    assert due == [1, 2, 3]
    sent = [event for event in events if isinstance(event, MessageSent)]
    assert len(sent) == len({event.address for event in sent}) == 2


def test_an_alert_names_what_aws_would_name(events: list[Event]) -> None:
    """The SDK's frames and the session of the role are those of AWS, not of the host."""
    text = next(event.text for event in events if isinstance(event, MessageSent))
    assert "/var/lang/lib/python3.13/site-packages/botocore/client.py" in text
    assert "streaming-lambda-role/DEDOREXP-streaming-lambda is not authorized" in text


def test_it_is_checked_by_all_observable_invariants(result: RunResult) -> None:
    """No rule fired, so its schedule is unknown."""
    unknown = [found.key for found in result.findings if found.verdict is Verdict.UNKNOWN]
    assert unknown == ["schedule-completeness"]
    assert result.exit_code is ExitCode.VALID


def test_run_again_it_is_the_same_to_the_last_byte(
    deployed: Deployed, result: RunResult, folder: Path
) -> None:
    """One seed, one start and one code give one history."""
    again = simulate(deployed.simulator, deployed.pipeline, _spec(deployed), folder / "two")
    assert again.digest == result.digest
    assert (folder / "two").read_bytes() == (folder / "one").read_bytes()
