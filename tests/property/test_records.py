"""What the streaming function writes is what is read back, in either form and in any object."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from streaming.record import FORMATS
from streaming.walk import Sample
from wavetank.ticker.records import parse_sample, split_records

DIGITS = 15
"""Which a binary fraction keeps."""
TICKERS = {
    "ndjson": st.text(min_size=1),
    "original": st.text(st.characters(codec="utf-8", exclude_characters="{}"), min_size=1),
}


@st.composite
def samples(draw: st.DrawFn, form: str) -> Sample:
    """A sample that the form can say exactly; NDJSON has whole seconds only."""
    first, last = datetime(1000, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001 - st.datetimes asks for it
    instant = draw(st.datetimes(first, last, timezones=st.just(UTC)))
    digits, exponent = draw(st.integers(1, 10**DIGITS - 1)), draw(st.integers(-12, 3))
    price = Decimal(digits).scaleb(exponent)
    fraction = instant.microsecond if form == "original" else 0
    return Sample(draw(TICKERS[form]), instant.replace(microsecond=fraction), price)


@given(st.data(), st.sampled_from(sorted(FORMATS)), st.sampled_from(["", "\n", "\r\n", "  "]))
def test_what_is_written_is_read_back(data: st.DataObject, form: str, between: str) -> None:
    """Ticker, instant and price of every sample, exactly, however the object separates them."""
    made = data.draw(st.lists(samples(form), max_size=5))
    body = between.join(FORMATS[form](sample).decode() for sample in made)
    read = [parse_sample(text) for text in split_records(body)]
    assert [(s.ticker, s.instant, s.price) for s in read if s] == [
        (s.ticker, s.instant, s.price) for s in made
    ]
    assert None not in read


@given(
    st.from_regex(r"[A-Za-z0-9_\\\"u ]{0,4}", fullmatch=True),
    st.one_of(st.just("2026-11-23T12:00:15Z"), st.text("0129-T:Z", max_size=20)),
    st.text("0019.-+e", min_size=1, max_size=6),
    st.sampled_from(["", "\n", "\r\n", "\n\n"]),
)
def test_the_quick_way_to_read_a_line_says_what_json_says(
    ticker: str, timestamp: str, price: str, end: str
) -> None:
    """A space where JSON may have one has the same line read the long way, with the same result."""
    line = f'{{"ticker":"{ticker}","timestamp":"{timestamp}","price":{price}}}{end}'
    quick, long = parse_sample(line), parse_sample(line.replace('"price":', '"price": '))
    if quick is None or long is None:
        assert quick is long is None
    else:
        assert (quick.ticker, quick.instant, quick.price) == (long.ticker, long.instant, long.price)
