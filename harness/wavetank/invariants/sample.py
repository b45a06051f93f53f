"""The ticker's records as texts, in the two forms that its function can write.

{"ticker": "Index_1", "timestamp": "2026-11-23T18:06:15Z", "price": 100.1234567}
{ticker : Index_1, timestamp : 2026-11-23 18:06:15, price : 100.1234567}
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from wavetank.ticker import RECORD_KEYS

ORIGINAL = re.compile(
    r"\{ticker : (.+), timestamp : ([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}), price : ([0-9.eE+-]+)\}"
)
EXPONENT_MAX = 30
"""Of a price; beyond it, arithmetic ends before any market does."""
PARSED_AT_ONCE = 8192
"""Every judge reads the same object before the next: it is parsed for all of them once."""


@dataclass(frozen=True)
class Sample:
    """A price at an instant (UTC), and the very text that said so."""

    ticker: str
    instant: datetime
    price: Decimal
    text: str


@lru_cache(PARSED_AT_ONCE)
def parse_sample(text: str) -> Sample | None:
    """What the record says; None where it is not one of the ticker's."""
    try:
        ticker, timestamp, price = _original(text) or _ndjson(text)
        instant = datetime.fromisoformat(timestamp).astimezone(UTC)
    except (ArithmeticError, RecursionError, TypeError, ValueError):
        return None
    if not ticker or not price.is_finite() or abs(price.adjusted()) > EXPONENT_MAX or price <= 0:
        return None
    return Sample(ticker, instant, price, text)


def _original(text: str) -> tuple[str, str, Decimal] | None:
    matched = ORIGINAL.fullmatch(text.strip())
    return (matched[1], f"{matched[2]}+00:00", Decimal(matched[3])) if matched else None


def _ndjson(text: str) -> tuple[str, str, Decimal]:
    content = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    if not isinstance(content, dict) or set(content) != set(RECORD_KEYS):
        raise ValueError("other keys")
    ticker, timestamp, price = (content[key] for key in RECORD_KEYS)
    if not isinstance(ticker, str) or not isinstance(price, Decimal) or timestamp[-1:] != "Z":
        raise ValueError("other values")
    return ticker, timestamp, price
