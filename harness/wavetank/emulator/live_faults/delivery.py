"""Objects that S3 does not take from Firehose: records stay in the stream, which tries for 24 h."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from wavetank.core.errors import UsageError
from wavetank.emulator.firehose.delivery import ObjectRefusedError
from wavetank.emulator.live_faults.kind import Given, Parameter, RevertCallback, ids_of
from wavetank.emulator.services import deliverer
from wavetank.emulator.stack_index import STREAM, DeployedStack


class S3RefusedError(ObjectRefusedError):
    """What Firehose gets to hear instead of S3's answer."""


class RefusingObserver:
    """Told of each delivery, and refuses those of some streams."""

    def __init__(self) -> None:
        self.refused: set[str] = set()

    def accepted(self, stream: str, records: Sequence[bytes]) -> None:
        """Taking records goes on as ever."""

    def delivering(self, stream: str) -> int:
        if stream in self.refused:
            raise S3RefusedError("ServiceUnavailable: refused by a fault that is switched on")
        return 1

    def delivered(
        self, stream: str, bucket: str, keys: Sequence[str], first: int, count: int
    ) -> None:
        """It was not refused."""

    def lost(self, stream: str, first: int, count: int, reason: str) -> None:
        """Firehose says so itself."""


@dataclass(frozen=True)
class S3OutageSwitch:
    """A delivery stream whose bucket cannot be written."""

    observer: RefusingObserver
    name: ClassVar[str] = "s3-outage"
    title: ClassVar[str] = "S3 refuses Firehose's objects"
    does: ClassVar[str] = (
        "The stream takes records and cannot deliver them; it tries again for 24 hours, at "
        "most five minutes apart. Nothing is lost if the fault is reverted by then."
    )

    def parameters(self, stacks: Sequence[DeployedStack]) -> tuple[Parameter, ...]:
        streams = ids_of(stacks, STREAM)
        default = streams[0] if streams else ""
        return (
            Parameter(name="stream", title="Delivery stream", choices=streams, default=default),
        )

    def begin(self, given: Given) -> RevertCallback:
        stream, refused = given["stream"], self.observer.refused
        if stream in refused:
            raise UsageError("a stream that can deliver", stream, "heal that one first")
        deliverer().observer = self.observer
        refused.add(stream)
        return lambda: refused.discard(stream)
