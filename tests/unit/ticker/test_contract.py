"""What is particular to the ticker."""

from wavetank.ticker.contract import FIRST_PRICES


def test_the_first_prices_are_the_assignments() -> None:
    """Five indices have the assignment's names, and prices from 100 down to 60."""
    assert {first.ticker: first.price for first in FIRST_PRICES} == {
        "Index_1": 100,
        "Index_2": 90,
        "Index_3": 80,
        "Index_4": 70,
        "Index_5": 60,
    }
