"""Faults of triggers: each breaks what a naive handler writes, and not what an idempotent one does.

Both are in one function, so each run compares them under the same fault.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.pipelines.ledger import LEDGER
from tests.simulator.conftest import Deployed
from tests.simulator.stacks import deployed_beside
from wavetank.campaign.cases import CampaignCases, Seeds
from wavetank.campaign.results import CaseResult
from wavetank.campaign.shrinking import Budget, shrink
from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.engines.simulator.engine import Simulator
from wavetank.history import AttemptEnded, Event, EventSettled, FaultInjected, Settlement
from wavetank.incidents.importing import import_events
from wavetank.incidents.scrubbing import Scrubber
from wavetank.incidents.sources import read_queue
from wavetank.incidents.targets import ImportTargets
from wavetank.scenario.parser import parse_scenario
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.simulation.history_recorder import Watcher
from wavetank.simulation.runner import RunResult, RunSpec, simulate

HEAD = 'description = "Faults of triggers"\nhorizon = "6m"\nseed = 1\n'
BODY = """body = '{"number": {{ number }}, "time": "{{ time }}"}'"""
RATE = 'rate = "2 per minute"\nduration = "4m"'
QUEUE = f'kind = "send-message"\ntarget = "Orders"\n{RATE}\n{BODY}'
BURST = f'kind = "send-message"\ntarget = "Orders"\ncount = 6\nbegins = "2m"\n{BODY}'
RECORDS = f'kind = "put-record"\ntarget = "Readings"\ncount = 6\nbegins = "2m"\n{BODY}'
STREAM = f'kind = "put-record"\ntarget = "Readings"\n{RATE}\n{BODY}'
BUCKET = f'kind = "put-object"\ntarget = "Uploads"\n{RATE}\nkey = "{{{{ number }}}}"'
BUS = f'kind = "put-events"\ntarget = "default"\n{RATE}\n{BODY}'


@pytest.fixture(scope="module")
def simulator(deployed: Deployed) -> Iterator[Simulator]:
    """With the ledger deployed beside the project's pipeline; deleted afterwards."""
    with deployed_beside(deployed, LEDGER) as made:
        yield made.simulator


def run(
    simulator: Simulator,
    *workloads: str,
    fault: str = "",
    seed: int = 1,
    watch: Watcher = lambda _: None,
) -> RunResult:
    """A run with the workloads, and the fault if there is one, from the second minute on."""
    tables = [f"[[workload]]\n{each}\n" for each in workloads]
    if fault:
        tables.append(f'[[fault]]\nafter = "2m"\nlasts = "4m"\n{fault}\n')
    scenario = parse_scenario("triggers", f"{HEAD}{''.join(tables)}", "triggers.toml")
    return simulate(simulator, LEDGER, RunSpec(scenario=scenario, seed=seed), None, watch)


def broken(result: RunResult) -> set[str]:
    """The invariants that the run broke."""
    return {each.key for each in result.findings if not each.verdict.passes}


TRIGGERED = 'function = "trigger-target"'


@dataclass(frozen=True)
class Bug:
    """A fault with a workload, and what the fault breaks of the naive ledger."""

    workload: str
    fault: str
    part: str


