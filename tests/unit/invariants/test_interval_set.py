"""What judges remember."""

from wavetank.invariants.interval_set import Recent, Spans


def spans(*numbers: int) -> Spans:
    """A set of the numbers."""
    made = Spans()
    for number in numbers:
        made.add(number)
    return made


def test_spans_grow_together() -> None:
    """Numbers in any order come to the stretches that they fill."""
    assert list(spans(5, 1, 3, 2, 9, 4)) == [(1, 5), (9, 9)]
    assert len(spans(5, 1, 3, 2, 9, 4)) == 6


def test_number_goes_in_once() -> None:
    """What is in already is told, and changes nothing."""
    made = spans(1, 2, 3)
    assert not made.add(2)
    assert list(made) == [(1, 3)]
    assert 3 in made
    assert 4 not in made


def test_gaps_are_what_is_missing() -> None:
    """Gaps lie within the limits asked for, at the ends as in the middle."""
    assert list(spans(3, 4, 7).gaps(1, 9)) == [(1, 2), (5, 6), (8, 9)]
    assert list(spans(3, 4, 7).gaps(4, 7)) == [(5, 6)]
    assert list(spans(1, 2, 3).gaps(2, 3)) == []
    assert list(spans(8).gaps(1, 2)) == [(1, 2)]
    assert list(spans(1, 2, 3, 7).without(spans(2, 7, 8))) == [(1, 1), (3, 3)]


def test_oldest_is_forgotten() -> None:
    """More than the size is not held; what was put first goes first."""
    recent = Recent[str, int](2)
    for number, key in enumerate("abc"):
        recent.put(key, number)
    assert [recent.get(key) for key in "abc"] == [None, 1, 2]
