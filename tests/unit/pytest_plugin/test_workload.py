"""Workloads of tests: their fields, and bodies that a test computes."""

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies

from wavetank.core.errors import UsageError
from wavetank.pytest_plugin.workload import workload_of
from wavetank.scenario.workload.kinds import SendMessage


def bodies(body: Any, count: int, seed: int = 1) -> list[str | bytes]:
    """The first bodies of a workload with that body."""
    made = workload_of("send-message", "Orders", {"count": count, "body": body}).body
    assert callable(made)
    source = random.Random(seed)  # noqa: S311 - a simulation, not a secret
    return [made(number, source) for number in range(1, count + 1)]


def test_fields_are_those_of_a_scenario() -> None:
    """Durations may also be those of Python."""
    made = workload_of(
        "send-message", "Orders", {"count": 2, "begins": timedelta(minutes=2), "body": {"a": [1]}}
    )
    begins = timedelta(minutes=2)
    assert made == SendMessage(target="Orders", count=2, begins=begins, body='{"a": [1]}')


def test_a_function_gets_the_number() -> None:
    """Texts and bytes are sent as they are, and other values as JSON."""
    assert bodies(lambda number: number, 2) == ["1", "2"]
    assert bodies(lambda number: f"n{number}", 1) == ["n1"]
    assert bodies(lambda number: bytes([number]), 1) == [b"\x01"]


def test_a_strategy_gives_as_many_as_needed() -> None:
    """The same from the same seed; values come again if there are no others."""
    found = bodies(strategies.integers(0, 10**9), 150)
    assert found == bodies(strategies.integers(0, 10**9), 150)
    assert found != bodies(strategies.integers(0, 10**9), 150, seed=2)
    assert len(set(found)) > 100
    assert set(bodies(strategies.booleans(), 150)) == {"true", "false"}


def test_other_bodies_are_refused() -> None:
    """Numbers are written as text."""
    with pytest.raises(UsageError, match="`body` to be a text, a dict, a list, a strategy"):
        workload_of("send-message", "Orders", {"count": 1, "body": 3})  # type: ignore[typeddict-item]  # on purpose
