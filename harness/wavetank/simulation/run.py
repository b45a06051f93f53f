"""One run in virtual time: baseline, faults, healing, drain; all that happens goes to a history.

The loop takes what is due next, moves the time there, and does it; nothing waits. A handler that is
about to call AWS while something else is due at the same instant gives up its turn, so that two
invocations that overlap are interleaved at their calls, in an order drawn from the seed.
"""

import random
from collections.abc import Callable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wavetank.engines.simulator.engine import Simulator
from wavetank.engines.simulator.hooks import SimulatorHooks
from wavetank.faults.plan import FaultPlan
from wavetank.history import (
    Drained,
    Event,
    MessageSent,
    RunEnded,
    Trigger,
)
from wavetank.scenario.steps import Step
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.call_interceptor import CallInterceptor
from wavetank.simulation.fault_injector import FaultInjector
from wavetank.simulation.firehose_observer import FirehoseObserver
from wavetank.simulation.manual_steps import PACE, ManualSteps
from wavetank.simulation.rule_scheduler import RuleScheduler
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.state_snapshot import run_began, tables_seen
from wavetank.simulation.topology import read_wiring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wavetank.emulator.sns.confirmation import SentMessage

RECOVERY = timedelta(minutes=5)
"""For which rules go on firing after the last fault is healed: Lambda's retries, and a tick."""
DRAIN_MAX = timedelta(hours=26)
"""After the last firing: Firehose tries for a day, and Lambda for six hours."""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What decides a run, besides what is deployed. `told` is written into its history.

    `steps` are taken by hand, beside the rules' own firings; a horizon of zero has none of those.
    """

    scenario: str
    seed: int
    start: datetime
    horizon: timedelta
    plan: FaultPlan = field(default_factory=FaultPlan)
    steps: tuple[Step, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def until(self) -> datetime:
        """The last instant at which a rule may fire."""
        healed = self.plan.healed_at(self.start)
        recovered = healed + RECOVERY if self.plan.faults else self.start
        return max(self.start + self.horizon, recovered)

    @property
    def acted_until(self) -> datetime:
        """The last instant at which anything is begun from outside."""
        return max(self.until, self.start + len(self.steps) * PACE)


class Run:
    """Drives the simulator; `record` gets every event, in order."""

    def __init__(
        self, simulator: Simulator, options: RunOptions, record: Callable[[Event], None]
    ) -> None:
        self._simulator = simulator
        self._options = options
        self._timeline = SimulationClock(options.seed, options.start, simulator.move_to, record)
        self._topology = read_wiring(simulator.aws)
        self._injector = FaultInjector(simulator, self._timeline, self._topology)
        matcher = self._injector.matcher
        self._invocations = AsyncInvoker(simulator, self._timeline, matcher, self._topology)
        until = options.until
        self._rules = RuleScheduler(simulator, self._timeline, matcher, self._invocations, until)
        self._deliveries = FirehoseObserver(simulator, self._timeline, matcher, self._running)
        self._gatekeeper = CallInterceptor(self._timeline, matcher, self._invocations)
        self._steps = ManualSteps(self._timeline, self._invocations, self._injector, self._topology)

    def go(self) -> None:
        """Runs until nothing is left to happen, at most a day and two hours after the last tick."""
        with self.begun():
            self.end(self._options.until)

    @contextmanager
    def begun(self) -> "Iterator[None]":
        """For the body the run is under way, at its begin, and time moves as the body has it."""
        options = self._options
        with ExitStack() as stack:
            stack.enter_context(self._simulator.frozen_at(options.start))
            stack.enter_context(_randomness_of(options.seed))
            self._begin()
            watch = SimulatorHooks(
                interceptor=self._gatekeeper,
                deliveries=self._deliveries,
                sent=self._sent,
                new_id=self._timeline.new_id,
            )
            stack.callback(self._injector.revert_all)
            stack.callback(self._invocations.attempts.end_all)
            stack.enter_context(self._simulator.with_hooks(watch))
            yield

    @property
    def now(self) -> datetime:
        """What time it is in the run."""
        return self._timeline.now

    def pass_until(self, instant: datetime) -> None:
        """Has everything happen that is due by then, and it is that time."""
        self._deliveries.plan()
        self._timeline.pass_until(instant, self._deliveries.plan)
        self._timeline.stand_at(instant)

    def invoke(self, function: str, event: object) -> str:
        """Lambda takes the event for the function of the ARN, as from anybody; the request's id."""
        return self._invocations.queue(function, event, Trigger.MANUAL)

    def end(self, until: datetime) -> None:
        """Has no rule fire after `until`, lets all else finish, and tells what is left."""
        self._rules.until = until
        self._deliveries.plan()
        last = max(until, self._options.acted_until)
        self._timeline.pass_until(last + DRAIN_MAX, self._deliveries.plan)
        self._end()

    def _begin(self) -> None:
        options, note = self._options, self._timeline.note
        note(
            run_began(
                self._simulator,
                self._topology,
                scenario=options.scenario,
                seed=options.seed,
                start=options.start,
                until=options.until,
                options=options.told,
            )
        )
        for seen in tables_seen(self._simulator.aws, options.start):
            note(seen)
        self._injector.plan(options.plan, options.start)
        for rule in self._topology.rules:
            self._rules.plan(rule)
        self._steps.plan(self._options.steps)

    def _end(self) -> None:
        left = self._deliveries.left()
        if not self._timeline.is_over():
            left.append("invocations or deliveries that are still tried")
        now, note = self._timeline.now, self._timeline.note
        for seen in tables_seen(self._simulator.aws, now):
            note(seen)
        note(Drained(now, complete=not left, left=tuple(left)))
        note(RunEnded(now))

    def _running(self) -> str:
        """The request whose handler has its turn; nothing where none has."""
        attempt = self._invocations.attempts.running
        return attempt.request.id if attempt else ""

    def _sent(self, message: "SentMessage") -> None:
        """An e-mail reached its address."""
        self._timeline.note(
            MessageSent(
                self._timeline.now, message.topic, message.address, message.subject, message.text
            )
        )


@contextmanager
def _randomness_of(seed: int) -> "Iterator[None]":
    """What handlers and the SDK draw from Python's own source is the run's, too."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
