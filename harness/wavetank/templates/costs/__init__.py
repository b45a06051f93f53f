"""The monthly cost of a pipeline, from its own template and a dated table of prices.

prices    the table `prices.toml`, and its age workload  the requests of a month: what the template
decides, and what is assumed usage     the workload in the units that AWS bills estimate  usage
times price, with and without the free tier
"""

from wavetank.templates.costs.estimate import Estimate, Line, estimate
from wavetank.templates.costs.prices import Price, PriceTable, read_prices
from wavetank.templates.costs.workload import (
    Assumptions,
    Workload,
    failing_all_month,
    read_workload,
)

__all__ = [
    "Assumptions",
    "Estimate",
    "Line",
    "Price",
    "PriceTable",
    "Workload",
    "estimate",
    "failing_all_month",
    "read_prices",
    "read_workload",
]
