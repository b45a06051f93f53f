"""Deliveries of one message group to one target, which are made one after the other.

While the first is attempted, or waits for its retry, the later ones wait. They follow as soon as it
is delivered or has failed for good, as a FIFO topic delivers "in the exact order in which the
messages are published" and skips a message that a queue refuses.
[Amazon SNS developer guide, fifo-topic-message-ordering, fifo-message-durability]
"""

import threading
from collections import deque
from typing import Protocol


class GroupedDelivery(Protocol):
    """A delivery; `group` is None if its order does not matter."""

    @property
    def key(self) -> str:
        """Identifies the delivery, also after a failed attempt."""
        ...

    @property
    def target(self) -> str:
        """What the delivery is for."""
        ...

    @property
    def group(self) -> str | None:
        """The message group."""
        ...


class OrderedGroups[Delivery: GroupedDelivery]:
    """The deliveries of each group in their order: the first may be attempted, the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: dict[tuple[str, str], deque[Delivery]] = {}

    @property
    def waiting(self) -> int:
        """How many deliveries wait for an earlier one."""
        with self._lock:
            return sum(len(group) - 1 for group in self._groups.values())

    def enter(self, delivery: Delivery) -> bool:
        """Add the delivery to its group; returns whether it may be attempted now."""
        if delivery.group is None:
            return True
        with self._lock:
            group = self._groups.setdefault((delivery.target, delivery.group), deque())
            group.append(delivery)
            return len(group) == 1

    def leave(self, delivery: Delivery) -> Delivery | None:
        """Remove a delivery that is done; returns the one that may be attempted now, if any."""
        if delivery.group is None:
            return None
        place = delivery.target, delivery.group
        with self._lock:
            group = self._groups.get(place)
            if not group or group[0].key != delivery.key:
                return None  # all deliveries were dropped during the attempt
            group.popleft()
            if group:
                return group[0]
            del self._groups[place]
            return None

    def drop_all(self) -> None:
        """Forget all deliveries."""
        with self._lock:
            self._groups.clear()
