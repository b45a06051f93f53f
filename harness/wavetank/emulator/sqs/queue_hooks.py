"""The hooks by which a simulation observes queues, and lets a receiver wait in virtual time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class QueueObserver(Protocol):
    """Gets what happens to the messages of every queue; `queue` is the queue's ARN."""

    def held_back_seconds(self, queue: str, message: str) -> int:
        """How much later than usual a message can be received that the queue is about to get."""
        ...

    def queued(self, queue: str, message: str) -> None:
        """The queue accepted the message of that id."""
        ...

    def dead_lettered(self, queue: str, messages: Sequence[str]) -> None:
        """The messages were received too often, and moved to the dead-letter queue."""
        ...

    def expired(self, queue: str, messages: Sequence[str]) -> None:
        """The messages were deleted at the end of the queue's retention period."""
        ...


class QueueHooks:
    """What queues call: set for a run, and reset after it.

    `wait` lets a waiting receiver's time pass; it returns False if it must not wait.
    """

    def __init__(self) -> None:
        self.observer: QueueObserver | None = None
        self.wait: Callable[[float], bool] = lambda _: False


QUEUE_HOOKS = QueueHooks()
"""The only instance: it observes all queues."""
