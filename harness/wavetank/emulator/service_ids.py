"""The ids of events and messages, which a simulation draws from its seed.

Handlers store them and use them as keys, so one seed must have the same ids. LocalStack draws many
more random numbers, some of them only when something is used for the first time; those stay random.
"""

import random
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class ServiceIds:
    """Gives random ids, or those of `source` if a simulation has set one.

    In a simulator, which calls `restart`, those between two runs are the same each time, too.
    """

    def __init__(self) -> None:
        self.source: Callable[[], str] | None = None
        self._between_runs: random.Random | None = None

    def new(self) -> str:
        """A further id."""
        if self.source is not None:
            return self.source()
        if self._between_runs is None:
            return str(uuid.uuid4())
        return str(uuid.UUID(int=self._between_runs.getrandbits(128), version=4))

    def restart(self) -> None:
        """Begin again with the ids between runs, as at the baseline of a run."""
        self._between_runs = random.Random(0)  # noqa: S311 - names of messages, not secrets


IDS = ServiceIds()
"""The only instance, for all services whose ids a handler or a workload gets."""
