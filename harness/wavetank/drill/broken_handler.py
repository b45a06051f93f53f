"""The drill: breaks the streaming function as the brief does, and sees that people hear of it.

A large portion of the deployed code is commented out, a tick is fired, the alert awaited, and the
very bytes that were deployed before are put back, whatever happens in between.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from wavetank.clients import AwsClients
from wavetank.clock import Clock, floor_to_minute, rfc3339
from wavetank.drill.broken_code import broken_code
from wavetank.naming import Names
from wavetank.probes import Message, wait_until
from wavetank.trigger import Trigger

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
        with broken_code(self._aws, self._names, self._clock, self._say):
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
