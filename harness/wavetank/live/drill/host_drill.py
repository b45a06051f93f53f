"""A drill of the host: LocalStack is paused, killed or disconnected, and the losses are counted."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import delivered_objects, wait_until
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import mailbox
from wavetank.core.clock import Clock, floor_to_minute, rfc3339
from wavetank.core.errors import InfrastructureError
from wavetank.core.naming import Names
from wavetank.ticker.observers import last_tick, read_prices

RECOVERY_SECONDS_MAX = 90.0
"""How long a sandbox may take until its ticks succeed and its snapshots are saved again."""


@dataclass(frozen=True)
class SandboxData:
    """The data of a sandbox that a host fault may lose."""

    objects: frozenset[str]
    messages: frozenset[str]
    tick: datetime | None


@dataclass(frozen=True)
class HostDrillResult:
    """The result of a host drill: the time to recover after the revert, and the losses.

    `minutes_lost` is by how many minutes the prices went back; the next tick makes up for them.
    """

    seconds_until_whole: float
    objects_lost: int
    messages_lost: int
    minutes_lost: int


class HostDrill:
    """Injects a host fault into one sandbox, and measures its recovery.

    `say` is called with each step.
    """

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

    def run(self, fault: AbstractContextManager[object], seconds: float) -> HostDrillResult:
        """Injects the fault for that many seconds, and waits until the sandbox has recovered.

        It has recovered once every bucket and table is back, a tick succeeds, and the snapshot is
        saved.

        Raises:
            ConditionTimeoutError: it did not recover in time.
        """
        before = self._data()
        with fault:
            self._say(f"it lasts {seconds:.0f} s")
            self._clock.sleep(seconds)
        begun = self._clock.monotonic()
        self._say("reverted; waiting until the sandbox has recovered")
        after = wait_until(
            self._data_if_it_answers,
            lambda data: data is not None,
            expected="the sandbox to answer",
            hint="read its log with ./wavetank logs",
            within_seconds=RECOVERY_SECONDS_MAX,
            clock=self._clock,
        )
        assert after is not None  # the condition of the wait
        self._make_a_tick()
        return _compare(before, after, self._clock.monotonic() - begun)

    def _data(self) -> SandboxData:
        return SandboxData(
            objects=frozenset(
                found.key for found in delivered_objects(self._aws, self._names.bucket)
            ),
            messages=frozenset(message.id for message in mailbox(self._endpoint)),
            tick=last_tick(read_prices(self._aws, self._names.table)),
        )

    def _data_if_it_answers(self) -> SandboxData | None:
        """None while LocalStack is down, or up but without the pipeline."""
        try:
            self._aws.events.describe_rule(Name=self._names.rule)
            return self._data()
        except (BotoCoreError, ClientError, InfrastructureError):
            return None

    def _make_a_tick(self) -> None:
        minute = floor_to_minute(self._clock.now())
        StreamingInvoker(self._aws, self._names).fire_and_wait(minute)
        self._say(f"the tick of {rfc3339(minute)} succeeded")
        if error := SandboxControls(self._endpoint).save_snapshot():
            raise InfrastructureError(
                "the snapshot to be saved again", error, "read ./wavetank logs"
            )


def _compare(before: SandboxData, after: SandboxData, seconds: float) -> HostDrillResult:
    back = 0.0
    if before.tick and after.tick:
        back = max(0.0, (before.tick - after.tick).total_seconds())
    return HostDrillResult(
        seconds_until_whole=seconds,
        objects_lost=len(before.objects - after.objects),
        messages_lost=len(before.messages - after.messages),
        minutes_lost=round(back / 60),
    )
