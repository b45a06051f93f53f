"""Tells a story's steps to a pipeline in wall time: each when what the one before began is over.

What does not come within the patience is waited for no longer, and is no error: what came and what
did not is for a ledger to say.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from datetime import datetime

from wavetank.clients import AwsClients
from wavetank.clock import Clock
from wavetank.drill.broken_code import broken_code
from wavetank.errors import ConditionTimeoutError
from wavetank.faults.functions import BrokenDeployment
from wavetank.history import AttemptEnded, Event, FaultBegan, FaultHealed, Invoked, Outcome
from wavetank.live.attempts import attempts_in_log
from wavetank.live.observation import messages_of
from wavetank.naming import Names
from wavetank.probes import subscriptions, wait_until
from wavetank.requirements import topic_arn
from wavetank.steps import BreakCode, RestoreCode, Step, Tick, WaitedTick
from wavetank.trigger import Trigger

KIND = BrokenDeployment.kind


class LivePlayer:
    """A hand for one pipeline whose schedule is off; `note` hears of what it does.

    `patience_seconds` is for each wait: Lambda takes three times its base delay to give up.
    """

    def __init__(
        self,
        aws: AwsClients,
        names: Names,
        endpoint: str,
        clock: Clock,
        patience_seconds: float,
        note: Callable[[Event], None],
    ) -> None:
        self._aws = aws
        self._names = names
        self._endpoint = endpoint
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._note = note
        self._trigger = Trigger(aws, names)
        self._given_up = 0

    def play(self, steps: Iterable[Step]) -> None:
        """Takes the steps; however that ends, the code that was deployed before is deployed.

        Raises:
            ClientError: AWS refused a step.
            InfrastructureError: the sandbox does not answer.
        """
        with ExitStack() as broken:
            for step in steps:
                self._take(step, broken)
        self._wait_until_told()

    def _take(self, step: Step, broken: ExitStack) -> None:
        match step:
            case Tick(due):
                request = self._trigger.fire(due)
                self._note_invoked(request, due, waits=False)
                self._wait_until_over(request)
            case WaitedTick(due):
                self._note_invoked(self._trigger.call(due), due, waits=True)
            case BreakCode():
                broken.enter_context(broken_code(self._aws, self._names, self._clock))
                self._note(FaultBegan(self._clock.now(), KIND, KIND, "by hand"))
            case RestoreCode():
                broken.close()
                self._note(FaultHealed(self._clock.now(), KIND, KIND, "by hand"))

    def _note_invoked(self, request: str, due: datetime, *, waits: bool) -> None:
        function = self._names.streaming_function
        self._note(Invoked(self._clock.now(), request, function, due, waits))

    def _wait_until_over(self, request: str) -> None:
        """It has succeeded, or was tried as often as Lambda tries."""
        function = self._names.streaming_function
        configuration = self._aws.awslambda.get_function_event_invoke_config(FunctionName=function)
        tries = configuration["MaximumRetryAttempts"] + 1

        def attempts() -> list[AttemptEnded]:
            return [a for a in attempts_in_log(self._aws, function) if a.request == request]

        def is_over(found: list[AttemptEnded]) -> bool:
            return _succeeded(found) or len(found) >= tries

        self._wait(lambda: is_over(attempts()), f"request {request} to be over")
        self._given_up += not _succeeded(attempts())

    def _wait_until_told(self) -> None:
        """Every confirmed address has an alert for each request that was given up."""
        found = subscriptions(self._aws, topic_arn(self._aws, self._names))
        expected = self._given_up * sum(entry.confirmed for entry in found)
        self._wait(
            lambda: len(messages_of(self._names, self._endpoint)) >= expected,
            f"{expected} alerts",
        )

    def _wait(self, condition: Callable[[], bool], expected: str) -> None:
        with suppress(ConditionTimeoutError):  # the ledger shows what did not come
            wait_until(
                condition,
                bool,
                expected=expected,
                hint="look at the logs of both functions",
                within_seconds=self._patience_seconds,
                clock=self._clock,
            )


def _succeeded(attempts: Iterable[AttemptEnded]) -> bool:
    return any(attempt.outcome is Outcome.SUCCESS for attempt in attempts)
