"""Prices and tickers, as far as a bucket alone can show them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from wavetank.core.findings import Verdict
from wavetank.core.ticker import FIRST_PRICES
from wavetank.core.ticker_records import Sample
from wavetank.inspection.assess.walk import judge_walk

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
    finding = judge_walk([*reversed(walk), *walk])
    assert finding.verdict is Verdict.VALID
    assert finding.evidence == "25 samples of 5 tickers"


def test_four_from_one_price_are_the_assignments_own() -> None:
    """Two that follow one another may be two percent apart, where both are one from the base."""
    walk = samples(["100", "101", "99", "101", "99", "99.9", "98.1", "99.9", "98.1"])
    assert judge_walk(walk).verdict is Verdict.VALID


def test_what_no_base_explains_jumps() -> None:
    """The evidence has the first one."""
    finding = judge_walk(samples(["100", "100.5", "103"]))
    assert finding.verdict is Verdict.INVALID
    assert "jumps: 5 (the first: Index_1 from 100.5 to 103" in finding.evidence


def test_over_a_hole_nothing_is_compared() -> None:
    """Where minutes are missing, the walk went on unseen."""
    later = NOON + timedelta(minutes=10)
    walk = [*samples(["100", "101"]), *samples(["110", "111"], begin=later)]
    assert judge_walk(walk).verdict is Verdict.VALID


def test_there_are_five_tickers_and_no_others() -> None:
    """Each that is missing is named, and each that is unknown."""
    finding = judge_walk(samples(["100"], ["Index_1", "Index_2", "Index_5", "\x1b[2J"]))
    assert finding.verdict is Verdict.INVALID
    assert "missing: Index_3, Index_4" in finding.evidence
    assert "unknown tickers, 1: '\\x1b[2J'" in finding.evidence


def test_without_records_nothing_is_known() -> None:
    """That there are none is told by others."""
    assert judge_walk([]).verdict is Verdict.UNKNOWN
