"""One simulator for the worker, with the pipeline deployed; each test begins at the baseline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_socket import disable_socket, enable_socket

from tests.live.hosts import PROJECT
from wavetank.core.naming import Names, derive_names
from wavetank.deployment.pipelines.ticker import TickerPipeline
from wavetank.engines.simulator.engine import Simulator
from wavetank.pytest_plugin.session_simulator import Deployed as PluginsDeployed
from wavetank.scenario.timing.settings import Defaults, Durations

START = datetime(2026, 11, 24, 10, tzinfo=UTC)
NO_DURATIONS = Durations(defaults=Defaults.NONE)
"""Only waits take time, for tests that name the instants at which something happens."""
ADDRESSES = ("ada@example.com", "bob@example.com")


@dataclass(frozen=True)
class Deployed:
    """The simulator, and the names of what is deployed in it."""

    simulator: Simulator
    names: Names
    pipeline: TickerPipeline


@pytest.fixture(scope="session")
def wavetank_pipeline() -> TickerPipeline:
    """The project's own pipeline, with which the plug-in's fixtures are tested too."""
    names = derive_names("Dora", "Explorer")
    return TickerPipeline(shipped_folder=PROJECT, names=names, addresses=ADDRESSES)


@pytest.fixture(scope="session")
def deployed(wavetank_deployed: PluginsDeployed, wavetank_pipeline: TickerPipeline) -> Deployed:
    """The project's own pipeline, with its schedule off."""
    return Deployed(wavetank_deployed.simulator, wavetank_pipeline.names, wavetank_pipeline)


@pytest.fixture
def pipeline(deployed: Deployed) -> Iterator[Deployed]:
    """The pipeline as it was deployed, at `START`, without a socket to anywhere."""
    deployed.simulator.reset()  # whoever was here before has left what a run ends with
    disable_socket()
    with deployed.simulator.frozen_at(START):
        yield deployed
    enable_socket()


@pytest.fixture(scope="module")
def function(request: pytest.FixtureRequest, deployed: Deployed) -> Iterator[Any]:
    """The function that the module's `READER` deploys, for all of its tests."""
    with request.module.READER(deployed) as made:
        yield made


@pytest.fixture
def reader(function: Any, pipeline: Deployed) -> Iterator[Any]:
    """The function without a mapping, in frozen time; what it reads is deleted afterwards."""
    del pipeline
    yield function
    function.close()
