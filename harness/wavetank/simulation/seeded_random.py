"""Random numbers of a run, from its seed: those of handlers, the SDK and LocalStack.

The ids of messages and events are among them: handlers store them, and use them as keys.
"""

import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from wavetank.emulator.patches import patch_of
from wavetank.simulation.handler_task import in_handler_thread


@contextmanager
def seeded_random(seed: int) -> Iterator[None]:
    """Seed Python's random numbers, and the system's random bytes, which `uuid.uuid4` uses.

    Threads of LocalStack get real random bytes: when they ask for some depends on real time.
    """
    state, run_thread = random.getstate(), threading.get_ident()
    source, system = random.Random(f"bytes of {seed}"), os.urandom  # noqa: S311 - a simulation, not a secret

    def random_bytes(size: int, /) -> bytes:
        if threading.get_ident() == run_thread or in_handler_thread():
            return source.randbytes(size)
        return system(size)

    random.seed(seed)
    try:
        with patch_of("os:urandom").replaced(random_bytes):
            yield
    finally:
        random.setstate(state)
