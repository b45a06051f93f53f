"""The event queue: by due time, and at one instant in an order drawn from the seed."""

from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

import pytest

from wavetank.simulation import simulation_clock
from wavetank.simulation.simulation_clock import EndlessRunError, EventQueue, SimulationClock

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _clock() -> SimulationClock:
    return SimulationClock(1, NOW, lambda _: None, lambda _: None)


def _popped(seed: int, names: str) -> str:
    queue = EventQueue[str](Random(seed))  # noqa: S311 - a simulation, not a secret
    for name in names:
        queue.add(NOW, name)
    return "".join(queue.pop()[1] for _ in names)


def test_items_are_popped_by_due_time() -> None:
    """Whatever the order in which they were added."""
    queue = EventQueue[int](Random(1))  # noqa: S311 - as above
    for minutes in (3, 1, 2):
        queue.add(NOW + timedelta(minutes=minutes), minutes)
    assert queue.next_due() == NOW + timedelta(minutes=1)
    assert [queue.pop()[1] for _ in range(3)] == [1, 2, 3]
    assert queue.next_due() is None


def test_the_seed_decides_the_order_at_one_instant() -> None:
    """The same seed gives the same order, and each order comes from some seed."""
    assert _popped(7, "abc") == _popped(7, "abc")
    orders = {_popped(seed, "abc") for seed in range(100)}
    assert len(orders) == 6


@pytest.mark.parametrize("seed", range(5))
def test_first_items_come_before_all_others_of_their_instant(seed: int) -> None:
    """In the order in which they were added, and not before what is due earlier."""
    queue = EventQueue[str](Random(seed))  # noqa: S311 - as above
    queue.add(NOW, "other")
    queue.add(NOW, "first", first=True)
    queue.add(NOW, "second", first=True)
    queue.add(NOW - timedelta(microseconds=1), "earlier")
    assert [queue.pop()[1] for _ in range(4)] == ["earlier", "first", "second", "other"]


def test_popping_an_empty_queue_raises() -> None:
    """`pop` raises instead of returning something."""
    with pytest.raises(IndexError):
        EventQueue[str](Random(1)).pop()  # noqa: S311 - as above


def test_a_cancelled_item_is_not_popped() -> None:
    """It does not count either, wherever it is in the queue."""
    queue = EventQueue[str](Random(1))  # noqa: S311 - as above
    numbers = {name: queue.add(NOW, name, first=True) for name in "abcd"}
    for name in "bad":
        queue.cancel(numbers[name])
    assert len(queue) == 1
    assert queue.pop()[1] == "c"
    assert queue.next_due() is None
    assert len(queue) == 0


def test_actions_that_go_on_at_one_instant_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of a run that never ends; actions over time are not limited."""
    monkeypatch.setattr(simulation_clock, "ACTIONS_AT_ONCE_MAX", 10)
    clock = SimulationClock(1, NOW, lambda _: None, lambda _: None)

    def again(after: timedelta) -> None:
        clock.after(after, lambda: again(after))

    again(timedelta(seconds=1))
    clock.run_until(NOW + timedelta(minutes=1), lambda: None)
    again(timedelta())
    with pytest.raises(EndlessRunError, match="11 actions at 2026-11-24T10:01:00Z"):
        clock.run_until(NOW + timedelta(minutes=2), lambda: None)


def test_time_passes_in_place_while_nothing_is_due() -> None:
    """Within an action: up to the next one that is due, and up to the end of what is run."""
    clock = _clock()
    passed: list[bool] = []

    def work() -> None:
        passed.append(clock.passes(SECOND))
        passed.append(clock.passes(SECOND))
        clock.at(clock.now + SECOND, lambda: None)
        passed.append(clock.passes(SECOND))

    clock.at(NOW, work)
    clock.run_until(NOW + 2 * SECOND, lambda: None)
    assert (passed, clock.now) == ([True, True, False], NOW + 2 * SECOND)


def test_an_action_that_goes_on_for_long_is_divided() -> None:
    """A handler with thousands of calls is suspended now and then, or it would count as stuck."""
    clock = _clock()
    passed: list[bool] = []
    clock.at(NOW, lambda: passed.extend(clock.passes(SECOND) for _ in range(600)))
    clock.at(NOW + timedelta(hours=1), lambda: passed.append(clock.passes(SECOND)))
    clock.run_until(NOW + timedelta(days=1), lambda: None)
    assert passed == [True] * 500 + [False] * 100 + [True]


def _order_after_a_wait(step: timedelta) -> list[str]:
    """The order of simultaneous actions after one that waits for a second, run in such steps."""
    clock, order = _clock(), list[str]()

    def begin() -> None:
        if not clock.passes(SECOND):
            clock.after(SECOND, lambda: None)
        for name in "abcdefgh":
            clock.at(NOW + 5 * SECOND, partial(order.append, name))

    clock.at(NOW, begin)
    while clock.now < NOW + 5 * SECOND:
        clock.run_until(clock.now + step, lambda: None)
        clock.advance_to(clock.now + step)
    return order


def test_steps_do_not_change_the_order_of_later_actions() -> None:
    """Whether time has passed in place, or was divided by the end of a step."""
    whole, divided = (_order_after_a_wait(step) for step in (5 * SECOND, SECOND / 2))
    assert whole == divided
    assert sorted(whole) == list("abcdefgh")


def test_what_an_action_causes_is_planned_before_time_passes() -> None:
    """As after each action, or it would be late."""
    clock = _clock()
    planned: list[datetime] = []
    clock.at(NOW, lambda: planned.append(NOW) if clock.passes(SECOND) else None)
    clock.run_until(NOW + SECOND, lambda: planned.append(clock.now))
    assert planned == [NOW, NOW, NOW + SECOND]


def test_an_id_depends_on_its_name_and_the_seed() -> None:
    """And on nothing else that was drawn."""
    one = _clock()
    other = _clock()
    other.new_id()
    assert one.id_of("first") == other.id_of("first") != one.id_of("second")
