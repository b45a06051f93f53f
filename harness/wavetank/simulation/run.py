"""One run in virtual time: baseline, faults injected and reverted, drain; recorded as events.

The loop takes the next due action, sets the time to its instant, and runs it; nothing waits. A
handler that is about to call AWS pauses if another action is due at the same instant, so that
overlapping invocations are interleaved at their calls, in an order drawn from the seed.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import metadata
from typing import TYPE_CHECKING

from wavetank.aws.answers import Answers
from wavetank.aws.clients import AwsClients
from wavetank.core.http_call import HttpAnswer, HttpCall
from wavetank.deployment.deployed import template_hash
from wavetank.engines.simulator.engine import Simulator
from wavetank.engines.simulator.hooks import SimulatorHooks
from wavetank.faults.plan import FaultPlan
from wavetank.history import (
    Drained,
    EndState,
    Event,
    MessageSent,
    RuleSpec,
    RunBegan,
    RunEnded,
    TableSnapshot,
    Trigger,
)
from wavetank.inspection.stack_resources import every_resource
from wavetank.inspection.table_snapshot import table_snapshot
from wavetank.scenario.steps import Step
from wavetank.scenario.timing.settings import Durations
from wavetank.scenario.workload.kinds import WorkloadSpec
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.call_interceptor import CallInterceptor
from wavetank.simulation.call_targets import CallTargets
from wavetank.simulation.deployed_resources import DeployedResources
from wavetank.simulation.end_state import EndStateReader
from wavetank.simulation.entries.http_entries import EntryChoice, HttpEntries
from wavetank.simulation.event_sources.polled_run import PolledRun
from wavetank.simulation.event_sources.sources import EventSources
from wavetank.simulation.fault_scheduler import FaultScheduler
from wavetank.simulation.firehose_observer import FirehoseObserver
from wavetank.simulation.manual_steps import PACE, ManualSteps
from wavetank.simulation.pushed_events import PushedEvents
from wavetank.simulation.request_durations import RequestDurations
from wavetank.simulation.rule_scheduler import RuleScheduler
from wavetank.simulation.schedule_invoker import ScheduleInvoker
from wavetank.simulation.seeded_random import seeded_ids, seeded_random
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.stream_functions import StreamFunctions
from wavetank.simulation.topology import (
    Topology,
    confirmed_addresses,
    is_function,
    read_topology,
    resource_types,
    tables,
    topics,
)
from wavetank.simulation.workload.player import WorkloadPlayer
from wavetank.simulation.workload.senders import WorkloadSenders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wavetank.emulator.sns.confirmation import SentMessage

RECOVERY = timedelta(minutes=5)
"""How long rules go on firing after the last fault is reverted: Lambda's retries, and a tick."""
ANSWER_MAX = timedelta(hours=1)
"""Longer than any function runs, with a cold start."""
DRAIN_MAX = timedelta(hours=26)
"""After the last firing. Firehose retries for a day, and Lambda for six hours."""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """The inputs of a run, apart from the deployed pipeline.

    `steps` run besides the rules' own firings, of which a horizon of zero has none.
    `recorded_options` are written to the history. `answers` are those of a test to calls. With
    `reads_state` it ends with what each resource holds then; `reference` is that of the same run
    without faults.
    """

    scenario: str
    seed: int
    start: datetime
    horizon: timedelta
    plan: FaultPlan = field(default_factory=FaultPlan)
    steps: tuple[Step, ...] = ()
    workloads: tuple[WorkloadSpec, ...] = ()
    durations: Durations = field(default_factory=Durations)
    recorded_options: Mapping[str, str] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers, compare=False)
    reads_state: bool = False
    reference: tuple[EndState, ...] = ()

    @property
    def until(self) -> datetime:
        """The last instant at which a rule may fire, or a workload be sent."""
        reverted = self.plan.reverted_at(self.start)
        recovered = reverted + RECOVERY if self.plan.faults else self.start
        return max(self.start + self.horizon, recovered)

    @property
    def last_action(self) -> datetime:
        """The last instant at which a rule fires or a step runs."""
        return max(self.until, self.start + len(self.steps) * PACE)


