"""Arrivals of samples: gaps, copies, delays, and counts by interval.

A tick has four samples 15 seconds apart. A custom script may stamp them with the time of its
execution, so neighbours may be half of that further apart.
"""

from datetime import datetime, timedelta

import polars as pl

from wavetank.inspection.assess.coverage import BETWEEN_SAMPLES, JITTER, MINUTE
from wavetank.live.deployed_target import AWS_DELIVERY_SECONDS
from wavetank.reporting.analysis.records import Deliveries, samples, ticker_records

BARS_MAX = 750
"""Bars of a chart: a month has 744 hours, and a screen cannot show more."""
WIDTHS = tuple(timedelta(minutes=count) for count in (1, 5, 15, 60, 360, 1440))
QUANTILES = {"median": 0.5, "95 %": 0.95, "99 %": 0.99}


def overview(deliveries: Deliveries) -> pl.DataFrame:
    """Counts and extremes, one in each row."""
    objects, records = deliveries.objects, deliveries.records
    found = samples(records)
    first, last = found["timestamp"].min(), found["timestamp"].max()
    rows = {
        "objects": objects.height,
        "objects that were not read": objects.filter(pl.col("problem") != "").height,
        "first object": _shown(objects["delivered_at"].min()),
        "last object": _shown(objects["delivered_at"].max()),
        "records": records.height,
        "records of the ticker": ticker_records(records).height,
        "samples without copies": found.height,
        "tickers": found["ticker"].n_unique(),
        "first sample": _shown(first),
        "last sample": _shown(last),
    }
    texts = [f"{value:,}" if isinstance(value, int) else value for value in rows.values()]
    return pl.DataFrame({"what": list(rows), "found": texts})


def gaps(records: pl.DataFrame) -> pl.DataFrame:
    """Intervals without samples, between two consecutive ones of a ticker; equal ones share a row.

    Columns: after, before (the samples around it), minutes (ticks that are missing completely),
    samples (missing samples of each ticker), tickers.
    """
    apart = pl.col("before") - pl.col("after")
    return (
        samples(records)
        .select(
            "ticker",
            after=pl.col("timestamp").shift(1).over("ticker"),
            before=pl.col("timestamp"),
        )
        .filter(apart > BETWEEN_SAMPLES + JITTER)
        .with_columns(
            minutes=_whole(apart - JITTER, MINUTE),
            samples=_whole(apart + JITTER, BETWEEN_SAMPLES) - 1,
        )
        .group_by("after", "before", "minutes", "samples")
        .agg(tickers=pl.col("ticker").sort().str.join(", "))
        .sort("after", "tickers")
    )


def duplicates(records: pl.DataFrame) -> pl.DataFrame:
    """Records that were delivered more than once.

    A ticker's records are identified by ticker and time, others by their text. Columns: ticker,
    timestamp, text (of the others), copies, identical (byte for byte), objects (that have one),
    first and last (when they were delivered).
    """
    other = pl.when(pl.col("ticker").is_null()).then("text")
    return (
        records.with_columns(text=pl.col("text").str.strip_chars(), other=other)
        .group_by("ticker", "timestamp", "other")
        .agg(
            copies=pl.len(),
            identical=pl.col("text").n_unique() == 1,
            objects=pl.col("object").n_unique(),
            first=pl.col("delivered_at").min(),
            last=pl.col("delivered_at").max(),
        )
        .filter(pl.col("copies") > 1)
        .sort("timestamp", "ticker", "other")
        .rename({"other": "text"})
    )


def delays(records: pl.DataFrame) -> pl.DataFrame:
    """Each sample with the seconds from its own time to the first object that has it."""
    late = (pl.col("delivered_at") - pl.col("timestamp")).dt.total_microseconds() / 1e6
    return samples(records).select("ticker", "timestamp", "delivered_at", seconds=late)


def delay_summary(delayed: pl.DataFrame) -> pl.DataFrame:
    """The delays in one row, in seconds; empty without delays."""
    seconds = pl.col("seconds")
    quantiles = {name: seconds.quantile(part) for name, part in QUANTILES.items()}
    summed = delayed.select(
        pl.len().alias("samples"), least=seconds.min(), **quantiles, most=seconds.max()
    )
    return summed.filter(pl.col("samples") > 0).with_columns(pl.col(pl.Float64).round(1))


