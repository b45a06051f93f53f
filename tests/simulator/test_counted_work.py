"""A tick's Python function calls: a loaded host makes it slower, and its count stays the same."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.counted_work import WorkCost, measure_work
from benchmarks.floor import floor_calls
from tests.simulator.conftest import Deployed
from tests.simulator.runs import scenario_of
from wavetank.aws.clients import role_clients
from wavetank.history import Event
from wavetank.simulation.runner import RunSpec, simulate

TICKS = 30
MOST_BY_FLOOR = 2.45
"""A twentieth above the count when it was set; lower it when a tick needs fewer calls."""
SAME = 0.01
"""How far counts may be apart: what is cached, and by whom, differs from call to call."""


@pytest.fixture
def quiet() -> Iterator[None]:
    """As `bench` measures: what pytest does with a log record is not a tick's work."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(before)


def _work(deployed: Deployed, folder: Path) -> WorkCost:
    def play(length: timedelta, observe: Callable[[Event], None]) -> None:
        spec = RunSpec(scenario=scenario_of(horizon=length), seed=1)
        history = folder / "history.jsonl"
        simulate(deployed.simulator, deployed.pipeline, spec, history, observe)
        history.unlink()

    aws = deployed.simulator.aws
    role = aws.awslambda.list_functions()["Functions"][0]["Role"]
    return measure_work(play, floor_calls(role_clients(aws, role)), TICKS)


@pytest.mark.usefixtures("quiet")
def test_a_tick_makes_few_calls_beside_those_of_the_sdk(deployed: Deployed, tmp_path: Path) -> None:
    """The count is the same each time, and no change makes a tick much dearer unnoticed."""
    work, again = _work(deployed, tmp_path), _work(deployed, tmp_path)
    assert work.floor_calls == pytest.approx(again.floor_calls, rel=SAME)
    assert work.tick_calls == pytest.approx(again.tick_calls, rel=SAME)
    assert work.ratio < MOST_BY_FLOOR, work
