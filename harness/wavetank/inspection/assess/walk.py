"""Check the five tickers and their price walks, as far as a bucket alone can show them.

The data contract allows a change of 1 % a sample. The assignment's script makes the four samples of
a tick from one price in the table, so a price is compared with the four before it: one of these is
the price with which its tick began. Nothing is compared across a gap; `coverage` reports gaps.
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding, Verdict
from wavetank.core.text import pluralize
from wavetank.inspection.assess.coverage import missed_minutes
from wavetank.invariants.history_completeness import ProblemCounts
from wavetank.ticker.contract import FIRST_PRICES, SAMPLES_PER_TICK
from wavetank.ticker.invariants.walk import CHANGE_MAX
from wavetank.ticker.records import Sample

REQUIREMENT = "five tickers, each within 1 % a sample"
KEY = "walk"
TICKERS = frozenset(first.ticker for first in FIRST_PRICES)
SHOWN_MAX = 5


def check_walk(samples: Iterable[Sample]) -> Finding:
    """Checks the samples of all tickers, in any order and with copies."""
    walks: dict[str, dict[datetime, Decimal]] = {}
    for sample in samples:
        walks.setdefault(sample.ticker, {}).setdefault(sample.instant, sample.price)
    if not walks:
        return Finding(REQUIREMENT, Verdict.UNKNOWN, "no record to check", KEY)
    wrong = [*_unexpected(walks.keys()), *_jumps(walks)]
    count = sum(len(walk) for walk in walks.values())
    evidence = "; ".join(wrong) or f"{pluralize(count, 'sample')} of {len(walks)} tickers"
    return Finding(REQUIREMENT, Verdict.INVALID if wrong else Verdict.VALID, evidence, KEY)


def _unexpected(found: Iterable[str]) -> list[str]:
    """Missing and unknown tickers."""
    missing = sorted(TICKERS - set(found))
    others = sorted(set(found) - TICKERS)
    wrong = [f"missing: {', '.join(missing)}"] if missing else []
    shown = ", ".join(repr(name[:20]) for name in others[:SHOWN_MAX])
    return wrong + ([f"unknown tickers, {len(others)}: {shown}"] if others else [])


def _jumps(walks: dict[str, dict[datetime, Decimal]]) -> list[str]:
    jumps = ProblemCounts()
    for ticker in sorted(TICKERS & walks.keys()):
        _add_jumps(jumps, ticker, walks[ticker])
    return [str(jumps)] if jumps else []


def _add_jumps(jumps: ProblemCounts, ticker: str, walk: dict[datetime, Decimal]) -> None:
    before = deque[Decimal](maxlen=SAMPLES_PER_TICK)
    last: datetime | None = None
    for instant in sorted(walk):
        price = walk[instant]
        if last is not None and missed_minutes(last, instant):
            before.clear()
        if before and not any(abs(price - base) <= base * CHANGE_MAX for base in before):
            jumps.add("jumps", f"{ticker} from {before[-1]} to {price} at {rfc3339(instant)}")
        before.append(price)
        last = instant
