"""The plug-in's fixtures and marks, on the ticker pipeline, in this suite's own simulator."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.simulator.conftest import ADDRESSES
from wavetank.aws.clients import AwsClients
from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.core.findings import Verdict
from wavetank.core.naming import Names
from wavetank.deployment.pipelines.ticker import TickerPipeline
from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    FaultInjected,
    MessageSent,
    ObjectDelivered,
    Outcome,
    RuleFired,
    RunBegan,
    TableSnapshot,
    Trigger,
)
from wavetank.pytest_plugin.result import ScenarioResult
from wavetank.pytest_plugin.session_simulator import Deployed
from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture
from wavetank.pytest_plugin.virtual_clock import VirtualClock
from wavetank.simulation.runner import START

MINUTE = timedelta(minutes=1)


@pytest.fixture
def names(wavetank_pipeline: TickerPipeline) -> Names:
    """Those of what is in the simulator."""
    return wavetank_pipeline.names


def _outline(result: ScenarioResult) -> list[tuple[str, datetime]]:
    """The kinds and instants of the events, without random ids."""
    return [(type(event).__name__, event.at) for event in result.events()]


def test_a_run_moved_in_steps_is_the_run_at_once(simulator: SimulatorFixture) -> None:
    """Looking at it in between changes nothing but the ids drawn after the last firing."""
    at_once = simulator.run(minutes=7)
    with simulator.stepped_by_clock() as clock:
        for seconds in (60.3, 0.7, 179, 180):  # the first is within the first handler's start
            clock.advance(seconds=seconds)
        stepped = clock.finish()
    for result in (at_once, stepped):
        result.assert_all_valid()
    last = START + 7 * MINUTE
    before = [[e for e in result.events() if e.at < last] for result in (at_once, stepped)]
    assert before[0] == before[1] != []
    assert _outline(stepped) == _outline(at_once)
    assert stepped.delivered == at_once.delivered


def test_time_moves_only_by_advance(
    virtual_clock: VirtualClock, simulator: SimulatorFixture
) -> None:
    """The rule fires when its minute is reached, and Firehose delivers when its buffer is due."""
    simulator.durations(defaults="none")
    assert virtual_clock.now() == WallClock().now() == START
    virtual_clock.advance(seconds=59)
    assert virtual_clock.of(RuleFired) == []
    assert virtual_clock.advance(seconds=1) == WallClock().now() == START + MINUTE
    assert [fired.due for fired in virtual_clock.of(RuleFired)] == [START + MINUTE]
    assert virtual_clock.of(ObjectDelivered) == []
    virtual_clock.advance(minutes=1)
    (delivered,) = virtual_clock.of(ObjectDelivered)
    found = simulator.aws.s3.get_object(Bucket=delivered.bucket, Key=delivered.key)
    assert found["LastModified"] == START + 2 * MINUTE


@pytest.mark.fault("broken-deployment", after="30s", lasts="4m")
def test_a_fault_of_a_mark_hits_a_run_moved_in_steps(
    virtual_clock: VirtualClock, simulator: SimulatorFixture
) -> None:
    """A failure is discarded after three minutes and alerted; faults are reverted at the end."""
    simulator.durations(defaults="none")
    virtual_clock.advance(minutes=3, seconds=59)
    assert {ended.outcome for ended in virtual_clock.of(AttemptEnded)} == {Outcome.ERROR}
    assert virtual_clock.of(MessageSent) == []
    virtual_clock.advance(seconds=1)
    assert {sent.address for sent in virtual_clock.of(MessageSent)} == set(ADDRESSES)
    result = virtual_clock.finish()
    result.assert_all_valid()
    (began,) = result.of(RunBegan)
    assert began.until == START + timedelta(minutes=9, seconds=30)


@pytest.mark.fault("handler-crash", after="2m", lasts="1m")
@pytest.mark.fault("missed-tick", after="4m", lasts="1m")
def test_several_faults_are_one_plan(simulator: SimulatorFixture) -> None:
    """Those of the marks, from the outermost inwards; the run is as long as they need."""
    result = simulator.run(minutes=1)
    result.assert_all_valid()
    assert [injected.kind for injected in result.of(FaultInjected)] == [
        "handler-crash",
        "missed-tick",
    ]
    assert result.of(RunBegan)[0].until == START + timedelta(minutes=10)


@pytest.mark.fault("lost-reply", after="2m", lasts="1m", call="dynamodb:GetItem")
def test_a_fault_that_hits_nothing_fails_the_test(simulator: SimulatorFixture) -> None:
    """The handler makes no such call, so all invariants hold and nothing is shown."""
    result = simulator.run(minutes=5)
    assert all(verdict.passes for verdict in result.verdicts.values())
    with pytest.raises(AssertionError, match="no event matched the fault lost-reply"):
        result.assert_all_valid()


@pytest.mark.scenario("lost-reply")
def test_a_scenario_of_a_mark_is_run(simulator: SimulatorFixture) -> None:
    """It is found in the suite's `scenarios`, and lasts until five minutes after its last fault."""
    result = simulator.run()
    result.assert_all_valid()
    (began,) = result.of(RunBegan)
    assert (began.scenario, began.until) == ("lost-reply", START + timedelta(minutes=35))
    assert {injected.kind for injected in result.of(FaultInjected)} == {"lost-reply"}


