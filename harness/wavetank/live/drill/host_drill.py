"""A drill of the host: LocalStack is paused, killed or disconnected, and the losses are counted."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import delivered_objects, last_tick, read_prices, wait_until
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import mailbox
from wavetank.core.clock import Clock, floor_to_minute, rfc3339
from wavetank.core.errors import InfrastructureError
from wavetank.core.naming import Names

WHOLE_SECONDS_MAX = 90.0
"""Within this the sandbox makes ticks and saves again, whatever happened to it."""


@dataclass(frozen=True)
class Held:
    """What a sandbox holds, as far as it can be lost."""

    objects: frozenset[str]
    messages: frozenset[str]
    tick: datetime | None


@dataclass(frozen=True)
class MachineDrillResult:
    """How long it took to be whole after the healing, and how much of what was held was lost.

    `minutes_lost` counts what the prices went back by; the next tick makes these minutes again.
    """

    seconds_until_whole: float
    objects_lost: int
    messages_lost: int
    minutes_lost: int


class MachineDrill:
    """One drill on one sandbox; `say` hears of each step."""

    def __init__(
        self,
        aws: AwsClients,
        names: Names,
        endpoint: str,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self._aws = aws
        self._names = names
        self._endpoint = endpoint
        self._clock = clock
        self._say = say

    def run(self, fault: AbstractContextManager[object], seconds: float) -> MachineDrillResult:
        """Lets the fault last so many seconds, and waits until the sandbox is whole again.

        Whole is: every bucket and table is back, a tick is made, and the snapshot is saved.

        Raises:
            ConditionTimeoutError: it did not become whole in time.
        """
        before = self._held()
        with fault:
            self._say(f"it lasts {seconds:.0f} s")
            self._clock.sleep(seconds)
        begun = self._clock.monotonic()
        self._say("healed; waiting until the sandbox is whole")
        after = wait_until(
            self._held_if_it_answers,
            lambda held: held is not None,
            expected="the sandbox to answer",
            hint="see its log with ./wavetank logs",
            within_seconds=WHOLE_SECONDS_MAX,
            clock=self._clock,
        )
        assert after is not None  # as was waited for
        self._make_a_tick()
        return _compare(before, after, self._clock.monotonic() - begun)

    def _held(self) -> Held:
        return Held(
            objects=frozenset(
                found.key for found in delivered_objects(self._aws, self._names.bucket)
            ),
            messages=frozenset(message.id for message in mailbox(self._endpoint)),
            tick=last_tick(read_prices(self._aws, self._names.table)),
        )

    def _held_if_it_answers(self) -> Held | None:
        """None while it is down, or up and not yet deployed."""
        try:
            self._aws.events.describe_rule(Name=self._names.rule)
            return self._held()
        except (BotoCoreError, ClientError, InfrastructureError):
            return None

    def _make_a_tick(self) -> None:
        minute = floor_to_minute(self._clock.now())
        StreamingInvoker(self._aws, self._names).fire_and_wait(minute)
        self._say(f"the tick of {rfc3339(minute)} is made")
        if error := SandboxControls(self._endpoint).save_snapshot():
            raise InfrastructureError(
                "the snapshot to be saved again", error, "see ./wavetank logs"
            )


def _compare(before: Held, after: Held, seconds: float) -> MachineDrillResult:
    back = 0.0
    if before.tick and after.tick:
        back = max(0.0, (before.tick - after.tick).total_seconds())
    return MachineDrillResult(
        seconds_until_whole=seconds,
        objects_lost=len(before.objects - after.objects),
        messages_lost=len(before.messages - after.messages),
        minutes_lost=round(back / 60),
    )
