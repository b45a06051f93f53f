"""Random numbers of a run, from its seed: those of handlers, and the ids of events and messages."""

import os
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wavetank.emulator.patches import patch_of
from wavetank.engines.simulator.environment import is_a_handlers_thread


@contextmanager
def seeded_random(seed: int) -> Iterator[None]:
    """Seed Python's random numbers, and the random bytes of handlers, such as of `uuid.uuid4`.

    LocalStack gets real random bytes: how many it asks for depends on what was used before.
    """
    state, system = random.getstate(), os.urandom
    source = random.Random(f"bytes of {seed}")  # noqa: S311 - a simulation, not a secret

    def random_bytes(size: int, /) -> bytes:
        return source.randbytes(size) if is_a_handlers_thread() else system(size)

    random.seed(seed)
    try:
        with patch_of("os:urandom").replaced(random_bytes):
            yield
    finally:
        random.setstate(state)


def seeded_ids(seed: int) -> Callable[[], str]:
    """A function that gives the ids of the events and messages of a run, one after the other."""
    source = random.Random(f"ids of {seed}")  # noqa: S311 - as above
    return lambda: str(uuid.UUID(int=source.getrandbits(128), version=4))
