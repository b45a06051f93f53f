"""Random numbers and ids of a run come from its seed."""

import os
import random
import threading
import uuid

from wavetank.simulation.seeded_random import seeded_random


def _draw(seed: int) -> tuple[uuid.UUID, bytes, float]:
    with seeded_random(seed):
        return uuid.uuid4(), os.urandom(8), random.random()  # noqa: S311 - what is tested


def test_one_seed_has_the_same_ids_and_numbers() -> None:
    """Another seed has others, and afterwards they are random again."""
    assert _draw(1) == _draw(1)
    assert _draw(1) != _draw(2)
    assert uuid.uuid4() != uuid.uuid4()


def test_another_thread_takes_none_of_the_ids() -> None:
    """LocalStack's own threads ask in real time, which would shift the ids of the run."""
    with seeded_random(1):
        thread = threading.Thread(target=uuid.uuid4)
        thread.start()
        thread.join()
        found = uuid.uuid4()
    assert found == _draw(1)[0]
