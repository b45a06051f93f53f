"""Random numbers and ids of a run come from its seed; those of LocalStack do not."""

import os
import random
import uuid

import pytest

from wavetank.simulation import seeded_random as module
from wavetank.simulation.seeded_random import seeded_ids, seeded_random


def _draw(seed: int) -> tuple[uuid.UUID, bytes, float]:
    with seeded_random(seed):
        return uuid.uuid4(), os.urandom(8), random.random()  # noqa: S311 - what is tested


@pytest.fixture
def in_a_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's thread counts as one in which a handler runs."""
    monkeypatch.setattr(module, "is_a_handlers_thread", lambda: True)


@pytest.mark.usefixtures("in_a_handler")
def test_one_seed_has_the_same_numbers_for_handlers() -> None:
    """Another seed has others, and afterwards they are random again."""
    assert _draw(1) == _draw(1)
    assert _draw(1) != _draw(2)
    assert uuid.uuid4() != uuid.uuid4()


def test_what_localstack_draws_is_random() -> None:
    """It draws more in a process's first run, which would shift what handlers get."""
    first, second = _draw(1), _draw(1)
    assert first[:2] != second[:2]
    assert first[2] == second[2]


def test_one_seed_has_the_same_ids() -> None:
    """Of events and messages, one after the other."""
    first, second = seeded_ids(1), seeded_ids(1)
    found = [first() for _ in range(3)]
    assert found == [second() for _ in range(3)]
    assert len(set(found)) == 3
    assert seeded_ids(2)() not in found
