"""Virtual time: what is due when, and the random numbers of the run.

Every part of a run shares one clock.
"""

import hashlib
import heapq
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from wavetank.core.clock import rfc3339
from wavetank.core.errors import WavetankError
from wavetank.history import Event

FIRST = -1.0
"""Sorts before every random number."""

ACTIONS_AT_ONCE_MAX = 200_000
"""At one instant. A batch of messages takes about three, so this is a burst of 60,000 batches."""
IN_PLACE_MAX = 500
"""How often time passes within one action; a handler that goes on for longer counts as stuck."""
LOOP_ACTION = "look for functions that invoke each other, or themselves, without an end"

type Action = Callable[[], None]


class EndlessRunError(WavetankError):
    """Time does not pass in a run, because actions go on causing each other."""


@dataclass(frozen=True, order=True)
class _Entry[T]:
    due: datetime
    order: float
    number: int  # breaks ties between items that are `first`, in their order of insertion
    item: T = field(compare=False)


class EventQueue[T]:
    """A priority queue by due time; the seed decides the order at one instant.

    The same seed and the same items give the same order.
    """

    def __init__(self, random: random.Random) -> None:
        self._random = random
        self._entries: list[_Entry[T]] = []
        self._numbers = count()
        self._cancelled = set[int]()

    def add(self, due: datetime, item: T, *, first: bool = False) -> int:
        """Add an item; returns its number. With `first` it comes before all others that are not."""
        order = FIRST if first else self._random.random()
        entry = _Entry(due, order, next(self._numbers), item)
        heapq.heappush(self._entries, entry)
        return entry.number

    def skip(self) -> None:
        """Draw the order of an item that is not added, so that later ones are as if it were."""
        self._random.random()

    def cancel(self, number: int) -> None:
        """Remove the item of that number, which must be in the queue."""
        self._cancelled.add(number)
        self._drop_cancelled()

    def next_due(self) -> datetime | None:
        """When the earliest item is due; None if the queue is empty."""
        return self._entries[0].due if self._entries else None

    def pop(self) -> tuple[datetime, T]:
        """Remove and return the earliest item, with its due time.

        Raises:
            IndexError: the queue is empty.
        """
        entry = heapq.heappop(self._entries)
        self._drop_cancelled()
        return entry.due, entry.item

    def __len__(self) -> int:
        return len(self._entries) - len(self._cancelled)

    def _drop_cancelled(self) -> None:
        """Keep an item that was not cancelled at the front."""
        while self._entries and self._entries[0].number in self._cancelled:
            self._cancelled.remove(heapq.heappop(self._entries).number)


class SimulationClock:
    """Runs due actions in order, and sets the virtual time of the simulator by `move_to`.

    `record` gets the events of the run. The same seed gives the same order of actions and the same
    random ids.
    """

    def __init__(
        self,
        seed: int,
        start: datetime,
        move_to: Callable[[datetime], None],
        record: Callable[[Event], None],
    ) -> None:
        self._seed = seed
        self._random = random.Random(seed)  # noqa: S311 - a simulation, not a secret
        self._queue = EventQueue[Action](random.Random(f"order of {seed}"))  # noqa: S311 - as above
        self._move_to = move_to
        self._end = start
        self._passed = 0
        self._after_each: Action = lambda: None
        self.now = start
        self.record = record

    def at(self, due: datetime, action: Action, *, first: bool = False) -> int:
        """Schedule an action, now if `due` is past. `first` puts it before all others then.

        Returns its number, by which `cancel` removes it.
        """
        return self._queue.add(max(due, self.now), action, first=first)

    def cancel(self, number: int) -> None:
        """Remove a scheduled action, which must not have run yet."""
        self._queue.cancel(number)

    def after(self, duration: timedelta, action: Action) -> None:
        """Schedule an action that much later."""
        self.at(self.now + duration, action)

    def is_contested(self) -> bool:
        """Whether another action is due at this instant."""
        return self._queue.next_due() == self.now

    def run_until(
        self, end: datetime, after_each: Action, is_done: Callable[[], bool] = lambda: False
    ) -> None:
        """Run every action that is due by `end`, and call `after_each` after each of them.

        It stops before the next action once `is_done` returns True.

        Raises:
            EndlessRunError: actions go on causing each other, and time does not pass.
        """
        at_once = 0
        self._end, self._after_each = end, after_each
        while (due := self._queue.next_due()) is not None and due <= end and not is_done():
            due, action = self._queue.pop()
            at_once += 1
            if due != self.now:  # the simulator's time is set once per instant, not per action
                self.advance_to(due)
                at_once = 0
            if at_once > ACTIONS_AT_ONCE_MAX:
                raise EndlessRunError(
                    "functions that end", f"{at_once} actions at {rfc3339(due)}", LOOP_ACTION
                )
            self._passed = 0
            action()
            after_each()

    def passes(self, duration: timedelta) -> bool:
        """Let time pass within the action that runs now, if nothing else is due until then.

        Returns whether it did; otherwise the action has to end, and go on in a later one. This
        saves suspending a handler at each of its calls, most of which overlap with nothing.
        """
        self._after_each()  # what the action has done so far may be due before it goes on
        instant, due = self.now + duration, self._queue.next_due()
        is_free = instant <= self._end and (due is None or due > instant)
        if not is_free or self._passed >= IN_PLACE_MAX:
            return False
        self._passed += 1
        self._queue.skip()  # or a run would differ from the same run that is advanced in steps
        self.advance_to(instant)
        return True

    def advance_to(self, instant: datetime) -> None:
        """Set the time to the instant, unless it is past. Actions due by then must have run."""
        self.now = max(self.now, instant)
        self._move_to(self.now)

    def is_idle(self) -> bool:
        """Whether no action is scheduled."""
        return not len(self._queue)

    def new_id(self) -> str:
        """A random UUID."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def id_of(self, name: str) -> str:
        """The UUID of what has that name in this run, whatever else happens."""
        digest = hashlib.blake2b(f"{self._seed} {name}".encode(), digest_size=16).digest()
        return str(uuid.UUID(bytes=digest, version=4))
