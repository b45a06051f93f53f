"""The cost estimate: usage times price, item by item."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from wavetank.templates.costs.prices import Price, PriceTable
from wavetank.templates.costs.usage import Usage, monthly_usage
from wavetank.templates.costs.workload import Workload


@dataclass(frozen=True)
class Line:
    """A line of a cost estimate: a price, its quantity, and the basis in words."""

    price: Price
    quantity: Decimal
    basis: str

    @property
    def usd(self) -> Decimal:
        """Without the free tier."""
        return self.price.cost(self.quantity)

    @property
    def usd_after_free(self) -> Decimal:
        """With what every account has free each month."""
        return self.price.cost_after_free(self.quantity)


@dataclass(frozen=True)
class Estimate:
    """The estimated cost of a month, in US dollars."""

    lines: tuple[Line, ...]

    @property
    def usd(self) -> Decimal:
        """Without the free tier."""
        return sum((line.usd for line in self.lines), Decimal(0))

    @property
    def usd_after_free(self) -> Decimal:
        """With what is always free."""
        return sum((line.usd_after_free for line in self.lines), Decimal(0))


def estimate(workload: Workload, table: PriceTable) -> Estimate:
    """The cost of the workload; the free tier applies once for each price, not for each use."""
    uses: dict[str, list[Usage]] = {}
    for usage in monthly_usage(workload):
        uses.setdefault(usage.price, []).append(usage)
    return Estimate(tuple(_line(table.prices[price], found) for price, found in uses.items()))


def _line(price: Price, uses: Iterable[Usage]) -> Line:
    used = list(uses)
    quantity = sum((usage.quantity for usage in used), Decimal(0))
    return Line(price, quantity, "; ".join(usage.basis for usage in used))
