"""The ticker's records as texts, in the two forms that there are: the one place that reads them.

{"ticker": "Index_1", "timestamp": "2026-11-23T18:06:15Z", "price": 100.1234567}
{ticker : Index_1, timestamp : 2026-11-23 18:06:15.123456, price : 100.1234567}

The second is Python's own text of a time and of a number, as the assignment's script puts them: the
fraction of a second is not written where it is 0, and a zone only where the time has one (else UTC,
as Lambda's clock is).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from wavetank.core.ticker import RECORD_KEYS

ORIGINAL = re.compile(
    r"\{ticker : ([^{}]+?), "
    r"timestamp : ([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}(?:\.[0-9]{6})?)([+-][0-9]{2}:[0-9]{2})?, "
    r"price : ([0-9.eE+-]+)\}"
)
LINE = re.compile(
    r'\{"ticker":"([A-Za-z0-9_]+)","timestamp":"([0-9T:Z-]+)","price":((?:0|[1-9][0-9]*)\.[0-9]+)\}\n?'
)
"""The first form as the shipped function writes it, where nothing in it could mean anything else:
read by JSON it would say the same, in five times the time."""
BARE_KEY = "{ticker"
"""How the second form begins, and JSON never does."""
KEYS = frozenset(RECORD_KEYS)
EXPONENT_MAX = 30
"""Of a price; beyond it, arithmetic ends before any market does."""
INSTANTS_KEPT = 256
"""Every ticker has a record of the same instant."""


@dataclass(frozen=True)
class Sample:
    """A price at an instant (UTC), and the very text that said so."""

    ticker: str
    instant: datetime
    price: Decimal
    text: str


def parse_sample(text: str) -> Sample | None:
    """What the record says; None where it is not one of the ticker's."""
    try:
        ticker, timestamp, price = _line(text) or _original(text) or _ndjson(text)
        instant = _instant(timestamp)
        if not ticker or not price or instant is None:
            return None
        return Sample(ticker, instant, price, text)
    except (ArithmeticError, RecursionError, TypeError, ValueError):
        return None


def split_records(body: str) -> Iterator[str]:
    """The texts of an object's records, whether or not there are ends of line between them.

    What is no record comes too, up to the end of its line, so that nothing is passed over.
    """
    place = 0
    while place < len(body):
        if body[place].isspace():
            place += 1
            continue
        end = _end_of_record(body, place)
        yield body[place:end]
        place = end


def split_body(body: str) -> list[str]:
    """As `split_records`, each text with the white space up to the next: all of it, and no more."""
    begins, place = [0], 0
    for text in split_records(body):
        place = body.index(text, place)
        begins.append(place)
        place += len(text)
    del begins[1:2]  # what stands before the first record is the first's
    return [body[begin:end] for begin, end in pairwise([*begins, len(body)]) if begin < end]


def _end_of_record(body: str, place: int) -> int:
    matched = ORIGINAL.match(body, place)
    if matched:
        return matched.end()
    try:
        return DECODER.raw_decode(body, place)[1]
    except (RecursionError, ValueError):
        line_end = body.find("\n", place)
        return len(body) if line_end < 0 else line_end


def parse_price(text: str) -> Decimal | None:
    """The price, exact; None where it is no number that a price can be."""
    try:
        price = Decimal(text)
    except ArithmeticError:
        return None
    sensible = price.is_finite() and price > 0 and abs(price.adjusted()) <= EXPONENT_MAX
    return price if sensible else None


@lru_cache(INSTANTS_KEPT)
def _instant(timestamp: str) -> datetime | None:
    """In UTC; None where it has no zone."""
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
    """A number as JSON has it, digit for digit; a text in quotation marks is none."""

    __slots__ = ()


DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number)
"""Made once: `json.loads` would make it for each record, for longer than it takes to read one."""
