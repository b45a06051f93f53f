"""Prices and tickers, checked from a bucket alone."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from wavetank.core.findings import Verdict
from wavetank.inspection.assess.walk import check_walk
from wavetank.ticker.contract import FIRST_PRICES
from wavetank.ticker.records import Sample

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TICKERS = [first.ticker for first in FIRST_PRICES]


def samples(
    prices: Sequence[str], tickers: Sequence[str] = TICKERS, begin: datetime = NOON
) -> Iterator[Sample]:
    """One each 15 seconds, the same for all tickers."""
    for number, price in enumerate(prices):
        for ticker in tickers:
            yield Sample(ticker, begin + timedelta(seconds=15 * number), Decimal(price), price)


def test_one_percent_from_sample_to_sample_is_the_contract() -> None:
    """Up and down, copies among them, in any order."""
    walk = list(samples(["100", "101", "99.99", "100.98", "100"]))
    finding = check_walk([*reversed(walk), *walk])
    assert finding.verdict is Verdict.VALID
    assert finding.evidence == "25 samples of 5 tickers"


def test_four_samples_may_start_from_one_price() -> None:
    """Two consecutive samples may be 2 % apart if both are 1 % from the base."""
    walk = samples(["100", "101", "99", "101", "99", "99.9", "98.1", "99.9", "98.1"])
    assert check_walk(walk).verdict is Verdict.VALID


def test_a_larger_change_is_a_jump() -> None:
    """The evidence has the first one."""
    finding = check_walk(samples(["100", "100.5", "103"]))
    assert finding.verdict is Verdict.INVALID
    assert "jumps: 5 (the first: Index_1 from 100.5 to 103" in finding.evidence


def test_nothing_is_compared_across_a_gap() -> None:
    """If minutes are missing, the walk continued unseen."""
    later = NOON + timedelta(minutes=10)
    walk = [*samples(["100", "101"]), *samples(["110", "111"], begin=later)]
    assert check_walk(walk).verdict is Verdict.VALID


def test_exactly_the_five_tickers_are_expected() -> None:
    """Each that is missing is named, and each that is unknown."""
    finding = check_walk(samples(["100"], ["Index_1", "Index_2", "Index_5", "\x1b[2J"]))
    assert finding.verdict is Verdict.INVALID
    assert "missing: Index_3, Index_4" in finding.evidence
    assert "unknown tickers, 1: '\\x1b[2J'" in finding.evidence


def test_without_records_the_walk_is_unknown() -> None:
    """Other findings report that there are none."""
    assert check_walk([]).verdict is Verdict.UNKNOWN
