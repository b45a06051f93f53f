"""A sample as bytes, in both forms."""

import json
from datetime import timedelta
from decimal import Decimal

from streaming.record import as_ndjson, as_original
from streaming.walk import Sample
from tests.pipeline import NOON

SAMPLE = Sample("Index_1", NOON + timedelta(seconds=15), Decimal("100.1234567"))


def test_ndjson_is_one_object_a_line_with_the_contract_keys() -> None:
    """Readers can split at line ends and find ticker, timestamp and price in this order."""
    line = as_ndjson(SAMPLE)
    assert line.endswith(b"}\n")
    assert list(json.loads(line).items()) == [
        ("ticker", "Index_1"),
        ("timestamp", "2026-11-23T12:00:15Z"),
        ("price", 100.1234567),
    ]


def test_a_price_is_written_exactly() -> None:
    """No binary fraction comes between the table and the record, nor an exponent."""
    tiny = Sample("Index_1", NOON, Decimal("1.234567890E-8"))
    assert b'"price":0.00000001234567890}' in as_ndjson(tiny)


def test_original_is_the_form_of_the_assignments_script() -> None:
    """Keys without quotes, no time zone, no line end: the bytes of the assignment's script."""
    assert as_original(SAMPLE) == (
        b"{ticker : Index_1, timestamp : 2026-11-23 12:00:15, price : 100.1234567}"
    )
