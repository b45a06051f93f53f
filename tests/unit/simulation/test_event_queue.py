"""What is due next."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from wavetank.simulation.event_queue import EventQueue

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def _taken(seed: int, names: str) -> str:
    agenda = EventQueue[str](Random(seed))  # noqa: S311 - a simulation, not a secret
    for name in names:
        agenda.add(NOW, name)
    return "".join(agenda.take()[1] for _ in names)


def test_entries_come_out_in_the_order_of_time() -> None:
    """Whatever the order in which they were added."""
    agenda = EventQueue[int](Random(1))  # noqa: S311 - as above
    for minutes in (3, 1, 2):
        agenda.add(NOW + timedelta(minutes=minutes), minutes)
    assert agenda.next_due() == NOW + timedelta(minutes=1)
    assert [agenda.take()[1] for _ in range(3)] == [1, 2, 3]
    assert agenda.next_due() is None


def test_a_seed_decides_what_comes_first_at_one_instant() -> None:
    """The same seed always the same, and some seed each order."""
    assert _taken(7, "abc") == _taken(7, "abc")
    orders = {_taken(seed, "abc") for seed in range(100)}
    assert len(orders) == 6


@pytest.mark.parametrize("seed", range(5))
def test_what_is_ahead_comes_before_all_else_of_its_instant(seed: int) -> None:
    """In the order in which it was added, and not before what is due earlier."""
    agenda = EventQueue[str](Random(seed))  # noqa: S311 - as above
    agenda.add(NOW, "other")
    agenda.add(NOW, "first", ahead=True)
    agenda.add(NOW, "second", ahead=True)
    agenda.add(NOW - timedelta(microseconds=1), "earlier")
    assert [agenda.take()[1] for _ in range(4)] == ["earlier", "first", "second", "other"]


def test_an_empty_agenda_has_nothing_to_take() -> None:
    """It says so, rather than giving something."""
    with pytest.raises(IndexError):
        EventQueue[str](Random(1)).take()  # noqa: S311 - as above