class Run:
    """One run on the simulator; `record` gets every event, in order."""

    def __init__(
        self, simulator: Simulator, options: RunOptions, record: Callable[[Event], None]
    ) -> None:
        self._simulator = simulator
        self._options = options
        self._record = record
        self._end_state = EndStateReader(simulator) if options.reads_state else None
        self._clock = SimulationClock(
            options.seed, options.start, simulator.move_to, self._observed_record
        )
        self._topology = read_topology(simulator.aws)
        self._injector = FaultScheduler(simulator, self._clock, self._topology)
        matcher = self._injector.matcher
        self._durations = RequestDurations(
            options.seed, self._injector.resolved_durations(options.durations)
        )
        self._invocations = AsyncInvoker(
            simulator, self._clock, matcher, self._topology, self._durations
        )
        until = options.until
        self._rules = RuleScheduler(simulator, self._clock, matcher, self._invocations, until)
        self._schedules = ScheduleInvoker(simulator, self._clock, until)
        self._deliveries = FirehoseObserver(simulator, self._clock, matcher, self._running_request)
        self._interceptor = CallInterceptor(
            self._clock, matcher, self._invocations, options.answers, CallTargets(simulator.aws)
        )
        self._pushed = PushedEvents(self._clock, matcher, self._invocations)
        self._sources = EventSources(
            PolledRun(
                simulator=simulator,
                clock=self._clock,
                matcher=matcher,
                invocations=self._invocations,
                last_action=lambda: self._last_action,
                ends_at=lambda: self._last_action if self._is_ending else None,
            )
        )
        self._last_action = options.last_action
        self._is_ending = False
        resources = DeployedResources(lambda: every_resource(simulator.aws))
        self._entries = HttpEntries(simulator, self._clock, self._invocations, resources)
        senders = WorkloadSenders(
            aws=simulator.aws,
            resources=resources,
            invocations=self._invocations,
            entries=self._entries,
            new_id=self._clock.new_id,
            put_service_event=simulator.put_service_event,
        )
        self._workload = WorkloadPlayer(self._clock, senders, options.seed, until)
        self._steps = ManualSteps(self._clock, self._invocations, self._injector, self._topology)

    def execute(self) -> None:
        """Run to the end: until nothing is due, or at most `DRAIN_MAX` after the last tick."""
        with self.started():
            self.end(self._options.until)

    @contextmanager
    def started(self) -> "Iterator[None]":
        """Start the run for the body, which moves its time by `run_until` and ends it by `end`."""
        options = self._options
        with ExitStack() as stack:
            stack.enter_context(self._simulator.frozen_at(options.start))
            stack.enter_context(seeded_random(options.seed))
            self._begin()
            hooks = SimulatorHooks(
                interceptor=self._interceptor,
                deliveries=self._deliveries,
                sent=self._sent,
                new_id=self._clock.new_id,
                queue=self._pushed.queue,
                call=self._pushed.call,
                given_up=self._pushed.given_up,
                with_current_cause=self._invocations.with_current_cause,
                service_id=seeded_ids(options.seed),
                invoke_processor=StreamFunctions(self._invocations),
                messages=self._sources,
                on_record=self._sources.record_accepted,
                wait=self._interceptor.waited,
            )
            # exited in reverse order: handlers end before the faults they ran under are reverted
            stack.callback(self._injector.revert_all)
            stack.callback(self._invocations.attempts.end_all)
            stack.enter_context(self._simulator.with_hooks(hooks))
            yield

    @property
    def now(self) -> datetime:
        """The virtual time."""
        return self._clock.now

    def run_until(self, instant: datetime) -> None:
        """Run everything that is due by the instant, and set the time to it."""
        self._plan()
        self._clock.run_until(instant, self._plan)
        self._clock.advance_to(instant)

    def invoke(self, function: str, event: object) -> str:
        """Queue the event for the function of that ARN; returns the request's id."""
        return self._invocations.queue(function, event, Trigger.MANUAL)

    def add_workload(self, workload: WorkloadSpec) -> None:
        """Send the workload too; its window begins from now on.

        Raises:
            UsageError: its target is not deployed, or is of another type.
        """
        self._workload.plan([workload])

    def use_durations(self, durations: Durations) -> None:
        """Let calls and handlers take these durations from now on.

        Raises:
            UsageError: it names a function that is not deployed.
        """
        self._durations.durations = self._injector.resolved_durations(durations)

    def http(self, call: HttpCall, choice: EntryChoice) -> HttpAnswer:
        """Call a function URL or an API now, and run what is due until it answers.

        Raises:
            UsageError: there is no such entry, or what it does is not simulated.
        """
        answers: list[HttpAnswer] = []
        self._plan()
        self._entries.call(self._entries.find(choice), call, answers.append)
        limit = self._clock.now + ANSWER_MAX
        self._clock.run_until(limit, self._plan, lambda: bool(answers))
        (answer,) = answers
        return answer

    def end(self, until: datetime) -> None:
        """Stop rules and workload after `until`, drain everything else, and record what remains."""
        self._rules.until = self._schedules.until = self._workload.until = until
        self._last_action = max(until, self._options.last_action)
        self._is_ending = True
        self._plan()
        self._clock.run_until(self._last_action + DRAIN_MAX, self._plan)
        self._end()

    def _plan(self) -> None:
        """Schedule what services do next by themselves; called after every action."""
        self._deliveries.plan()
        self._sources.plan()
        self._schedules.plan()

    def _begin(self) -> None:
        options, record = self._options, self._clock.record
        record(
            _run_began(
                self._simulator,
                self._topology,
                scenario=options.scenario,
                seed=options.seed,
                start=options.start,
                until=options.until,
                options=options.recorded_options,
                consumers=self._sources.consumers,
            )
        )
        for state in options.reference:
            record(state)
        for seen in _table_snapshots(self._simulator.aws, options.start):
            record(seen)
        # this order is part of the digest: each scheduled action draws a number from the seed
        self._injector.plan(options.plan, options.start)
        for rule in self._topology.rules:
            self._rules.plan(rule)
        self._schedules.plan()
        self._steps.plan(self._options.steps)
        self._workload.plan(self._options.workloads)

    def _end(self) -> None:
        remaining = [*self._deliveries.remaining(), *self._sources.remaining()]
        if not self._clock.is_idle():
            remaining.append("invocations or deliveries that are still tried")
        now, record = self._clock.now, self._clock.record
        for seen in _table_snapshots(self._simulator.aws, now):
            record(seen)
        if self._end_state is not None:
            for state in self._end_state.read(now, is_reference=False):
                record(state)
        record(Drained(now, complete=not remaining, remaining=tuple(remaining)))
        record(RunEnded(now))

    def _observed_record(self, event: Event) -> None:
        if self._end_state is not None:
            self._end_state.observe(event)
        self._record(event)

    def _running_request(self) -> str:
        """The request whose handler runs now; empty if none does."""
        attempt = self._invocations.attempts.handlers.running
        return attempt.request.id if attempt else ""

    def _sent(self, message: "SentMessage") -> None:
        """Record an e-mail that reached its address."""
        self._clock.record(
            MessageSent(
                self._clock.now, message.topic, message.address, message.subject, message.text
            )
        )


