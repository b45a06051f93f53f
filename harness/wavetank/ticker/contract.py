"""The constants of the ticker pipeline; the rest of the package does not know the ticker.

The first prices are the five items of the assignment.
"""

from dataclasses import dataclass
from decimal import Decimal

SAMPLES_PER_TICK = 4
RECORD_KEYS = ("ticker", "timestamp", "price")


@dataclass(frozen=True)
class FirstPrice:
    """An item of the price table when the ticker pipeline starts."""

    ticker: str
    price: Decimal


FIRST_PRICES = (
    FirstPrice("Index_1", Decimal(100)),
    FirstPrice("Index_2", Decimal(90)),
    FirstPrice("Index_3", Decimal(80)),
    FirstPrice("Index_4", Decimal(70)),
    FirstPrice("Index_5", Decimal(60)),
)
RECORDS_PER_TICK = SAMPLES_PER_TICK * len(FIRST_PRICES)
