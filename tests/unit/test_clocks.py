"""The clocks of the tests themselves."""

import os
from types import SimpleNamespace

import pytest

from tests.clocks import LoadedClock
from wavetank.core.clock import WallClock


@pytest.mark.parametrize(("load", "counted"), [(0.5, 60), (2, 60), (8, 15)])
def test_a_second_counts_less_on_a_busy_host(
    monkeypatch: pytest.MonkeyPatch, load: float, counted: float
) -> None:
    """By the processes that want to run on each of two processors; an idle host adds nothing."""
    host = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(WallClock, "monotonic", lambda _: host.seconds)
    monkeypatch.setattr(os, "process_cpu_count", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0, 0))
    clock = LoadedClock()
    host.seconds += 60
    assert clock.monotonic() == pytest.approx(counted)