def test_a_run_begins_with_the_items_of_its_setup(
    simulator: SimulatorFixture, names: Names
) -> None:
    """It is added to the pipeline's own data, and is gone before the next run."""

    def setup(aws: AwsClients) -> None:
        key = {"TickerName": {"S": "^MORE"}, "Price": {"N": "1"}, "Tick": {"S": "none"}}
        aws.dynamodb.put_item(TableName=names.table, Item=key)

    seen = [
        [item["TickerName"] for item in result.of(TableSnapshot)[0].items]
        for result in (simulator.run(minutes=1, setup=setup), simulator.run(minutes=1))
    ]
    assert ("^MORE" in seen[0], "^MORE" in seen[1]) == (True, False)


class TestAnotherBegin:
    """A suite whose rules mind the day."""

    @pytest.fixture
    def wavetank_start(self) -> datetime:
        """The end of a leap year's February."""
        return datetime(2028, 2, 29, 23, 59, tzinfo=UTC)

    def test_a_run_begins_when_the_suite_says(self, virtual_clock: VirtualClock) -> None:
        """The fixture is defined anew, and the simulator's time is what it says."""
        virtual_clock.advance(minutes=2)
        (first, _) = virtual_clock.of(RuleFired)
        assert first.due == datetime(2028, 3, 1, tzinfo=UTC)


def test_a_simulator_has_one_pipeline(
    wavetank_deployed: Deployed, wavetank_pipeline: TickerPipeline
) -> None:
    """A second one in the same process is an error instead of silently the first."""
    wavetank_deployed.require(replace(wavetank_pipeline))
    with pytest.raises(UsageError, match="one wavetank_pipeline"):
        wavetank_deployed.require(replace(wavetank_pipeline, record_format="original"))


def test_seeds_decide(simulator: SimulatorFixture) -> None:
    """One seed gives one history; another seed another."""
    digests = [simulator.run(minutes=2, seed=seed).digest for seed in (3, 3, 4)]
    assert digests[0] == digests[1] != digests[2]


def test_a_test_can_invoke_a_function(
    virtual_clock: VirtualClock, simulator: SimulatorFixture, names: Names
) -> None:
    """An event of the test's own is tried at once, and a minute later if it fails."""
    simulator.durations(defaults="none")
    request = virtual_clock.invoke(names.streaming_function, {"no": "tick"})
    virtual_clock.advance(minutes=1)
    attempts = [event for event in virtual_clock.of(AttemptBegan) if event.request == request]
    assert [attempt.at for attempt in attempts] == [START, START + MINUTE]
    assert {attempt.trigger for attempt in attempts} == {Trigger.MANUAL}


def test_a_test_says_what_handlers_and_calls_take(simulator: SimulatorFixture) -> None:
    """As a scenario does; it is recorded with the run, and a function has to exist."""
    simulator.durations(handler="3s", functions={"rule-target": {"cold_start": "9s"}})
    result = simulator.run(minutes=1)
    (began,), (ended,) = result.of(AttemptBegan), result.of(AttemptEnded)
    assert began.at == START + MINUTE + timedelta(seconds=9)
    assert timedelta(seconds=3) < ended.at - began.at < timedelta(seconds=4)
    recorded = '{"functions": {"rule-target": {"cold_start": "9s"}}, "handler": "3s"}'
    assert result.of(RunBegan)[0].options["durations"] == recorded
    simulator.durations(functions={"Missing": {"handler": "1s"}})
    with pytest.raises(UsageError, match="function to be one of"):
        simulator.run(minutes=1)


def test_durations_of_a_run_in_progress_apply_from_now_on(
    virtual_clock: VirtualClock, simulator: SimulatorFixture
) -> None:
    """And are recorded when it is finished."""
    virtual_clock.advance(seconds=61)
    simulator.durations(defaults="none", handler="30s")
    virtual_clock.advance(seconds=100)
    first, second = virtual_clock.of(AttemptEnded)
    assert first.at < START + MINUTE + timedelta(seconds=5)
    assert second.at == START + 2 * MINUTE + timedelta(seconds=30)
    (began,) = virtual_clock.finish().of(RunBegan)
    assert began.options["durations"] == '{"defaults": "none", "handler": "30s"}'


def test_one_run_at_a_time(simulator: SimulatorFixture, virtual_clock: VirtualClock) -> None:
    """A running one is not reset by another, and a finished one cannot continue."""
    with pytest.raises(UsageError, match="one run at a time"):
        simulator.run(minutes=1)
    assert virtual_clock.finish().verdicts["drained"] is Verdict.VALID
    with pytest.raises(UsageError, match="a run in progress"):
        virtual_clock.advance(minutes=1)


def test_a_run_has_a_valid_duration(simulator: SimulatorFixture) -> None:
    """Neither zero nor unlimited."""
    with pytest.raises(UsageError, match="the duration of the run"):
        simulator.run()
    with pytest.raises(UsageError, match="of 0 to a year"):
        simulator.run(days=366)


def test_resources_go_by_the_names_of_their_templates(
    simulator: SimulatorFixture, names: Names
) -> None:
    """Resources are found by their logical ids; an unknown one is an error."""
    with pytest.raises(UsageError, match="StreamingFunction"):
        simulator.name_of("StreamingFunctoin")
    assert simulator.name_of("StreamingFunction") == names.streaming_function
