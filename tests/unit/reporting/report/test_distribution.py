"""Percentiles and bars."""

from collections import Counter

from wavetank.reporting.report.distribution import Bar, distribution


def test_percentiles_are_actual_values() -> None:
    """Of a hundred, the fiftieth and the ninety-fifth."""
    found = distribution(Counter(range(1, 101)), (0,))
    assert found is not None
    assert (found.p50, found.p95, found.greatest, found.count) == (50, 95, 100, 100)


def test_bars_go_from_the_first_value_to_the_last() -> None:
    """Empty ones between them are included, those outside are not; the last has no limit."""
    found = distribution(Counter([5, 5, 99]), (0, 5, 10, 20))
    assert found is not None
    assert found.bars == (Bar(5, 10, 2), Bar(10, 20, 0), Bar(20, None, 1))
    assert found.tallest == 2


def test_no_values_have_no_distribution() -> None:
    """And so no invented figures."""
    assert distribution({}, (0,)) is None
