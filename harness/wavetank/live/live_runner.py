"""Runs one scenario on a live pipeline and returns its history.

The rule is disabled during the run. First one tick brings the table up to the current minute, so
that the run's own ticks, each due one minute after the last, find no gap before them. Since they
are fired faster than one a minute, they are due in the future; the handler takes its time from the
event, and the schedule's ticks have nothing to do until the clock has caught up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata

from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import subscriptions, topic_arn, wait_until
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import floor_to_minute, rfc3339
from wavetank.core.errors import ConditionTimeoutError, InfrastructureError, UsageError
from wavetank.core.text import pluralize
from wavetank.deployment.deployed import template_hash
from wavetank.faults.changes import RuleChange
from wavetank.history import Drained, Event, RunBegan, RunEnded
from wavetank.inspection.table_snapshot import table_snapshot
from wavetank.invariants.unobservable import MANUAL_OPTIONS
from wavetank.live.deployed_target import DeployedTarget
from wavetank.live.history_reader import StateBeforeRun, read_history, run_objects, state_before_run
from wavetank.live.step_executor import StepExecutor
from wavetank.scenario.model import Scenario
from wavetank.scenario.steps import MINUTE, Step, Tick, manual_steps
from wavetank.ticker.invariants.delivered_samples import delivered_samples
from wavetank.ticker.observers import last_tick, read_prices


@contextmanager
def schedule_off(deployed: DeployedTarget, say: Callable[[str], None]) -> Iterator[None]:
    """Disables the rule for the body; afterwards restores its previous state, whatever happens.

    Raises:
        NotRestoredError: it could not be enabled again.
    """
    rule, target = deployed.names.rule, deployed.changed_target
    if not target.resources.rule_is_enabled(rule):
        say(f"{rule} is disabled, and stays disabled")
        yield
        return
    with target.changed(RuleChange(rule=rule)):
        say(f"disabled {rule}")
        yield
    say(f"enabled {rule} again")


AHEAD_MAX = timedelta(minutes=30)
"""How far ahead of the clock the table may be: the handler refuses events an hour behind it."""
OBJECT_PACE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class LiveScenario:
    """A scenario to run on a live engine, and its seed.

    `options` are those that would select the pipeline.
    """

    scenario: Scenario
    seed: int
    options: Mapping[str, str]

    def steps(self, start: datetime) -> tuple[Step, ...]:
        """The steps of a run that begins at `start`."""
        return manual_steps(self.scenario.plan, self.scenario.horizon, start)


def run_live(
    deployed: DeployedTarget,
    run: LiveScenario,
    record: Callable[[Event], None],
    say: Callable[[str], None],
) -> None:
    """Runs the scenario; `record` receives its events, `say` what happens, in words.

    However the run ends, the pipeline is restored as deployed, and the rule to its previous state.

    Raises:
        UsageError: the pipeline's table is too far ahead of the clock, or a change of an earlier
            command remains.
        InfrastructureError: the pipeline's tick fails, or a change could not be reverted.
    """
    with _locked(deployed):
        _require_near_clock(deployed, run)
        with schedule_off(deployed, say):
            _run(deployed, run, record, say)


def _run(
    deployed: DeployedTarget,
    run: LiveScenario,
    record: Callable[[Event], None],
    say: Callable[[str], None],
) -> None:
    """Runs the scenario while the rule is off, so that all ticks are its own."""
    start = _fire_current_tick(deployed)
    say(f"the table is at {rfc3339(start)}; the run begins")
    record(_began(deployed, run, start))
    record(table_snapshot(deployed.aws, deployed.names.table, start))
    noted: list[Event] = []
    try:
        events = _executed(deployed, run, start, noted, say)
    except BaseException:  # an interrupted run also records what it did
        for event in noted:
            record(event)
        raise
    for event in events:
        record(event)


@contextmanager
def _locked(deployed: DeployedTarget) -> Iterator[None]:
    """Keeps other commands from changing the pipeline; checks that none left it changed."""
    with deployed.journal.held():
        deployed.changed_target.require_unchanged()
        yield


def _executed(
    deployed: DeployedTarget,
    run: LiveScenario,
    start: datetime,
    noted: list[Event],
    say: Callable[[str], None],
) -> list[Event]:
    """Executes the steps; returns the events that were noted together with their results."""
    before = state_before_run(deployed, start)
    executor = StepExecutor(deployed, before, noted.append, say)
    executor.execute(run.steps(start))
    say("waiting for Firehose to deliver")
    _wait_until_delivered(deployed, before, executor)
    events = read_history(deployed, before, noted)
    missing = tuple(_missing(executor, before, events))
    now = deployed.clock.now()
    return [*events, Drained(now, complete=not missing, remaining=missing), RunEnded(now)]


def _now(deployed: DeployedTarget) -> datetime:
    return floor_to_minute(deployed.clock.now())


def _first_start(deployed: DeployedTarget) -> datetime:
    """This minute, or the later one that the table has already reached."""
    now = _now(deployed)
    return max(now, last_tick(read_prices(deployed.aws, deployed.names.table)) or now)


def _require_near_clock(deployed: DeployedTarget, run: LiveScenario) -> None:
    """Checks the limit that runs in a row use up, since each leaves the table further ahead.

    Raises:
        UsageError: the run would end too far ahead of the clock.
    """
    start = _first_start(deployed)
    ticks = sum(isinstance(step, Tick) for step in run.steps(start))
    again = start + ticks * MINUTE - AHEAD_MAX
    if again > _now(deployed):
        raise UsageError(
            f"a run that ends within {AHEAD_MAX} of the clock",
            f"a table at {rfc3339(start)}, and {ticks} more ticks",
            f"run it again at {rfc3339(again)} or later",
        )


def _fire_current_tick(deployed: DeployedTarget) -> datetime:
    """Fires the tick of this minute, or of the later one that the table has already reached."""
    start = _first_start(deployed)
    StreamingInvoker(deployed.aws, deployed.names).fire_and_wait(start)
    reached = last_tick(read_prices(deployed.aws, deployed.names.table))
    if reached != start:
        raise InfrastructureError(
            f"the table at {rfc3339(start)} after that tick",
            rfc3339(reached) if reached else "no tick",
            "check what is deployed with ./wavetank check",
        )
    return start


def _began(deployed: DeployedTarget, run: LiveScenario, start: datetime) -> RunBegan:
    aws, names = deployed.aws, deployed.names
    topic = topic_arn(aws, names)
    confirmed = tuple(entry.address for entry in subscriptions(aws, topic) if entry.confirmed)
    functions = (names.notification_function, names.streaming_function)
    return RunBegan(
        at=start,
        scenario=run.scenario.name,
        seed=run.seed,
        until=start,
        code={name: _code_hash(deployed, name) for name in functions},
        template=template_hash(aws, (names.storage_stack, names.pipeline_stack)),
        version=metadata.version("wavetank"),
        rules=(),
        confirmed={topic: confirmed},
        options={**run.options, **MANUAL_OPTIONS},
    )


def _code_hash(deployed: DeployedTarget, function: str) -> str:
    return deployed.aws.awslambda.get_function_configuration(FunctionName=function)["CodeSha256"]


def _wait_until_delivered(
    deployed: DeployedTarget, before: StateBeforeRun, executor: StepExecutor
) -> None:
    """Waits until every minute up to the last successful tick is in the bucket, or times out."""
    if not deployed.is_aws:
        SandboxControls(deployed.endpoint).deliver_now()
    with suppress(ConditionTimeoutError):  # `Drained` lists what is missing
        wait_until(
            lambda: _undelivered(before, executor, run_objects(deployed, before)),
            lambda minutes: not minutes,
            expected="every tick that succeeded in the bucket",
            hint="inspect the delivery stream",
            within_seconds=deployed.delivery_seconds,
            clock=deployed.clock,
            pace_seconds=max(OBJECT_PACE_SECONDS, deployed.target.pace_seconds),
        )


def _undelivered(
    before: StateBeforeRun, executor: StepExecutor, events: Iterable[Event]
) -> list[datetime]:
    """The minutes without a record up to the last tick that succeeded."""
    requested = executor.requested
    last = max((requested.due[request] for request in requested.succeeded), default=before.start)
    delivered = {floor_to_minute(s.instant) for event in events for s in delivered_samples(event)}
    minutes = (last - before.start) // MINUTE
    expected = (before.start + number * MINUTE for number in range(1, minutes + 1))
    return [minute for minute in expected if minute not in delivered]


def _missing(
    executor: StepExecutor, before: StateBeforeRun, events: Sequence[Event]
) -> Iterator[str]:
    """Results of the run that did not arrive in time."""
    for request in sorted(executor.requested.unfinished):
        yield f"request {request}, neither succeeded nor given up"
    for minute in _undelivered(before, executor, events):
        yield f"records of {rfc3339(minute)}"
    missing = executor.alerts_missing()
    if missing > 0:
        yield pluralize(missing, "alert")
