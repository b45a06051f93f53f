"""A record's text, read."""

from decimal import Decimal

import pytest

from streaming.record import FORMATS
from streaming.walk import Sample
from tests.pipeline import NOON
from wavetank.invariants.ticker.sample import parse_sample


@pytest.mark.parametrize("form", list(FORMATS))
def test_both_forms_are_read(form: str) -> None:
    """What the function writes, in either form, is read as what it meant."""
    text = FORMATS[form](Sample("Index_1", NOON, Decimal("100.1234567"))).decode()
    read = parse_sample(text)
    assert read is not None
    assert (read.ticker, read.instant) == ("Index_1", NOON)
    assert (read.price, read.text) == (Decimal("100.1234567"), text)


def test_price_is_exact() -> None:
    """A price is read digit for digit, not as the nearest binary fraction."""
    price = "99.12345678901234567890123"
    text = f'{{"ticker": "A", "timestamp": "2026-11-23T12:00:00Z", "price": {price}}}'
    read = parse_sample(text)
    assert read is not None
    assert str(read.price) == price


def ndjson(ticker: str = '"A"', timestamp: str = "2026-11-23T12:00:00Z", price: str = "1") -> str:
    """A record with parts of one's choice."""
    return f'{{"ticker": {ticker}, "timestamp": "{timestamp}", "price": {price}}}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        "{}",
        ndjson() + ndjson(),
        ndjson().replace("price", "prize"),
        ndjson(ticker="1"),
        ndjson(ticker='""'),
        ndjson(timestamp="noon"),
        ndjson(timestamp="2026-11-23T12:00:00"),
        ndjson(timestamp="0001-01-01T00:00:00+10:00"),
        ndjson(price='"1"'),
        ndjson(price="null"),
        ndjson(price="0"),
        ndjson(price="-1"),
        ndjson(price="NaN"),
        ndjson(price="Infinity"),
        ndjson(price="1e999999"),
        ndjson(price="1e" + "9" * 30),
        "{ticker : A, timestamp : 2026-11-23 12:00:00, price : 1e}",
        "{ticker : A, timestamp : 2026-11-23 25:00:00, price : 1}",
    ],
)
def test_what_is_no_record_is_not_read(text: str) -> None:
    """A text that is not exactly one record is none, and no error either."""
    assert parse_sample(text) is None
