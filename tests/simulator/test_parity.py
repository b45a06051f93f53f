"""One scenario in virtual and in wall time: its outcome is the same, byte for byte.

No difference is known, so no exceptions are listed.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.live.conftest import PACE_SECONDS
from tests.live.hosts import PROJECT, RETRY_BASE_DELAY_SECONDS, Host, child_host
from tests.live.mail import confirm
from tests.simulator.conftest import ADDRESSES, START, Deployed
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.target import local_target
from wavetank.core.clock import WallClock, rfc3339
from wavetank.core.engine_names import EngineName
from wavetank.core.findings import Verdict
from wavetank.core.naming import Names
from wavetank.deployment.deployer import Deployer, DeploymentOptions
from wavetank.faults.change_journal import Journal
from wavetank.faults.functions import BrokenDeployment
from wavetank.history import Event, FaultBegan
from wavetank.history.outcome_entries import OutcomeSummary
from wavetank.history.summary_diff import summary_differences
from wavetank.invariants import NoSilentFailure, OneAlert, check_history
from wavetank.live.deployed_target import DeployedTarget
from wavetank.live.history_reader import read_history, state_before_run
from wavetank.live.step_executor import StepExecutor
from wavetank.scenario.steps import Begin, Revert, Step, SynchronousTick, Tick
from wavetank.simulation.run import Run, RunOptions
from wavetank.ticker.contract import RECORDS_PER_TICK
from wavetank.ticker.data_reader import ticker_summary

pytestmark = pytest.mark.embedded
MINUTE = timedelta(minutes=1)
MINUTES = 10
BROKEN = ("by-hand", BrokenDeployment(after=timedelta()))


def _minute(number: int) -> Tick:
    return Tick(START + number * MINUTE)


STEPS: tuple[Step, ...] = (
    _minute(1),
    _minute(2),
    _minute(2),  # doubled
    _minute(4),  # the third is missed
    _minute(6),
    _minute(5),  # late
    Begin(*BROKEN),
    _minute(7),
    SynchronousTick(START + 7 * MINUTE),  # fails; only its caller learns of it
    _minute(8),
    Revert(*BROKEN),
    SynchronousTick(START + 9 * MINUTE),
    _minute(MINUTES),
)


@pytest.fixture(scope="module")
def history(deployed: Deployed) -> list[Event]:
    """The scenario in the simulator."""
    events: list[Event] = []
    deployed.simulator.reset()  # whoever was here before has left what a run ends with
    with deployed.simulator.frozen_at(START):
        deployed.pipeline.begin(deployed.simulator.aws, START)
    options = RunOptions(scenario="parity", seed=1, start=START, horizon=timedelta(), steps=STEPS)
    Run(deployed.simulator, options, events.append).execute()
    deployed.simulator.reset()
    return events


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A sandbox of its own, for the names are the simulator's: prices depend on them."""
    with child_host(tmp_path_factory.mktemp("state")) as host:
        yield host


@pytest.fixture(scope="module")
def observation(
    deployed: Deployed, host: Host, tmp_path_factory: pytest.TempPathFactory
) -> list[Event]:
    """The steps on the embedded engine."""
    events: list[Event] = []
    _deploy(sandbox_clients(host.endpoint), deployed.names, host.endpoint)
    place = _place(deployed.names, host, tmp_path_factory.mktemp("journal"))
    before = state_before_run(place, START)
    player = StepExecutor(place, before, events.append)
    player.execute(STEPS)
    SandboxControls(host.endpoint).deliver_now()
    return read_history(place, before, events)


def _place(names: Names, host: Host, state: Path) -> DeployedTarget:
    return DeployedTarget(
        engine=EngineName.EMBEDDED,
        target=local_target(host.endpoint),
        names=names,
        clock=WallClock(),
        journal=Journal(state, "sandbox", names.stem),
        retry_base_delay_seconds=RETRY_BASE_DELAY_SECONDS,
    )


def _deploy(aws: AwsClients, names: Names, endpoint: str) -> None:
    options = DeploymentOptions(
        names=names, addresses=ADDRESSES, schedule_enabled=False, since=START
    )
    Deployer(aws, PROJECT, WallClock(), PACE_SECONDS).deploy(options)
    for address in ADDRESSES:
        confirm(endpoint, address)


@pytest.fixture(scope="module")
def virtual(history: list[Event]) -> OutcomeSummary:
    """The outcome in virtual time."""
    return ticker_summary(history)


def test_the_outcome_is_the_same_in_virtual_time_and_in_wall_time(
    virtual: OutcomeSummary, observation: list[Event]
) -> None:
    """Ticks and their outcomes, records byte for byte, alerts word for word, the table."""
    found = summary_differences(virtual, ticker_summary(observation))
    assert [str(difference) for difference in found] == []


def test_the_outcome_summary_is_complete(virtual: OutcomeSummary) -> None:
    """The comparison covers every tick, the two that failed, and their alerts."""
    ticks = {str(tick): [str(e) for e in endings] for tick, endings in virtual.ticks.items()}
    well, badly = "succeeded after 1 attempt", "failed after 3 attempts (NameError)"
    at = [rfc3339(START + number * MINUTE) for number in range(MINUTES + 1)]
    assert ticks == {
        **{at[number]: [well] for number in (1, 4, 5, 6, 10)},
        at[2]: [well, well],
        **{at[number]: [badly] for number in (7, 8)},
        f"{at[7]}, synchronous": ["failed after 1 attempt (NameError)"],
        f"{at[9]}, synchronous": [well],
    }
    assert {notice.due for notice in virtual.alerts} == {at[7], at[8]}
    assert len(virtual.alerts) == 2 * len(ADDRESSES)
    assert [len(copies) for copies in virtual.records.values()] == [1] * MINUTES * RECORDS_PER_TICK


def test_the_scenario_breaks_no_guarantee(history: list[Event]) -> None:
    """A synchronous failure ends with its response; all others reached the addresses once."""
    findings = check_history(history, [NoSilentFailure(), OneAlert()])
    assert [finding.verdict for finding in findings] == [Verdict.VALID] * 2, findings


@pytest.mark.usefixtures("observation")
def test_an_interrupted_scenario_restores_the_code(
    deployed: Deployed, host: Host, tmp_path: Path
) -> None:
    """Broken by a step, whose revert never came."""
    names, events = deployed.names, list[Event]()
    functions = sandbox_clients(host.endpoint).awslambda

    def sha256() -> str:
        return functions.get_function(FunctionName=names.streaming_function)["Configuration"][
            "CodeSha256"
        ]

    class BrokenOffError(Exception):
        pass

    seen = [sha256()]

    def steps() -> Iterator[Step]:
        yield Begin(*BROKEN)
        seen.append(sha256())
        raise BrokenOffError

    place = _place(names, host, tmp_path)
    with pytest.raises(BrokenOffError):
        StepExecutor(place, state_before_run(place, START), events.append).execute(steps())
    assert seen[0] == sha256() != seen[1]
    assert [type(event) for event in events] == [FaultBegan]
