"""Columns and the invariants' parser agree on any content of an object."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from wavetank.reporting.analysis.objects import stored_object
from wavetank.reporting.analysis.records import deliveries_of
from wavetank.ticker.records import parse_sample, split_records

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TICKERS = st.sampled_from(["Index_1", "Ind ex", "a}b", "\u00e9", "", '"'])
TIMES = st.sampled_from(
    [
        "2026-11-23T12:00:00Z",
        "2026-11-23T12:00:00.123456Z",
        "2026-11-23T12:00:00+01:00",
        "2026-02-30T12:00:00Z",
        "2026-11-23T12:00:60Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23 12:00:00",
        "2026-11-23 12:00:00.500000",
        "0000-01-01T00:00:00Z",
    ]
)
PRICES = st.sampled_from(["1", "0", "100.25", "-1", "1e2", "007", "0.0", '"1"', "1" * 40, "9.", ""])
FORMS = st.sampled_from(
    [
        '{{"ticker":"{}","timestamp":"{}","price":{}}}',
        '{{"ticker": "{}", "timestamp": "{}", "price": {}}}',
        '{{"ticker":"{}","timestamp":"{}","price":{},"more":1}}',
        "{{ticker : {}, timestamp : {}, price : {}}}",
    ]
)
RECORDS = st.builds(str.format, FORMS, TICKERS, TIMES, PRICES)
PIECES = st.one_of(RECORDS, st.sampled_from(["\n", " ", "\r\n", "\u2003", "noise", "{}", "]"]))
BODIES = st.lists(PIECES, max_size=5).map("".join)


@given(st.lists(BODIES, max_size=4))
def test_columns_say_what_the_parser_says(bodies: list[str]) -> None:
    """Each record is there, in its place, with the same ticker, instant and price, or none."""
    found = deliveries_of(
        stored_object(str(place), NOON, body.encode()) for place, body in enumerate(bodies)
    ).records
    expected = [
        (str(place), number, sample and sample.ticker, sample and sample.instant, text)
        for place, body in enumerate(bodies)
        for number, text in enumerate(split_records(body))
        for sample in [parse_sample(text)]
    ]
    assert found.select("object", "number", "ticker", "timestamp", "text").rows() == expected
    prices = [sample and float(sample.price) for sample in map(parse_sample, found["text"])]
    assert found["price"].to_list() == prices
