"""A custom handler in the worker's simulator, instead of the project's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.live.hosts import PROJECT
from tests.simulator.conftest import Deployed
from wavetank.core.clock import WallClock
from wavetank.deployment.custom_handler import read_custom_handler

NAIVE = PROJECT / "tests" / "handlers" / "naive" / "handler.py"


@contextmanager
def with_handler(deployed: Deployed, source: Path) -> Iterator[Deployed]:
    """For the body, the pipeline has this handler, deployed as a user would."""
    own = replace(deployed.pipeline, handler=read_custom_handler(source, deployed.names))
    _redeploy(Deployed(deployed.simulator, deployed.names, own))
    try:
        yield Deployed(deployed.simulator, deployed.names, own)
    finally:
        _redeploy(deployed)


def _redeploy(deployed: Deployed) -> None:
    deployed.simulator.reset()
    deployed.pipeline.deploy(deployed.simulator.aws, WallClock())
    deployed.simulator.take_baseline()
