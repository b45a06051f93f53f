"""The drill: breaks the streaming function as the brief does, and sees that people hear of it.

A large portion of the deployed code is commented out, a tick is fired, the alert awaited, and the
very bytes that were deployed before are put back, whatever happens in between.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from wavetank.clients import AwsClients
from wavetank.clock import Clock, floor_to_minute, rfc3339
from wavetank.naming import Names
from wavetank.probes import Message, wait_until
from wavetank.stack.broken_package import break_package
from wavetank.trigger import Trigger

UPDATE_SECONDS_MAX = 60.0
ALERT_MARGIN_SECONDS = 60.0


@dataclass(frozen=True)
class DrillTimes:
    """How long each step took, in seconds from the one before."""

    broken: float
    alerted: float
    restored: float
    delivering: float


@dataclass(frozen=True)
class DrillResult:
    """The alert that arrived, and the times."""

    alert: Message
    times: DrillTimes


class Drill:
    """One drill on one pipeline. `alerts` reads the mailbox; `say` hears of each step."""

    def __init__(
        self,
        aws: AwsClients,
        names: Names,
        clock: Clock,
        alerts: Callable[[], list[Message]],
        say: Callable[[str], None],
    ) -> None:
        self._aws = aws
        self._names = names
        self._clock = clock
        self._alerts = alerts
        self._say = say
        self._trigger = Trigger(aws, names)

    def run(self, retry_base_delay_seconds: int) -> DrillResult:
        """Breaks, waits for the alert, restores, and sees the stream go on.

        Lambda tries three times, waiting once and twice the base delay in between.

        Raises:
            ConditionTimeoutError: no alert came in time.
            InfrastructureError: the restored function fails.
        """
        marks = [self._clock.monotonic()]

        def mark() -> None:
            marks.append(self._clock.monotonic())

        known = {message.id for message in self._alerts()}
        with self._broken():
            mark()
            tick = floor_to_minute(self._clock.now())
            self._trigger.fire(tick)
            self._say(f"fired the tick of {rfc3339(tick)}; waiting for Lambda to give it up")
            patience = 3 * retry_base_delay_seconds + ALERT_MARGIN_SECONDS
            alert = self._wait_until_alerted(known, patience)
            mark()
        mark()
        self._trigger.fire_and_wait(floor_to_minute(self._clock.now()))
        mark()
        steps = [later - earlier for earlier, later in pairwise(marks)]
        return DrillResult(alert, DrillTimes(*steps))

    @contextmanager
    def _broken(self) -> Iterator[None]:
        working, name = self._deployed_zip(), self._names.streaming_function
        handler = self._aws.awslambda.get_function_configuration(FunctionName=name)["Handler"]
        broken = break_package(working, handler)
        self._say(f"commenting out a large portion of {name}")
        try:
            self._update(broken)
            yield
        finally:
            self._update(working)
            self._say("restored the code that was deployed before")

    def _deployed_zip(self) -> bytes:
        """The bytes from the artifact bucket that the stack says are deployed."""
        stack = self._aws.cloudformation.describe_stacks(StackName=self._names.pipeline_stack)
        parameters = stack["Stacks"][0].get("Parameters", [])
        keys = {entry["ParameterKey"]: entry["ParameterValue"] for entry in parameters}
        answer = self._aws.s3.get_object(
            Bucket=keys["ArtifactBucketName"], Key=keys["StreamingCodeKey"]
        )
        return answer["Body"].read()

    def _update(self, code: bytes) -> None:
        name = self._names.streaming_function
        self._aws.awslambda.update_function_code(FunctionName=name, ZipFile=code)
        wait_until(
            lambda: self._aws.awslambda.get_function_configuration(FunctionName=name).get(
                "LastUpdateStatus"
            ),
            lambda status: status != "InProgress",
            expected=f"the update of {name}",
            hint="look at the function's LastUpdateStatusReason",
            within_seconds=UPDATE_SECONDS_MAX,
            clock=self._clock,
        )

    def _wait_until_alerted(self, known: set[str], within_seconds: float) -> Message:
        def fresh() -> list[Message]:
            return [message for message in self._alerts() if message.id not in known]

        return wait_until(
            fresh,
            lambda messages: messages,
            expected="an alert",
            hint="look at the logs of both functions, and whether an address is on the topic",
            within_seconds=within_seconds,
            clock=self._clock,
        )[0]