def _run_began(
    simulator: Simulator,
    topology: Topology,
    *,
    scenario: str,
    seed: int,
    start: datetime,
    until: datetime,
    options: Mapping[str, str],
    consumers: Mapping[str, tuple[str, ...]],
) -> RunBegan:
    """The first event of a run: what is deployed, and the options of the run."""
    functions = [simulator.function(arn) for arn in sorted(topology.configurations)]
    alerting = _alert_topics(simulator, topology)
    return RunBegan(
        at=start,
        scenario=scenario,
        seed=seed,
        until=until,
        code={function.name: function.code_sha256 for function in functions},
        template=template_hash(simulator.aws, _stacks(simulator.aws)),
        version=metadata.version("wavetank"),
        rules=tuple(
            RuleSpec(rule.name, rule.expression, start, tuple(t.arn for t in rule.targets))
            for rule in topology.rules
        ),
        confirmed={topic: confirmed_addresses(simulator.aws, topic) for topic in alerting},
        consumers=consumers,
        options=options,
        resource_types=resource_types(simulator.aws, topology),
    )


def _alert_topics(simulator: Simulator, topology: Topology) -> list[str]:
    """The topics that Lambda sends failures to, by itself or through a function."""
    destinations = topology.failure_destinations()
    notifiers = [simulator.function(arn) for arn in sorted(destinations) if is_function(arn)]
    return [
        topic
        for topic in topics(simulator.aws)
        if topic in destinations
        or any(simulator.may_publish(notifier, topic) for notifier in notifiers)
    ]


def _table_snapshots(aws: AwsClients, now: datetime) -> "Iterator[TableSnapshot]":
    """The items of each table now."""
    return (table_snapshot(aws, table, now) for table in tables(aws))


def _stacks(aws: AwsClients) -> list[str]:
    """The names of all stacks."""
    pages = aws.cloudformation.get_paginator("describe_stacks").paginate()
    return [stack["StackName"] for page in pages for stack in page["Stacks"]]
