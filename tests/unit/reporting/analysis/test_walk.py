"""Price changes against the contract, on handwritten walks."""

import pytest

from tests.unit.reporting.analysis.objects import delivered, record
from wavetank.core.findings import Verdict
from wavetank.reporting.analysis.walk import (
    change_summary,
    changes,
    check_changes,
    histogram,
    jumps,
    price_lines,
    uniformity,
)


def _walk(*prices: str) -> list[str]:
    return [record(15 * number, price) for number, price in enumerate(prices)]


def test_one_percent_is_allowed_and_more_is_a_jump() -> None:
    """The price that breaks the contract is listed with the one before it."""
    found = jumps(changes(delivered(_walk("100", "101", "102.03")).records))
    assert found.select("before", "price").rows() == [(101.0, 102.03)]


def test_samples_from_one_price_are_within_the_contract() -> None:
    """Neighbours 2 % apart are each within 1 % of their tick's first price."""
    changed = changes(delivered(_walk("100", "100.9", "99.1")).records)
    assert jumps(changed).is_empty()
    assert changed["percent"].min() == pytest.approx(-1.78, abs=0.01)


def test_nothing_is_compared_across_a_gap_of_prices() -> None:
    """A price after a missing tick is neither a jump nor a change."""
    changed = changes(delivered([record(0, "100"), record(120, "150")]).records)
    assert changed["compared"].to_list() == [False, False]
    assert jumps(changed).is_empty()


def _changing_by(steps: list[float]) -> list[str]:
    prices = [100.0]
    for step in steps:
        prices.append(prices[-1] * (1 + step / 100))
    return [f"{price:.9f}" for price in prices]


@pytest.mark.parametrize(("spread", "verdict"), [(1.0, Verdict.VALID), (0.5, Verdict.INVALID)])
def test_uniform_changes_are_distinguished_from_others(spread: float, verdict: Verdict) -> None:
    """Two hundred changes evenly over the range pass; over half of it they do not."""
    steps = [spread * (((number * 37) % 200) / 100 - 0.995) for number in range(200)]
    changed = changes(delivered(_walk(*_changing_by(steps))).records)
    assert [finding.verdict for finding in check_changes(changed)] == [Verdict.VALID, verdict]
    assert histogram(changed)["changes"].sum() == 200


def test_a_few_changes_prove_nothing() -> None:
    """The verdict is unknown."""
    changed = changes(delivered(_walk("100", "100.5")).records)
    assert uniformity(changed) is None
    assert [finding.verdict for finding in check_changes(changed)] == [
        Verdict.VALID,
        Verdict.UNKNOWN,
    ]


def test_a_long_walk_is_reduced_and_keeps_its_extremes() -> None:
    """A line has limited points; the highest and the lowest price remain."""
    prices = ["100"] * 3000
    prices[1500], prices[1600] = "100.9", "99.2"
    lines = price_lines(changes(delivered(_walk(*prices)).records))
    assert lines.height <= 401
    assert (lines["least"].min(), lines["most"].max()) == (99.2, 100.9)


def test_no_samples_give_empty_walks() -> None:
    """Empty tables, and two verdicts of unknown."""
    changed = changes(delivered().records)
    assert price_lines(changed).is_empty()
    assert change_summary(changed).is_empty()
    assert {finding.verdict for finding in check_changes(changed)} == {Verdict.UNKNOWN}
