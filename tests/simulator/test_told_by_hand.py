"""A story that the simulator tells by hand, as a live engine told it."""

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


def _story(deployed: Deployed) -> RunSpec:
    story = RunSpec(scenario=SCENARIO, seed=3)
    start = story.start.replace(year=2026, month=11, day=24, hour=9, minute=59)
    return replace(
        story, start=start, initial_table=TableSnapshot(start, deployed.names.table, ITEMS)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the histories are."""
    return tmp_path_factory.mktemp("histories")


@pytest.fixture(scope="module")
def told(deployed: Deployed, folder: Path) -> RunResult:
    """The story, told once."""
    return simulate(deployed.simulator, deployed.pipeline, _story(deployed), folder / "one")


@pytest.fixture(scope="module")
def events(told: RunResult, folder: Path) -> list[Event]:
    """What happened in it."""
    assert told.events > 0
    return list(read_history(folder / "one"))


def test_it_begins_with_the_table_that_was_found(events: list[Event]) -> None:
    """At that instant and with those prices, so that records can be the same to the last byte."""
    began, table, *_ = events
    assert isinstance(began, RunBegan)
    assert isinstance(table, TableSnapshot)
    assert (table.items, table.at) == (ITEMS, began.at)
    assert began.options.items() >= MANUAL_OPTIONS.items()


def test_only_the_storys_ticks_are_made(events: list[Event]) -> None:
    """One minute after the other, and no rule fires; the one that is denied is told."""
    begun = events[0].at
    due = [(event.due - begun) // MINUTE for event in events if isinstance(event, Invoked)]
    assert due == [1, 2, 3]
    sent = [event for event in events if isinstance(event, MessageSent)]
    assert len(sent) == len({event.address for event in sent}) == 2


def test_an_alert_names_what_aws_would_name(events: list[Event]) -> None:
    """The SDK's frames, and the session of the function's role, are AWS's and not the machine's."""
    text = next(event.text for event in events if isinstance(event, MessageSent))
    assert "/var/lang/lib/python3.13/site-packages/botocore/client.py" in text
    assert "streaming-lambda-role/DEDOREXP-streaming-lambda is not authorized" in text


def test_it_is_judged_by_all_that_a_hand_can_show(told: RunResult) -> None:
    """No rule fired, which is nobody's fault."""
    unknown = [found.key for found in told.findings if found.verdict is Verdict.UNKNOWN]
    assert unknown == ["schedule-completeness"]
    assert told.exit_code is ExitCode.VALID


def test_told_again_it_is_the_same_to_the_last_byte(
    deployed: Deployed, told: RunResult, folder: Path
) -> None:
    """One seed, one beginning and one code give one history."""
    again = simulate(deployed.simulator, deployed.pipeline, _story(deployed), folder / "two")
    assert again.digest == told.digest
    assert (folder / "two").read_bytes() == (folder / "one").read_bytes()
