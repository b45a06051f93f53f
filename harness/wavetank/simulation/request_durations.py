"""What the calls and handlers of a run take, drawn from its seed.

Each draw has a key of its own: the seed, the request, its attempt and the number of the call. So a
fault or a further call changes no duration but its own, which makes runs with and without it
comparable, and lets shrinking remove a fault without changing everything after it.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from wavetank.scenario.timing.distribution import MILLISECOND
from wavetank.scenario.timing.settings import Durations

if TYPE_CHECKING:
    from wavetank.emulator.in_process.functions import DeployedFunction

DRAWN_BYTES = 8
RANGE = 1 << 8 * DRAWN_BYTES


@dataclass(frozen=True)
class AttemptKey:
    """An attempt at a request, counted from one."""

    request: str
    number: int


class RequestDurations:
    """The durations of a run; `durations` may be replaced while it goes on."""

    def __init__(self, seed: int, durations: Durations) -> None:
        self._seed = seed
        self.durations = durations

    def call(self, key: AttemptKey, number: int, service: str, operation: str) -> timedelta:
        """What the attempt's call of that number takes."""
        return self.durations.call(service, operation, self._quantile(key, str(number)))

    def cold_start(self, key: AttemptKey, function: "DeployedFunction") -> timedelta:
        """What the execution environment takes that is created for the attempt."""
        return self.durations.cold_start(function.name, self._quantile(key, "cold start"))

    def handler(self, key: AttemptKey, function: "DeployedFunction") -> timedelta:
        """What the handler's own code takes, over the whole attempt."""
        quantile = self._quantile(key, "handler")
        return self.durations.handler(function.name, function.memory_mb, quantile)

    def share(self, key: AttemptKey, number: int, rest: timedelta) -> timedelta:
        """How much of the rest the handler's own code takes between that call and the next one.

        Before the first call the number is 0.
        """
        if not rest:
            return rest
        share = self._quantile(key, f"share {number}")
        return timedelta(milliseconds=round(share * (rest / MILLISECOND)))

    def _quantile(self, key: AttemptKey, what: str) -> float:
        """A number from 0 to 1."""
        name = f"{self._seed} {key.request} {key.number} {what}"
        digest = hashlib.blake2b(name.encode(), digest_size=DRAWN_BYTES).digest()
        return int.from_bytes(digest) / RANGE
