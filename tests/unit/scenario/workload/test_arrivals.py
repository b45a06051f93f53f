"""When workloads are sent: constant, random and in bursts, with the rate that is written."""

import random
from datetime import timedelta
from itertools import islice

import pytest

from wavetank.scenario.workload.arrivals import Arrival, ArrivalRate, arrival_times


def seconds(rate: str | None, arrival: Arrival, count: int, seed: int = 1) -> list[float]:
    """The first instants."""
    source = random.Random(seed)  # noqa: S311 - a simulation, not a secret
    times = arrival_times(None if rate is None else ArrivalRate(rate), arrival, 3, source)
    return [each.total_seconds() for each in islice(times, count)]


def test_constant_begins_at_once() -> None:
    """And has the same interval, without an error that adds up."""
    assert seconds("6 per minute", Arrival.CONSTANT, 3) == [0, 10, 20]
    assert seconds("7 per second", Arrival.CONSTANT, 8)[7] == 1


def test_bursts_have_the_mean_rate() -> None:
    """Three at once, then nothing for three intervals."""
    assert seconds("6 per minute", Arrival.BURST, 7) == [0, 0, 0, 30, 30, 30, 60]


def test_random_arrivals_have_the_mean_rate() -> None:
    """The same seed gives the same instants."""
    found = seconds("1 per second", Arrival.POISSON, 1000)
    assert found == sorted(found)
    assert 900 < found[-1] < 1100
    assert found == seconds("1 per second", Arrival.POISSON, 1000)
    assert found != seconds("1 per second", Arrival.POISSON, 1000, seed=2)


def test_without_a_rate_all_are_at_once() -> None:
    """The number of them is given."""
    assert seconds(None, Arrival.CONSTANT, 2) == [0, 0]


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("0.5 per second", timedelta(seconds=2)),
        ("1000 per second", timedelta(milliseconds=1)),
        ("2 per day", timedelta(hours=12)),
    ],
)
def test_rates_are_texts(text: str, interval: timedelta) -> None:
    """A number, decimal or not, and a unit."""
    assert ArrivalRate(text).interval == interval


@pytest.mark.parametrize(
    "text", ["", "6", "6 per week", "-1 per day", "1001 per second", "0 per day"]
)
def test_other_texts_are_refused(text: str) -> None:
    """None is bent to fit."""
    with pytest.raises(ValueError, match="not a rate"):
        _ = ArrivalRate(text).interval
