"""Executes the steps of a scenario in wall time, each when what the one before began is over.

A result that does not come within the time limit is no error here: the outcome summary shows it.
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
from wavetank.core.text import counted
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
from wavetank.live.deployed_target import LivePlace
from wavetank.live.history_reader import Beginning, alerts_since, story_attempts, tries_of
from wavetank.scenario.steps import Begin, Revert, Step, SynchronousTick, Tick


@dataclass
class Asked:
    """The ticks that were asked for, by request, and how many alerts are to come of them."""

    due: dict[str, datetime] = field(default_factory=dict)
    succeeded: set[str] = field(default_factory=set)
    unfinished: set[str] = field(default_factory=set)
    alerts: int = 0


class LivePlayer:
    """A hand for one pipeline whose schedule is off.

    `note` is told of what it does as events, `say` of what comes of it in words.
    """

    def __init__(
        self,
        place: LivePlace,
        beginning: Beginning,
        note: Callable[[Event], None],
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._place = place
        self._beginning = beginning
        self._note = note
        self._say = say
        self._trigger = StreamingInvoker(place.aws, place.names)
        self._topic = topic_arn(place.aws, place.names)
        self.asked = Asked()

    def play(self, steps: Iterable[Step]) -> None:
        """Takes the steps; however that ends, what they changed is put back.

        Raises:
            ClientError: AWS refused a step.
            InfrastructureError: the sandbox does not answer, or something could not be put back.
        """
        with ExitStack() as changed:
            open_faults: dict[str, ExitStack] = {}
            for step in steps:
                self._take(step, changed, open_faults)

    def _take(self, step: Step, changed: ExitStack, open_faults: dict[str, ExitStack]) -> None:
        match step:
            case Tick(due):
                request = self._trigger.fire(due)
                self._note_invoked(request, due, waits=False)
                self._wait_until_over(request)
            case SynchronousTick(due):
                self._note_invoked(self._trigger.call(due), due, waits=True)
            case Begin(name, fault):
                self._say(f"fault: {describe(fault)}")
                open_faults[name] = changed.enter_context(ExitStack())
                self._note(FaultBegan(self._place.clock.now(), name, fault.kind, describe(fault)))
                open_faults[name].enter_context(self._injected(name, fault))
            case Revert(name, fault):
                open_faults.pop(name).close()
                self._note(
                    FaultReverted(self._place.clock.now(), name, fault.kind, describe(fault))
                )
                self._say(f"reverted: {fault.kind}")

    def _injected(self, name: str, fault: Fault) -> AbstractContextManager[object]:
        """For its body the fault is in force."""
        if isinstance(fault, StateFault):
            return self._place.changed_target.injected(name, fault, self._note_change)
        return self._switched_on(name, fault)

    @contextmanager
    def _switched_on(self, name: str, fault: Fault) -> Iterator[None]:
        """A fault that only a sandbox can inject; what it hit is known when it is reverted."""
        controls = SandboxControls(self._place.endpoint)
        fault_id = controls.begin_fault(fault.kind, entries_of(fault))
        try:
            yield
        finally:
            for hit in controls.revert_fault(fault_id)["injections"]:
                at = datetime.fromisoformat(hit["at"])
                self._note(FaultInjected(at, name, fault.kind, hit["what"]))

    def _note_change(self, change: Change, in_force: bool) -> None:  # noqa: FBT001 - as `OnChange` has it
        if isinstance(change, SubscriptionChange):
            now, confirmed = self._place.clock.now(), not in_force
            self._note(SubscriptionChanged(now, change.topic, change.address, confirmed))

    def _note_invoked(self, request: str, due: datetime, *, waits: bool) -> None:
        function = self._place.names.streaming_function
        self.asked.due[request] = due
        self._note(Invoked(self._place.clock.now(), request, function, due, waits))

    def _wait_until_over(self, request: str) -> None:
        """It has succeeded, or was tried as often as Lambda tries."""
        tries = tries_of(self._place)
        seen: list[AttemptEnded] = []

        def is_over() -> bool:
            found = story_attempts(self._place, self._beginning, {request})
            seen[:] = [ended for _, ended in found]
            return _succeeded(seen) or len(seen) >= tries

        self._wait(is_over, f"request {request} to be over")
        self._conclude(request, seen, tries)

    def _conclude(self, request: str, seen: list[AttemptEnded], tries: int) -> None:
        """What is given up now is told to whoever is confirmed now, and then it is over."""
        tick = f"tick of {rfc3339(self.asked.due[request])}"
        attempts = counted(len(seen), "attempt")
        if _succeeded(seen):
            self.asked.succeeded.add(request)
            self._say(f"{tick}: succeeded after {attempts}")
            return
        error = seen[-1].error_type if seen else ""
        self._say(f"{tick}: failed after {attempts}{f' ({error})' if error else ''}")
        if len(seen) < tries:
            self.asked.unfinished.add(request)
            return
        found = subscriptions(self._place.aws, self._topic)
        self.asked.alerts += sum(entry.confirmed for entry in found)
        self._wait(lambda: self._is_told(request), f"alerts about {request}")

    def _is_told(self, request: str) -> bool:
        """It was published, and came to every address that is to have it."""
        published = alerts_in_log(self._place.aws, self._place.names, self._beginning.at)
        told = any(alert.request == request for alert in published)
        return told and self.alerts_missing() <= 0

    def alerts_missing(self) -> int:
        """How many have not come, yet."""
        return self.asked.alerts - len(alerts_since(self._place, self._beginning))

    def _wait(self, condition: Callable[[], bool], expected: str) -> None:
        with suppress(ConditionTimeoutError):  # the ledger shows what did not come
            wait_until(
                condition,
                bool,
                expected=expected,
                hint="look at the logs of both functions",
                within_seconds=self._place.patience_seconds,
                clock=self._place.clock,
                pace_seconds=self._place.target.pace_seconds,
            )


def _succeeded(attempts: Iterable[AttemptEnded]) -> bool:
    return any(attempt.outcome is Outcome.SUCCESS for attempt in attempts)
