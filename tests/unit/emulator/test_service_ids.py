"""The ids of events and messages: those of a run, those between runs, and random ones."""

from itertools import count

from wavetank.emulator.service_ids import ServiceIds


def test_ids_are_random_outside_of_a_simulator() -> None:
    """Two sandboxes have different ones."""
    assert ServiceIds().new() != ServiceIds().new()


def test_a_simulator_repeats_its_ids_between_runs() -> None:
    """From each restart on; those of a run do not change them."""
    ids, numbers = ServiceIds(), count()
    ids.restart()
    before = [ids.new(), ids.new()]
    ids.restart()
    first = ids.new()
    ids.source = lambda: str(next(numbers))
    assert [ids.new(), ids.new()] == ["0", "1"]
    ids.source = None
    assert [first, ids.new()] == before
    assert before[0] != before[1]
