"""The table of prices has the source and date of each price."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from wavetank.templates.costs import read_prices
from wavetank.templates.costs.prices import AGE_DAYS_MAX


def test_every_price_has_a_source() -> None:
    """A price without one could not be looked up again."""
    for price in read_prices().prices.values():
        assert price.source
        assert price.usd >= 0
        assert price.per > 0


@pytest.mark.parametrize(
    ("key", "quantity", "listed", "after_free"),
    [
        ("lambda-requests", 1_500_000, "0.30", "0.10"),
        ("lambda-time-arm64", 400_000, "5.33336", "0"),
        ("dynamodb-write", 1_000_000, "0.705", "0.705"),
        ("sns-email", 101_000, "2.02", "2"),
    ],
)
def test_a_price_is_per_number_of_units(
    key: str, quantity: int, listed: str, after_free: str
) -> None:
    """Dollars are per number of units, and free units are subtracted from the quantity."""
    price = read_prices().prices[key]
    assert price.cost(Decimal(quantity)) == Decimal(listed)
    assert price.cost_after_free(Decimal(quantity)) == Decimal(after_free)


def test_an_old_table_gives_a_warning() -> None:
    """From the day after the 180th, by the oldest price, which is named."""
    table = read_prices()
    last_day = table.oldest + timedelta(days=AGE_DAYS_MAX)
    assert table.warning(last_day) == ""
    warning = table.warning(last_day + timedelta(days=1))
    assert "SNS e-mails" in warning
    assert "S3 storage" not in warning
    assert "181 days old" in warning


def test_the_table_has_its_oldest_and_newest_date() -> None:
    """An undated price neither makes it younger nor older."""
    table = read_prices()
    assert table.prices["firehose"].published is None
    assert date(2026, 1, 1) < table.oldest < table.newest
