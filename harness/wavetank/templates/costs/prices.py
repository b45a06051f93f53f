"""The table of prices that is part of the package, and its age."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files

AGE_DAYS_MAX = 180
"""Older prices are shown with a warning."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """An AWS price: US dollars for `per` units, of which the first `free` a month are free.

    `published` is None if the source has no date.
    """

    name: str
    unit: str
    usd: Decimal
    per: Decimal
    free: Decimal
    source: str
    published: date | None = None

    def cost(self, quantity: Decimal) -> Decimal:
        """In US dollars, without the free tier."""
        return quantity * self.usd / self.per

    def cost_after_free(self, quantity: Decimal) -> Decimal:
        """In US dollars, for an account without other usage of it."""
        return self.cost(max(Decimal(0), quantity - self.free))


@dataclass(frozen=True)
class PriceTable:
    """AWS prices by their short names."""

    prices: Mapping[str, Price]

    @property
    def oldest(self) -> date:
        """The publication date of the oldest dated price."""
        return min(self._dates())

    @property
    def newest(self) -> date:
        """The publication date of the newest dated price."""
        return max(self._dates())

    def warning(self, today: date) -> str:
        """A warning about the table's age; empty if it is recent."""
        age = (today - self.oldest).days
        if age <= AGE_DAYS_MAX:
            return ""
        old = [p.name for p in self.prices.values() if p.published and _is_old(p.published, today)]
        return (
            f"prices of {', '.join(old)} are up to {age} days old: look them up on "
            "aws.amazon.com/pricing and update harness/wavetank/templates/costs/prices.toml"
        )

    def _dates(self) -> list[date]:
        return [price.published for price in self.prices.values() if price.published]


def _is_old(published: date, today: date) -> bool:
    return (today - published).days > AGE_DAYS_MAX


def read_prices() -> PriceTable:
    """The table in the package."""
    text = files("wavetank.templates.costs").joinpath("prices.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text, parse_float=Decimal)
    return PriceTable({key: _price(entry) for key, entry in entries.items()})


def _price(entry: Mapping[str, object]) -> Price:
    published = entry.get("published")
    return Price(
        name=str(entry["name"]),
        unit=str(entry["unit"]),
        usd=Decimal(str(entry["usd"])),
        per=Decimal(str(entry["per"])),
        free=Decimal(str(entry["free"])),
        source=str(entry["source"]),
        published=published if isinstance(published, date) else None,
    )