NIGHTLY = (
    "duplicate-batch of a stream",
    "poison-message in a stream",
    "duplicate-event of a bucket",
    "late-event of a rule",
)
"""The same as for the other source of the same fault."""
SEEDS_MAX = 8
GENERIC = frozenset({"convergence", "nothing-lost"})
"""Invariants of any pipeline, to which the naive part alone is reason enough."""
NOT_COMPARED = frozenset(
    {"poison-message in a queue", "poison-message in a stream", "throttled-function"}
)
"""Bugs that convergence cannot show: the workload differs, or keys differ in an instant alone.

A handler that accepts a poison message may leave an item of it rightly, so such runs have no
reference; and one that does not accept it takes its batch to the dead-letter queue.
"""
BUGS = {
    "duplicate-batch of a queue": Bug(QUEUE, 'kind = "duplicate-batch"', "total"),
    "duplicate-batch of a stream": Bug(STREAM, 'kind = "duplicate-batch"', "total"),
    "expired-visibility-timeout": Bug(QUEUE, 'kind = "expired-visibility-timeout"', "total"),
    "concurrent-batches": Bug(BURST, 'kind = "concurrent-batches"', "total"),
    "out-of-order-message": Bug(BURST, 'kind = "out-of-order-message"', "last"),
    "poison-message in a queue": Bug(BURST, 'kind = "poison-message"', "total"),
    "poison-message in a stream": Bug(RECORDS, 'kind = "poison-message"\noccurrence = 3', "total"),
    "stalled-shard": Bug(STREAM, 'kind = "stalled-shard"', "minutes"),
    "duplicate-event of a bucket": Bug(BUCKET, 'kind = "duplicate-event"', "total"),
    "duplicate-event of a rule": Bug(BUS, 'kind = "duplicate-event"', "total"),
    "late-event of a bucket": Bug(BUCKET, 'kind = "late-event"\ntimes = 2', "minutes"),
    "late-event of a rule": Bug(BUS, 'kind = "late-event"\noccurrence = 3', "last"),
    "throttled-function": Bug(
        BUS, f'{TRIGGERED}\nkind = "throttled-function"\ntimes = "all"', "minutes"
    ),
    "a batch crashes halfway": Bug(
        BURST, f'{TRIGGERED}\nkind = "handler-crash"\ncall_number = 20', "total"
    ),
}


def failures(events: list[Event]) -> list[tuple[str, str]]:
    """The error of each attempt that failed, and its message."""
    ended = [each for each in events if isinstance(each, AttemptEnded)]
    return [(each.error_type, each.message) for each in ended if each.error_type]


def test_an_imported_incident_fails_as_it_did(simulator: Simulator) -> None:
    """The dead letters of a run are read, scrubbed, and sent by another, with the same errors."""
    poison = """body = '{"number": "seven", "time": "{{ time }}", "email": "ada@example.com"}'"""
    sent = f'kind = "send-message"\ntarget = "Orders"\ncount = 1\nbegins = "1m"\n{poison}'
    first, again = list[Event](), list[Event]()
    run(simulator, sent, watch=first.append)
    (queue,) = [url for url in simulator.aws.sqs.list_queues()["QueueUrls"] if "Rejected" in url]
    letters = read_queue(simulator.aws, queue).events
    scrubber = Scrubber(b"secret")
    made = import_events("incident", letters, ImportTargets(LEDGER.scopes()), scrubber)
    assert {each.target for each in made.scenario.workloads} == {"Orders"}
    assert "ada@" not in scenario_to_toml(made.scenario)
    simulate(simulator, LEDGER, RunSpec(scenario=made.scenario, seed=1), None, again.append)
    assert failures(again)
    assert set(failures(again)) == set(failures(first))
    assert [e.settlement for e in again if isinstance(e, EventSettled)][-1:] == [
        Settlement.DEAD_LETTERED
    ]


def test_without_a_fault_both_are_right(simulator: Simulator) -> None:
    """So what breaks below is due to the fault."""
    assert broken(run(simulator, QUEUE, STREAM, BUCKET, BUS)) == set()
    assert broken(run(simulator, BURST)) == set()


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.nightly) if name in NIGHTLY else name for name in BUGS],
)
def test_a_fault_breaks_the_naive_ledger_alone(simulator: Simulator, name: str) -> None:
    """It hits, and the idempotent ledger is right."""
    bug = BUGS[name]
    for seed in range(1, SEEDS_MAX):  # whether handlers that overlap lose an update is drawn
        result = run(simulator, bug.workload, fault=bug.fault, seed=seed)
        assert result.unmatched == ()
        found = broken(result)
        assert {key for key in found if not key.startswith("naive-")} <= GENERIC
        if f"naive-{bug.part}" in found:
            break
    assert f"naive-{bug.part}" in found
    assert ("convergence" in found) == (name not in NOT_COMPARED), "with no invariant written"


