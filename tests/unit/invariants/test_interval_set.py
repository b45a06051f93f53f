"""The compact memory of invariants."""

from wavetank.invariants.interval_set import IntervalSet, RecentMapping


def intervals(*numbers: int) -> IntervalSet:
    """A set of the numbers."""
    made = IntervalSet()
    for number in numbers:
        made.add(number)
    return made


def test_intervals_merge() -> None:
    """Numbers in any order merge into the intervals that they fill."""
    assert list(intervals(5, 1, 3, 2, 9, 4)) == [(1, 5), (9, 9)]
    assert len(intervals(5, 1, 3, 2, 9, 4)) == 6


def test_a_number_is_added_once() -> None:
    """Adding a number again returns False and changes nothing."""
    made = intervals(1, 2, 3)
    assert not made.add(2)
    assert list(made) == [(1, 3)]
    assert 3 in made
    assert 4 not in made


def test_gaps_are_what_is_missing() -> None:
    """Gaps lie within the limits asked for, at the ends as in the middle."""
    assert list(intervals(3, 4, 7).gaps(1, 9)) == [(1, 2), (5, 6), (8, 9)]
    assert list(intervals(3, 4, 7).gaps(4, 7)) == [(5, 6)]
    assert list(intervals(1, 2, 3).gaps(2, 3)) == []
    assert list(intervals(8).gaps(1, 2)) == [(1, 2)]
    assert list(intervals(1, 2, 3, 7).without(intervals(2, 7, 8))) == [(1, 1), (3, 3)]


def test_the_oldest_key_is_dropped() -> None:
    """Beyond its size the mapping drops what was added first."""
    recent = RecentMapping[str, int](2)
    for number, key in enumerate("abc"):
        recent.put(key, number)
    assert [recent.get(key) for key in "abc"] == [None, 1, 2]
