"""Reads the ticker's records and prices from a deployed pipeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from wavetank.aws.clients import AwsClients
from wavetank.ticker.records import Sample, parse_sample, split_records

SHOWN_CHARACTERS = 80


@dataclass(frozen=True)
class TablePrice:
    """An item of the price table; `tick` is None before its first tick."""

    ticker: str
    price: Decimal
    tick: datetime | None


def read_records(aws: AwsClients, bucket: str, key: str) -> Iterator[Sample]:
    """The ticker's records in one object, in either format.

    Raises:
        ValueError: a part of it is not such a record.
    """
    body = aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    for text in split_records(body.decode(errors="replace")):
        sample = parse_sample(text)
        if sample is None:
            raise ValueError(f"not one of the ticker's records: {text[:SHOWN_CHARACTERS]!r}")
        yield sample


def read_prices(aws: AwsClients, table: str) -> list[TablePrice]:
    """The table's items, by ticker."""
    pages = aws.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    prices = [
        TablePrice(
            ticker=item["TickerName"]["S"],
            price=Decimal(item["Price"]["N"]),
            tick=datetime.fromisoformat(item["Tick"]["S"]) if "Tick" in item else None,
        )
        for page in pages
        for item in page["Items"]
        if "Price" in item
    ]
    return sorted(prices, key=lambda price: price.ticker)


def last_tick(prices: list[TablePrice]) -> datetime | None:
    """The last tick that every item has reached; None before the first."""
    ticks = [price.tick for price in prices]
    reached = [tick for tick in ticks if tick is not None]
    return min(reached) if reached and len(reached) == len(ticks) else None
