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


def _outline(told: ScenarioResult) -> list[tuple[str, datetime]]:
    """What happened when, whatever it was called."""
    return [(type(event).__name__, event.at) for event in told.events()]


def test_a_run_moved_in_steps_is_the_run_at_once(simulator: SimulatorFixture) -> None:
    """Whoever looks in between changes nothing but the ids drawn after the last firing."""
    at_once = simulator.run(minutes=7)
    with simulator.stepped_by_clock() as clock:
        for seconds in (30, 31, 179, 180):
            clock.advance(seconds=seconds)
        stepped = clock.finish()
    for told in (at_once, stepped):
        told.assert_all_valid()
    last = START + 7 * MINUTE
    before = [[e for e in told.events() if e.at < last] for told in (at_once, stepped)]
    assert before[0] == before[1] != []
    assert _outline(stepped) == _outline(at_once)
    assert stepped.delivered == at_once.delivered


def test_time_moves_only_as_it_is_told(
    virtual_clock: VirtualClock, simulator: SimulatorFixture
) -> None:
    """The rule fires when its minute is reached, and Firehose delivers when its buffer is due."""
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
def test_a_fault_of_a_mark_strikes_a_run_that_is_moved(virtual_clock: VirtualClock) -> None:
    """A failure is given up after three minutes, and told; what is left heals at the end."""
    virtual_clock.advance(minutes=3, seconds=59)
    assert {ended.outcome for ended in virtual_clock.of(AttemptEnded)} == {Outcome.ERROR}
    assert virtual_clock.of(MessageSent) == []
    virtual_clock.advance(seconds=1)
    assert {sent.address for sent in virtual_clock.of(MessageSent)} == set(ADDRESSES)
    told = virtual_clock.finish()
    told.assert_all_valid()
    (began,) = told.of(RunBegan)
    assert began.until == START + timedelta(minutes=9, seconds=30)


@pytest.mark.fault("handler-crash", after="2m", lasts="1m")
@pytest.mark.fault("missed-tick", after="4m", lasts="1m")
def test_several_faults_are_one_plan(simulator: SimulatorFixture) -> None:
    """Those of the marks, from the outermost inwards; the run is as long as they need."""
    told = simulator.run(minutes=1)
    told.assert_all_valid()
    assert [struck.kind for struck in told.of(FaultInjected)] == ["handler-crash", "missed-tick"]
    assert told.of(RunBegan)[0].until == START + timedelta(minutes=10)


@pytest.mark.scenario("lost-reply")
def test_a_scenario_is_a_story_of_its_own(simulator: SimulatorFixture) -> None:
    """It is found in the suite's `scenarios`, and lasts until five minutes after its last fault."""
    told = simulator.run()
    told.assert_all_valid()
    (began,) = told.of(RunBegan)
    assert (began.scenario, began.until) == ("lost-reply", START + timedelta(minutes=35))
    assert {struck.kind for struck in told.of(FaultInjected)} == {"lost-reply"}


def test_a_run_begins_with_what_it_is_given(simulator: SimulatorFixture, names: Names) -> None:
    """It is put there after the pipeline's own data, and is gone before the next run."""

    def given(aws: AwsClients) -> None:
        key = {"TickerName": {"S": "^MORE"}, "Price": {"N": "1"}, "Tick": {"S": "none"}}
        aws.dynamodb.put_item(TableName=names.table, Item=key)

    seen = [
        [item["TickerName"] for item in told.of(TableSnapshot)[0].items]
        for told in (simulator.run(minutes=1, given=given), simulator.run(minutes=1))
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
    """A second one in the same process is refused, rather than the first be taken for it."""
    wavetank_deployed.require(replace(wavetank_pipeline))
    with pytest.raises(UsageError, match="one wavetank_pipeline"):
        wavetank_deployed.require(replace(wavetank_pipeline, record_format="original"))


def test_seeds_decide(simulator: SimulatorFixture) -> None:
    """One seed tells one story; another one tells another."""
    digests = [simulator.run(minutes=2, seed=seed).digest for seed in (3, 3, 4)]
    assert digests[0] == digests[1] != digests[2]


def test_anybody_may_invoke(virtual_clock: VirtualClock, names: Names) -> None:
    """An event of the test's own is tried at once, and again a minute later where it fails."""
    request = virtual_clock.invoke(names.streaming_function, {"no": "tick"})
    virtual_clock.advance(minutes=1)
    attempts = [event for event in virtual_clock.of(AttemptBegan) if event.request == request]
    assert [attempt.at for attempt in attempts] == [START, START + MINUTE]
    assert {attempt.trigger for attempt in attempts} == {Trigger.MANUAL}


def test_one_run_at_a_time(simulator: SimulatorFixture, virtual_clock: VirtualClock) -> None:
    """A run under way is not set back by another, and one that is over does not go on."""
    with pytest.raises(UsageError, match="one run at a time"):
        simulator.run(minutes=1)
    assert virtual_clock.finish().verdicts["drained"] is Verdict.VALID
    with pytest.raises(UsageError, match="a run in progress"):
        virtual_clock.advance(minutes=1)


def test_a_run_lasts_as_long_as_somebody_says(simulator: SimulatorFixture) -> None:
    """Neither for no time, nor for ever."""
    with pytest.raises(UsageError, match="the duration of the run"):
        simulator.run()
    with pytest.raises(UsageError, match="of 0 to a year"):
        simulator.run(days=366)


def test_resources_go_by_the_names_of_their_templates(
    simulator: SimulatorFixture, names: Names
) -> None:
    """What a template calls a resource is found; what it does not is refused by name."""
    with pytest.raises(UsageError, match="StreamingFunction"):
        simulator.name_of("StreamingFunctoin")
    assert simulator.name_of("StreamingFunction") == names.streaming_function
