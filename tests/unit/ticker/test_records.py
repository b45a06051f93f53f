"""A record's text, read."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from streaming.record import FORMATS
from streaming.walk import Sample
from tests.pipeline import NOON
from wavetank.ticker.records import parse_sample, split_records


@pytest.mark.parametrize("form", list(FORMATS))
def test_both_forms_are_read(form: str) -> None:
    """What the function writes, in either form, is read as what it meant."""
    text = FORMATS[form](Sample("Index_1", NOON, Decimal("100.1234567"))).decode()
    read = parse_sample(text)
    assert read is not None
    assert (read.ticker, read.instant) == ("Index_1", NOON)
    assert (read.price, read.text) == (Decimal("100.1234567"), text)


@pytest.mark.parametrize(
    ("timestamp", "instant"),
    [
        ("2021-06-06 12:00:07", datetime(2021, 6, 6, 12, 0, 7, tzinfo=UTC)),
        ("2021-06-06 12:00:07.000042", datetime(2021, 6, 6, 12, 0, 7, 42, tzinfo=UTC)),
        ("2021-06-06 12:00:07.000042+00:00", datetime(2021, 6, 6, 12, 0, 7, 42, tzinfo=UTC)),
        ("2021-06-06 14:00:07+02:00", datetime(2021, 6, 6, 12, 0, 7, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_python_writes_them(timestamp: str, instant: datetime) -> None:
    """Of any second, with a fraction unless it is 0, with a zone only where the script has one."""
    read = parse_sample(f"{{ticker : Index_1, timestamp : {timestamp}, price : 1e-07}}\n")
    assert read is not None
    assert (read.instant, read.price) == (instant, Decimal("1e-7"))


def test_price_is_exact() -> None:
    """A price is read digit for digit, not as the nearest binary fraction."""
    price = "99.12345678901234567890123"
    text = f'{{"ticker": "A", "timestamp": "2026-11-23T12:00:00Z", "price": {price}}}'
    read = parse_sample(text)
    assert read is not None
    assert str(read.price) == price


def original(ticker: str, time: str = "12:00:00", price: str = "1") -> str:
    """A record in the assignment's form."""
    return f"{{ticker : {ticker}, timestamp : 2026-11-23 {time}, price : {price}}}"


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
        original("A", price="1e"),
        original("A") + original("B"),
        original("A", time="12:00:00.123"),
        original("A", time="12:00:00Z"),
        original("A", time="12:00:00+99:99"),
        "{ticker : A, timestamp : 2026-11-23 25:00:00, price : 1}",
    ],
)
def test_what_is_no_record_is_not_read(text: str) -> None:
    """A text that is not exactly one record is none, and no error either."""
    assert parse_sample(text) is None


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ("", []),
        (" \n\r\n", []),
        (original("A") + original("B"), [original("A"), original("B")]),
        (original("A") + "\n" + original("B") + "\n", [original("A"), original("B")]),
        (ndjson() + ndjson('"}{"'), [ndjson(), ndjson('"}{"')]),
        (ndjson() + original("A") + " " + ndjson(), [ndjson(), original("A"), ndjson()]),
        ("no record\n" + ndjson(), ["no record", ndjson()]),
        (original("A") + "{half a " + ndjson(), [original("A"), "{half a " + ndjson()]),
        ("[" * 100_000 + "\n1", ["[" * 100_000, "1"]),
    ],
)
def test_objects_are_split_into_their_records(body: str, texts: list[str]) -> None:
    """Ends of line or none, both forms side by side, and nothing passed over."""
    assert list(split_records(body)) == texts