def test_the_same_seed_repeats_a_run_with_its_faults(simulator: Simulator) -> None:
    """And a run without a fault is none of those."""
    fault = 'kind = "poison-message"\noccurrence = 2\ntimes = 2'
    first, again = (run(simulator, BURST, fault=fault).digest for _ in range(2))
    assert first == again != run(simulator, BURST).digest


def test_a_named_source_alone_is_hit(simulator: Simulator) -> None:
    """By its logical id; the history says what was hit, by its name."""
    events: list[Event] = []
    fault = 'kind = "duplicate-batch"\nevent_source = "Readings"\ntimes = "all"'
    assert run(simulator, QUEUE, STREAM, fault=fault, watch=events.append).unmatched == ()
    hits = [event.detail for event in events if isinstance(event, FaultInjected)]
    assert len(hits) > 1
    assert {detail.partition(" of pipeline-")[2].partition("-")[0] for detail in hits} == {
        "Readings"
    }


def test_a_source_that_is_not_deployed_is_refused(simulator: Simulator) -> None:
    """With the one that was probably meant."""
    fault = 'kind = "late-event"\nevent_source = "Upload"'
    with pytest.raises(UsageError, match=r"did you mean Uploads\?"):
        run(simulator, BUCKET, fault=fault)


def test_trimmed_records_are_lost_for_a_sum_alone(simulator: Simulator) -> None:
    """No handler can count them; what each later record has by itself is right again."""
    events: list[Event] = []
    result = run(simulator, STREAM, fault='kind = "trimmed-stream"', watch=events.append)
    settled = [event for event in events if isinstance(event, EventSettled)]
    lost = [one for event in settled if event.settlement is Settlement.EXPIRED for one in event.ids]
    assert len(lost) == 1
    assert broken(result) == {"naive-total", "total", "nothing-lost"}


def test_a_failure_is_silent_without_the_permission_for_the_dead_letter_queue(
    simulator: Simulator,
) -> None:
    """An event that always fails is in the queue otherwise."""
    bad = 'kind = "put-object"\ntarget = "Uploads"\ncount = 1\nbegins = "2m"\nkey = "bad"'
    fault = 'kind = "permission-removed"\nowner = "trigger-target"\naction = "sqs:SendMessage"'
    assert "no-silent-failure" not in broken(run(simulator, bad))
    assert "no-silent-failure" in broken(run(simulator, bad, fault=fault))


@pytest.mark.nightly
def test_a_campaign_finds_the_naive_total_and_shrinks_it(simulator: Simulator) -> None:
    """Under drawn faults, with one fault, one workload and the shortest run left of a failure."""
    tables = "".join(f"[[workload]]\n{each}\n" for each in (QUEUE, STREAM, BUCKET, BUS))
    checked = f'{HEAD}[expect]\ncheck_only = ["naive-total"]\n{tables}'
    scenario = parse_scenario("triggers", checked, "triggers.toml")
    chosen = CampaignCases(
        seeds=Seeds(1, 20),
        horizon=scenario.horizon,
        scenario=scenario,
        draws_faults=True,
        targets=LEDGER.fault_targets(),
    )

    def play(spec: RunSpec) -> CaseResult:
        return CaseResult(spec=spec, outcome=simulate(simulator, LEDGER, spec, None))

    found = next(result for result in map(play, chosen.cases()) if result.broken)
    shrunk = shrink(found, play, Budget(seconds_max=600), WallClock())
    (fault,) = shrunk.spec.scenario.plan.faults
    assert (fault.after, len(shrunk.spec.scenario.workloads)) == (timedelta(), 1)
    assert shrunk.spec.scenario.horizon < scenario.horizon
    assert play(shrunk.spec).broken == ("naive-total",)
