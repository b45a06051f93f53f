"""The run's instants: what is due when, what has happened, and the randomness of both.

Everything that acts in a run is handed the one timeline of it.
"""

import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from wavetank.history import Event
from wavetank.simulation.event_queue import EventQueue

type Act = Callable[[], None]


class SimulationClock:
    """Moves from instant to instant, by `move_to`, and tells `record` what happens on the way.

    With one seed the same acts come in the same order, and random names are the same.
    """

    def __init__(
        self,
        seed: int,
        start: datetime,
        move_to: Callable[[datetime], None],
        record: Callable[[Event], None],
    ) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a simulation, not a secret
        self._agenda = EventQueue[Act](self._random)
        self._move_to = move_to
        self.now = start
        self.note = record

    def at(self, due: datetime, act: Act, *, ahead: bool = False) -> None:
        """It is to happen then; at once where that is past. `ahead` of all else of the instant."""
        self._agenda.add(max(due, self.now), act, ahead=ahead)

    def after(self, duration: timedelta, act: Act) -> None:
        """It is to happen so much later."""
        self.at(self.now + duration, act)

    def is_contested(self) -> bool:
        """Whether something else is due at this very instant."""
        return self._agenda.next_due() == self.now

    def pass_until(self, end: datetime, afterwards: Act) -> None:
        """Has everything happen that is due by then; `afterwards` is called after each."""
        while (due := self._agenda.next_due()) is not None and due <= end:
            due, act = self._agenda.take()
            if due != self.now:
                self.stand_at(due)
            act()
            afterwards()

    def stand_at(self, instant: datetime) -> None:
        """It is that time now, or stays later; what is due by then is to have happened."""
        self.now = max(self.now, instant)
        self._move_to(self.now)

    def is_over(self) -> bool:
        """Whether nothing is left to happen."""
        return not len(self._agenda)

    def new_id(self) -> str:
        """A random UUID."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
