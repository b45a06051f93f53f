"""Delivered objects and their records as tables: the only place where bytes become columns.

Records in a plain form are read as columns, by a regular expression in polars. An object with
anything else is parsed record by record with the parser of the invariants, so that both agree; a
property test compares them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import batched

import polars as pl

from wavetank.reporting.analysis.objects import Source, StoredObject
from wavetank.ticker.records import parse_sample, split_records

INSTANT = pl.Datetime("us", "UTC")
BATCH = 10_000
"""Objects whose bodies are in memory at the same time."""
DATE = "[1-9][0-9]{3}-[01][0-9]-[0-3][0-9]"
TIME = r"[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{6})?"
PRICE = r"(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}|[1-9][0-9]{0,14}"
NDJSON = (
    r'\{"ticker": ?"([^"\\\x00-\x1f]+)", ?'
    rf'"timestamp": ?"({DATE}T{TIME})Z", ?"price": ?({PRICE})\}}'
)
ORIGINAL = rf"\{{ticker : ([^{{}},\s]+), timestamp : ({DATE} {TIME}), price : ({PRICE})\}}"
PLAIN = f"{NDJSON}|{ORIGINAL}"
"""Records as both handlers write them; everything else is left to the parser."""

OBJECTS = pl.Schema(
    {
        "object": pl.String(),
        "delivered_at": INSTANT,
        "bytes": pl.Int64(),
        "problem": pl.String(),
    }
)
RECORDS = pl.Schema(
    {
        "object": pl.String(),
        "number": pl.Int64(),
        "delivered_at": INSTANT,
        "ticker": pl.String(),
        "timestamp": INSTANT,
        "price": pl.Float64(),
        "text": pl.String(),
    }
)


@dataclass(frozen=True)
class Deliveries:
    """Two tables: delivered objects, and their records.

    objects  object, delivered_at, bytes, problem (why it was not read, empty if it was), records
    records  object, number (its position there, from 0), delivered_at, ticker, timestamp, price,
             text; only the text is set for a record that is not the ticker's
    """

    source: str
    objects: pl.DataFrame
    records: pl.DataFrame


def read_deliveries(source: Source) -> Deliveries:
    """Everything that the source has.

    Raises:
        UsageError, InfrastructureError: as the source.
    """
    return deliveries_of(source.objects(), source.description)


def deliveries_of(found: Iterable[StoredObject], source: str = "") -> Deliveries:
    """The objects' records, in the order of the objects."""
    objects, records = [OBJECTS.to_frame()], [RECORDS.to_frame()]
    for batch in batched(found, BATCH, strict=False):
        objects.append(pl.DataFrame(map(_row, batch), OBJECTS, orient="row"))
        records.append(_records_of([entry for entry in batch if not entry.problem]))
    read = pl.concat(records)
    counts = read.group_by("object").agg(pl.len().cast(pl.Int64).alias("records"))
    listed = pl.concat(objects).join(counts, on="object", how="left", maintain_order="left")
    return Deliveries(source, listed.with_columns(pl.col("records").fill_null(0)), read)


def _row(entry: StoredObject) -> tuple[object, ...]:
    return entry.key, entry.delivered_at, entry.size_bytes, entry.problem


def _records_of(entries: list[StoredObject]) -> pl.DataFrame:
    """An object with anything but white space between plain records is parsed one by one."""
    texts = [entry.body.decode(errors="replace") for entry in entries]
    bodies = pl.DataFrame(
        {
            "object": [entry.key for entry in entries],
            "delivered_at": [entry.delivered_at for entry in entries],
            "body": texts,
        },
        {"object": pl.String(), "delivered_at": INSTANT, "body": pl.String()},
    ).with_columns(text=pl.col("body").str.extract_all(PLAIN))
    plain = pl.col("body").str.replace_all("[ \t\r\n]+", "") == pl.col("text").list.join(
        ""
    ).str.replace_all("[ \t\r\n]+", "")
    bodies = bodies.with_columns(plain=plain).with_row_index("position")
    parsed = _plain(bodies.filter("plain"))
    doubtful = bodies.filter(~pl.col("plain") | pl.col("position").is_in(_doubtful(parsed)))
    certain = parsed.filter(~pl.col("position").is_in(doubtful["position"].implode()))
    rest = _parsed_one_by_one(doubtful)
    return pl.concat([certain, rest]).sort("position", "number").select(RECORDS.names())


def _doubtful(parsed: pl.DataFrame) -> pl.Series:
    """Objects with a record that has the form but no valid value, such as the 31st of June."""
    senseless = pl.col("timestamp").is_null() | (pl.col("price") <= 0)
    return parsed.filter(senseless)["position"].unique().implode()


def _plain(bodies: pl.DataFrame) -> pl.DataFrame:
    lines = bodies.select(
        "position",
        "object",
        "delivered_at",
        "text",
        number=pl.int_ranges(pl.col("text").list.len()),
    ).explode("text", "number", empty_as_null=False)
    parts = pl.col("text").str.extract_groups(PLAIN)
    names = ("ticker", "timestamp", "price")
    chosen = {
        name: pl.coalesce(parts.struct[position], parts.struct[position + len(names)])
        for position, name in enumerate(names)
    }
    return lines.with_columns(**chosen).select(
        "position",
        "object",
        pl.col("number").cast(pl.Int64),
        "delivered_at",
        "ticker",
        pl.col("timestamp")
        .str.replace(" ", "T")
        .str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", time_zone="UTC", strict=False),
        pl.col("price").cast(pl.Float64),
        "text",
    )


def _parsed_one_by_one(bodies: pl.DataFrame) -> pl.DataFrame:
    schema = pl.Schema({"position": pl.UInt32(), **RECORDS})
    rows = (
        (position, key, number, delivered_at, *_sample(text))
        for position, key, delivered_at, body in bodies.select(
            "position", "object", "delivered_at", "body"
        ).iter_rows()
        for number, text in enumerate(split_records(body))
    )
    return pl.DataFrame(rows, schema, orient="row")


def _sample(text: str) -> tuple[object, ...]:
    sample = parse_sample(text)
    if sample is None:
        return None, None, None, text
    return sample.ticker, sample.instant, float(sample.price), text


def unread(deliveries: Deliveries) -> pl.DataFrame:
    """Everything that was not read: whole objects, and records that are not the ticker's."""
    objects = deliveries.objects.filter(pl.col("problem") != "")
    records = foreign(deliveries.records)
    return pl.concat(
        [
            objects.select("object", pl.lit(None, pl.Int64).alias("number"), what="problem"),
            records.select("object", "number", what="text"),
        ]
    )


def ticker_records(records: pl.DataFrame) -> pl.DataFrame:
    """The records of the ticker."""
    return records.filter(pl.col("ticker").is_not_null())


def foreign(records: pl.DataFrame) -> pl.DataFrame:
    """The other records: of another pipeline, or unreadable."""
    return records.filter(pl.col("ticker").is_null())


def samples(records: pl.DataFrame) -> pl.DataFrame:
    """The ticker's records without copies, by ticker and time: the first delivery of each."""
    return (
        ticker_records(records)
        .sort("delivered_at", maintain_order=True)
        .unique(["ticker", "timestamp"], keep="first", maintain_order=True)
        .sort("ticker", "timestamp")
    )
