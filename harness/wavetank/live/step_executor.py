"""Executes the steps of a scenario in wall time, each once the effects of the one before are over.

A result that does not arrive in time is not an error here: the outcome summary shows it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import subscriptions, topic_arn, wait_until
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import rfc3339
from wavetank.core.errors import ConditionTimeoutError
from wavetank.core.text import pluralize
from wavetank.faults.changes import Change, SubscriptionChange
from wavetank.faults.fault import Fault, StateFault
from wavetank.faults.parameters import entries_of
from wavetank.faults.serialization import describe
from wavetank.history import (
    AttemptEnded,
    Event,
    FaultBegan,
    FaultInjected,
    FaultReverted,
    Invoked,
    Outcome,
    SubscriptionChanged,
)
from wavetank.inspection.alert_log import alerts_in_log
from wavetank.live.deployed_target import DeployedTarget
from wavetank.live.history_reader import StateBeforeRun, alerts_since, attempts_max, run_attempts
from wavetank.scenario.steps import Begin, Revert, Step, SynchronousTick, Tick


@dataclass
class RequestedTicks:
    """The ticks that a live run requested, by request id, and the alerts expected for them."""

    due: dict[str, datetime] = field(default_factory=dict)
    succeeded: set[str] = field(default_factory=set)
    unfinished: set[str] = field(default_factory=set)
    alerts: int = 0


class StepExecutor:
    """Executes the steps of a scenario on one pipeline whose schedule is disabled.

    `note` is called with each step as an event, `say` with each result in words.
    """

    def __init__(
        self,
        deployed: DeployedTarget,
        before: StateBeforeRun,
        note: Callable[[Event], None],
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._deployed = deployed
        self._before = before
        self._note = note
        self._say = say
        self._trigger = StreamingInvoker(deployed.aws, deployed.names)
        self._topic = topic_arn(deployed.aws, deployed.names)
        self.requested = RequestedTicks()

    def execute(self, steps: Iterable[Step]) -> None:
        """Executes the steps; however that ends, every change is reverted.

        Raises:
            ClientError: AWS refused a step.
            InfrastructureError: the sandbox does not answer, or a change could not be reverted.
        """
        with ExitStack() as changed:
            open_faults: dict[str, ExitStack] = {}
            for step in steps:
                self._take(step, changed, open_faults)

    def _take(self, step: Step, changed: ExitStack, open_faults: dict[str, ExitStack]) -> None:
        match step:
            case Tick(due):
                request = self._trigger.fire(due)
                self._note_invoked(request, due, synchronous=False)
                self._wait_until_finished(request)
            case SynchronousTick(due):
                self._note_invoked(self._trigger.call(due), due, synchronous=True)
            case Begin(name, fault):
                self._say(f"fault: {describe(fault)}")
                open_faults[name] = changed.enter_context(ExitStack())
                self._note(
                    FaultBegan(self._deployed.clock.now(), name, fault.kind, describe(fault))
                )
                # Injected after its event, so that effects follow it in the history.
                open_faults[name].enter_context(self._injected(name, fault))
            case Revert(name, fault):
                open_faults.pop(name).close()
                self._note(
                    FaultReverted(self._deployed.clock.now(), name, fault.kind, describe(fault))
                )
                self._say(f"reverted: {fault.kind}")

    def _injected(self, name: str, fault: Fault) -> AbstractContextManager[object]:
        """The fault's context manager: in force for its body."""
        if isinstance(fault, StateFault):
            return self._deployed.changed_target.injected(name, fault, self._note_change)
        return self._injected_by_sandbox(name, fault)

    @contextmanager
    def _injected_by_sandbox(self, name: str, fault: Fault) -> Iterator[None]:
        """Injects a fault that only a sandbox supports; notes its injections at the end."""
        controls = SandboxControls(self._deployed.endpoint)
        fault_id = controls.begin_fault(fault.kind, entries_of(fault))
        try:
            yield
        finally:
            for hit in controls.revert_fault(fault_id)["injections"]:
                at = datetime.fromisoformat(hit["at"])
                self._note(FaultInjected(at, name, fault.kind, hit["what"]))

    def _note_change(self, change: Change, in_force: bool) -> None:  # noqa: FBT001 - the signature of `OnChange`
        if isinstance(change, SubscriptionChange):
            now, confirmed = self._deployed.clock.now(), not in_force
            self._note(SubscriptionChanged(now, change.topic, change.address, confirmed))

    def _note_invoked(self, request: str, due: datetime, *, synchronous: bool) -> None:
        function = self._deployed.names.streaming_function
        self.requested.due[request] = due
        self._note(Invoked(self._deployed.clock.now(), request, function, due, synchronous))

    def _wait_until_finished(self, request: str) -> None:
        """Waits until the request has succeeded, or has failed as often as Lambda tries."""
        attempts_limit = attempts_max(self._deployed)
        attempts: list[AttemptEnded] = []

        def is_finished() -> bool:
            found = run_attempts(self._deployed, self._before, {request})
            attempts[:] = [ended for _, ended in found]
            return _succeeded(attempts) or len(attempts) >= attempts_limit

        self._wait(is_finished, f"the end of request {request}")
        self._conclude(request, attempts, attempts_limit)

    def _conclude(self, request: str, attempts: list[AttemptEnded], attempts_limit: int) -> None:
        """Notes the result; if the request was given up, waits for its alerts."""
        tick = f"tick of {rfc3339(self.requested.due[request])}"
        count = pluralize(len(attempts), "attempt")
        if _succeeded(attempts):
            self.requested.succeeded.add(request)
            self._say(f"{tick}: succeeded after {count}")
            return
        error = attempts[-1].error_type if attempts else ""
        self._say(f"{tick}: failed after {count}{f' ({error})' if error else ''}")
        if len(attempts) < attempts_limit:
            self.requested.unfinished.add(request)
            return
        found = subscriptions(self._deployed.aws, self._topic)
        self.requested.alerts += sum(entry.confirmed for entry in found)
        self._wait(lambda: self._is_alerted(request), f"alerts about {request}")

    def _is_alerted(self, request: str) -> bool:
        """Whether the alert was published and reached every address that is to receive it."""
        published = alerts_in_log(self._deployed.aws, self._deployed.names, self._before.at)
        is_published = any(alert.request == request for alert in published)
        return is_published and self.alerts_missing() <= 0

    def alerts_missing(self) -> int:
        """How many expected alerts have not arrived yet."""
        return self.requested.alerts - len(alerts_since(self._deployed, self._before))

    def _wait(self, condition: Callable[[], bool], expected: str) -> None:
        with suppress(ConditionTimeoutError):  # the outcome summary shows what is missing
            wait_until(
                condition,
                bool,
                expected=expected,
                hint="read the logs of both functions",
                within_seconds=self._deployed.timeout_seconds,
                clock=self._deployed.clock,
                pace_seconds=self._deployed.target.pace_seconds,
            )


def _succeeded(attempts: Iterable[AttemptEnded]) -> bool:
    return any(attempt.outcome is Outcome.SUCCESS for attempt in attempts)
