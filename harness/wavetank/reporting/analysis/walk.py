"""The prices of each ticker, and their changes from sample to sample against the data contract.

The contract: a change of at most 1 %, uniformly distributed. The assignment's script makes the four
samples of a tick from one price in the table, so a price may be within 1 % of any of the four
before it, as in `assess`. Nothing is compared across a gap.
"""

from dataclasses import dataclass
from math import sqrt

import polars as pl

from wavetank.core.findings import Finding, Verdict
from wavetank.core.text import pluralize
from wavetank.inspection.assess.coverage import BETWEEN_SAMPLES, JITTER, MINUTE
from wavetank.reporting.analysis.arrivals import width_of
from wavetank.reporting.analysis.records import samples
from wavetank.ticker.contract import SAMPLES_PER_TICK
from wavetank.ticker.invariants.walk import CHANGE_MAX

PERCENT_MAX = 1.0
BINS = 40
POINTS_MAX = 400
"""Points of a ticker's line; the five together stay below a chart's limit."""
ONE_PERCENT_CRITICAL = 1.628
"""Of Kolmogorov's distribution: exceeded by one uniform sample in a hundred."""
SAMPLES_MIN = 100
"""With fewer, the distribution cannot be tested."""


def changes(records: pl.DataFrame) -> pl.DataFrame:
    """Each sample with its change from the one before.

    Columns: ticker, timestamp, price, before (the price), percent (the change), compared (not the
    first, nor over a gap), within (1 % of one of the four before).
    """
    apart = pl.col("timestamp").diff().over("ticker")
    near = [_is_near(pl.col("price").shift(back).over("ticker", "stretch")) for back in _BACK]
    previous = pl.col("price").shift(1).over("ticker", "stretch")
    return (
        samples(records)
        .with_columns(apart=apart)
        .with_columns(stretch=(apart > MINUTE + JITTER).cum_sum().over("ticker").fill_null(0))
        .with_columns(before=previous, within=pl.any_horizontal(*near))
        .select(
            "ticker",
            "timestamp",
            "price",
            "before",
            percent=(pl.col("price") / pl.col("before") - 1) * 100,
            compared=pl.col("before").is_not_null(),
            within=pl.col("within") | pl.col("before").is_null(),
        )
    )


_BACK = range(1, SAMPLES_PER_TICK + 1)


def _is_near(base: pl.Expr) -> pl.Expr:
    """Within 1 % of the base; false if there is no base."""
    near = (pl.col("price") - base).abs() <= base * float(CHANGE_MAX)
    return near.fill_null(value=False)


def jumps(changed: pl.DataFrame) -> pl.DataFrame:
    """The changes that the contract does not allow."""
    return changed.filter(pl.col("compared") & ~pl.col("within")).drop("compared", "within")


@dataclass(frozen=True)
class Uniformity:
    """How far the price changes are from uniform between -1 % and +1 %.

    `distance` is Kolmogorov and Smirnov's, the widest between the two distributions; above
    `critical` chance explains it in one case of a hundred.
    """

    changes: int
    distance: float
    critical: float

    @property
    def is_likely(self) -> bool:
        """Whether the changes may be uniform."""
        return self.distance <= self.critical


def uniformity(changed: pl.DataFrame) -> Uniformity | None:
    """Of all tickers together; None if there are too few changes."""
    percent = changed.filter("compared")["percent"].sort()
    count = percent.len()
    if count < SAMPLES_MIN:
        return None
    uniform = ((percent + PERCENT_MAX) / (2 * PERCENT_MAX)).clip(0, 1)
    rank = pl.int_range(1, count + 1, eager=True)
    above, below = (rank / count - uniform).max(), (uniform - (rank - 1) / count).max()
    distance = max(float(above), float(below))  # type: ignore[arg-type]  # numbers, as it is not empty
    return Uniformity(count, distance, ONE_PERCENT_CRITICAL / sqrt(count))


def check_changes(changed: pl.DataFrame) -> list[Finding]:
    """The two sentences of the contract, with the results."""
    compared, wrong = changed.filter("compared").height, jumps(changed).height
    within = Finding(
        "each price is within 1 % of one of the four before it",
        Verdict.UNKNOWN if not compared else Verdict.INVALID if wrong else Verdict.VALID,
        f"{pluralize(compared, 'change')}, {wrong} of them beyond",
    )
    return [within, _check_uniformity(uniformity(changed))]


def _check_uniformity(found: Uniformity | None) -> Finding:
    requirement = "the changes are uniform between -1 % and +1 %"
    if found is None:
        return Finding(requirement, Verdict.UNKNOWN, f"fewer than {SAMPLES_MIN} changes")
    evidence = (
        f"{pluralize(found.changes, 'change')}; they are {found.distance:.4f} from uniform, "
        f"and by chance rarely more than {found.critical:.4f}"
    )
    return Finding(requirement, Verdict.VALID if found.is_likely else Verdict.INVALID, evidence)


def histogram(changed: pl.DataFrame) -> pl.DataFrame:
    """How many changes are in each 0.05 % from -1 % to +1 %; larger changes are in the outer bins.

    Columns: ticker, low, high (percent), changes, expected (if they were uniform).
    """
    width = 2 * PERCENT_MAX / BINS
    rank = ((pl.col("percent") + PERCENT_MAX) / width).floor()
    counted_bins = (
        changed.filter("compared")
        .with_columns(bin=rank.clip(-1, BINS).cast(pl.Int64))
        .group_by("ticker", "bin")
        .agg(changes=pl.len())
    )
    inside = pl.col("bin").is_between(0, BINS - 1)
    return (
        counted_bins.with_columns(
            low=pl.col("bin") * width - PERCENT_MAX,
            expected=pl.when(inside)
            .then(pl.col("changes").sum().over("ticker") / BINS)
            .otherwise(0.0),
        )
        .select("ticker", "low", (pl.col("low") + width).alias("high"), "changes", "expected")
        .sort("ticker", "low")
    )


def change_summary(changed: pl.DataFrame) -> pl.DataFrame:
    """A row for each ticker: samples, first and last price, the changes' mean, spread and extremes.

    If they were uniform, the mean would be 0 and the spread (standard deviation) 0.577 %.
    """
    percent = pl.col("percent")
    return (
        changed.group_by("ticker")
        .agg(
            samples=pl.len(),
            first_price=pl.col("price").first(),
            last_price=pl.col("price").last(),
            mean_percent=percent.mean().round(4),
            spread_percent=percent.std().round(4),
            least_percent=percent.min().round(4),
            most_percent=percent.max().round(4),
        )
        .sort("ticker")
    )


def price_lines(changed: pl.DataFrame) -> pl.DataFrame:
    """The walks, reduced: the lowest, last and highest price of each interval.

    A ticker with no more samples than a line has points is not reduced.
    """
    if changed.is_empty():
        return _lines(changed, pl.col("timestamp"))
    if changed.group_by("ticker").len()["len"].max() <= POINTS_MAX:  # type: ignore[operator]  # numbers
        return _lines(changed, pl.col("timestamp"))
    width = max(width_of(changed["timestamp"], POINTS_MAX), BETWEEN_SAMPLES)
    return _lines(changed, pl.col("timestamp").dt.truncate(width))


def _lines(changed: pl.DataFrame, at: pl.Expr) -> pl.DataFrame:
    price = pl.col("price")
    return (
        changed.group_by("ticker", at=at)
        .agg(least=price.min(), price=price.last(), most=price.max(), samples=pl.len())
        .sort("ticker", "at")
    )