def late(delayed: pl.DataFrame) -> pl.DataFrame:
    """Intervals of samples that arrived later than Firehose's buffering explains: the catch-up.

    Columns: first, last (the samples' own time), minutes, samples, delivered_from, delivered_to
    (their objects), most_seconds.
    """
    instants = (
        delayed.filter(pl.col("seconds") > AWS_DELIVERY_SECONDS)
        .sort("timestamp")
        .with_columns(new=pl.col("timestamp").diff() > MINUTE + JITTER)
    )
    return (
        instants.group_by(stretch=pl.col("new").fill_null(value=False).cum_sum())
        .agg(
            first=pl.col("timestamp").min(),
            last=pl.col("timestamp").max(),
            minutes=pl.col("timestamp").dt.truncate("1m").n_unique(),
            samples=pl.len(),
            delivered_from=pl.col("delivered_at").min(),
            delivered_to=pl.col("delivered_at").max(),
            most_seconds=pl.col("seconds").max(),
        )
        .sort("first")
        .drop("stretch")
    )


def arrivals(deliveries: Deliveries) -> pl.DataFrame:
    """Objects, records and new samples by delivery time: a row for each interval, empty or not.

    Columns: at (the interval's begin), width_seconds, objects, records, copies.
    """
    objects = deliveries.objects
    if objects.is_empty():
        return _no_arrivals()
    width = width_of(objects["delivered_at"])
    began = pl.col("delivered_at").dt.truncate(width)
    by_object = objects.group_by(at=began).agg(objects=pl.len(), records=pl.col("records").sum())
    new = samples(deliveries.records).group_by(at=began).agg(new=pl.len())
    ticker = ticker_records(deliveries.records).group_by(at=began).agg(ticker=pl.len())
    every = pl.datetime_range(pl.col("at").min(), pl.col("at").max(), width)
    whole = by_object.select(at=every)
    for table in (by_object, new, ticker):
        whole = whole.join(table, on="at", how="left")
    counts = pl.col("objects", "records", "new", "ticker").fill_null(0).cast(pl.Int64)
    return whole.with_columns(counts).select(
        "at",
        pl.lit(width.total_seconds()).alias("width_seconds"),
        "objects",
        "records",
        copies=pl.col("ticker") - pl.col("new"),
    )


def delays_over_time(delayed: pl.DataFrame) -> pl.DataFrame:
    """The delays by the samples' own time: least, median and most of each interval, in seconds."""
    if delayed.is_empty():
        return pl.DataFrame(schema={"at": delayed.schema["timestamp"], **_SECONDS})
    began = pl.col("timestamp").dt.truncate(width_of(delayed["timestamp"]))
    seconds = pl.col("seconds")
    summed = delayed.group_by(at=began).agg(
        least=seconds.min(), median=seconds.median(), most=seconds.max()
    )
    return summed.sort("at")


def width_of(instants: pl.Series, most: int = BARS_MAX) -> timedelta:
    """The length of an interval, so that at most `most` cover all instants; at least a minute."""
    first, last = instants.min(), instants.max()
    assert isinstance(first, datetime)  # callers check that it is not empty
    assert isinstance(last, datetime)
    span = last - first
    return next((width for width in WIDTHS if span / width <= most), span / most)


def _whole(span: pl.Expr, part: timedelta) -> pl.Expr:
    """How many times the part fits into the span."""
    return span.dt.total_microseconds() // (part // timedelta(microseconds=1))


_SECONDS = {"least": pl.Float64(), "median": pl.Float64(), "most": pl.Float64()}


def _no_arrivals() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "at": pl.Datetime("us", "UTC"),
            "width_seconds": pl.Float64(),
            "objects": pl.Int64(),
            "records": pl.Int64(),
            "copies": pl.Int64(),
        }
    )


def _shown(instant: object) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC" if instant is not None else "none"
