"""Handwritten objects of a bucket."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from wavetank.reporting.analysis.objects import stored_object
from wavetank.reporting.analysis.records import Deliveries, deliveries_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
QUARTER = timedelta(seconds=15)


def record(seconds: int, price: str = "100", ticker: str = "Index_1") -> str:
    """A record stamped so many seconds after noon."""
    at = NOON + timedelta(seconds=seconds)
    return f'{{"ticker":"{ticker}","timestamp":"{at:%Y-%m-%dT%H:%M:%SZ}","price":{price}}}\n'


def delivered(*bodies: Iterable[str] | bytes) -> Deliveries:
    """An object a minute, the first a minute after noon."""
    contents = [body if isinstance(body, bytes) else "".join(body).encode() for body in bodies]
    return deliveries_of(
        stored_object(f"object-{number}", NOON + number * MINUTE, content)
        for number, content in enumerate(contents, 1)
    )
