"""Parses the ticker's records in their two text formats; the only parser of them.

{"ticker": "Index_1", "timestamp": "2026-11-23T18:06:15Z", "price": 100.1234567}
{ticker : Index_1, timestamp : 2026-11-23 18:06:15.123456, price : 100.1234567}

The second is Python's own text of a time and of a number, as the assignment's script writes them:
the fraction of a second is omitted if it is 0, and a zone is only present if the time has one
(otherwise UTC, like Lambda's clock).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from wavetank.ticker.contract import RECORD_KEYS

ORIGINAL = re.compile(
    r"\{ticker : ([^{}]+?), "
    r"timestamp : ([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}(?:\.[0-9]{6})?)([+-][0-9]{2}:[0-9]{2})?, "
    r"price : ([0-9.eE+-]+)\}"
)
LINE = re.compile(
    r'\{"ticker":"([A-Za-z0-9_]+)","timestamp":"([0-9T:Z-]+)","price":((?:0|[1-9][0-9]*)\.[0-9]+)\}\n?'
)
"""The first format as the shipped function writes it, without ambiguous characters: the JSON parser
would return the same, in five times the time."""
BARE_KEY = "{ticker"
"""The beginning of the second format, which JSON never has."""
KEYS = frozenset(RECORD_KEYS)
EXPONENT_MAX = 30
"""The maximum number of digits of a price, so that arithmetic stays fast."""
INSTANTS_CACHED = 256
"""Cached, because every ticker has a record of the same instant."""


@dataclass(frozen=True)
class Sample:
    """A price of a ticker at an instant (UTC), and the text of its record."""

    ticker: str
    instant: datetime
    price: Decimal
    text: str


def parse_sample(text: str) -> Sample | None:
    """Parse a record; None if it is not one of the ticker's."""
    try:
        ticker, timestamp, price = _line(text) or _original(text) or _ndjson(text)
        instant = _instant(timestamp)
        if not ticker or not price or instant is None:
            return None
        return Sample(ticker, instant, price, text)
    except (ArithmeticError, RecursionError, TypeError, ValueError):
        return None


def split_records(body: str) -> Iterator[str]:
    """The texts of an object's records, with or without line ends between them.

    Other text is returned too, up to the end of its line, so that nothing is ignored.
    """
    position = 0
    while position < len(body):
        if body[position].isspace():
            position += 1
            continue
        end = _end_of_record(body, position)
        yield body[position:end]
        position = end


def split_body(body: str) -> list[str]:
    """Like `split_records`, each text with the white space up to the next: the complete body."""
    begins, position = [0], 0
    for text in split_records(body):
        position = body.index(text, position)
        begins.append(position)
        position += len(text)
    del begins[1:2]  # white space before the first record belongs to it
    return [body[begin:end] for begin, end in pairwise([*begins, len(body)]) if begin < end]


def _end_of_record(body: str, position: int) -> int:
    matched = ORIGINAL.match(body, position)
    if matched:
        return matched.end()
    try:
        return DECODER.raw_decode(body, position)[1]
    except (RecursionError, ValueError):
        line_end = body.find("\n", position)
        return len(body) if line_end < 0 else line_end


def parse_price(text: str) -> Decimal | None:
    """The price, exact; None if it is not a valid price."""
    try:
        price = Decimal(text)
    except ArithmeticError:
        return None
    sensible = price.is_finite() and price > 0 and abs(price.adjusted()) <= EXPONENT_MAX
    return price if sensible else None


@lru_cache(INSTANTS_CACHED)
def _instant(timestamp: str) -> datetime | None:
    """In UTC; None for a time without a zone."""
    instant = datetime.fromisoformat(timestamp)
    return None if instant.tzinfo is None else instant.astimezone(UTC)


def _line(text: str) -> tuple[str, str, Decimal | None] | None:
    matched = LINE.fullmatch(text)
    if matched is None:
        return None
    ticker, timestamp, price = matched.groups()
    return ticker, timestamp, parse_price(price)


def _original(text: str) -> tuple[str, str, Decimal | None] | None:
    matched = ORIGINAL.fullmatch(text.strip()) if text.lstrip().startswith(BARE_KEY) else None
    if matched is None:
        return None
    ticker, timestamp, zone, price = matched.groups()
    return ticker, timestamp + (zone or "+00:00"), parse_price(price)


def _ndjson(text: str) -> tuple[str, str, Decimal | None]:
    content = DECODER.decode(text)
    if not isinstance(content, dict) or content.keys() != KEYS:
        raise ValueError("other keys")
    ticker, timestamp, price = (content[key] for key in RECORD_KEYS)
    if not isinstance(price, _Number) or type(ticker) is not str:
        raise ValueError("other values")
    return ticker, timestamp, parse_price(price)


class _Number(str):
    """A number from JSON, digit for digit; a string in quotation marks is not one."""

    __slots__ = ()


DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number)
"""Created once: `json.loads` would create it for each record, which takes longer than parsing."""
