"""The simulator of the session, with the pipeline in it."""

import gc
import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import freezegun
import pytest

from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError, WavetankError
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.engines.simulator.engine import Simulator, simulator

STOPWATCH = "_pytest.timing"
"""Where pytest has the time from that it measures tests by: theirs, while a test's stands still."""


@dataclass(frozen=True)
class Deployed:
    """The simulator, at its baseline, and what is in it."""

    simulator: Simulator
    pipeline: Pipeline

    def require(self, pipeline: Pipeline) -> None:
        """Whether it is that pipeline.

        Raises:
            UsageError: it is another, which an earlier test had deployed.
        """
        if pipeline != self.pipeline:
            raise UsageError(
                "one wavetank_pipeline for all tests of a process",
                f"{pipeline}, where {self.pipeline} is deployed",
                "run the tests of each in a pytest of their own",
            )


@contextmanager
def deployed_simulator(pipeline: Pipeline) -> Iterator[Deployed]:
    """A simulator with the pipeline in it, for as long as the body runs.

    Raises:
        UsageError: something of the pipeline cannot be used.
        InfrastructureError: it could not be deployed, or this process has a simulator already.
    """
    freezegun.configure(extend_ignore_list=[STOPWATCH])
    with ExitStack() as stack:
        stack.enter_context(_silenced(logging.getLogger("localstack")))
        with _unwarned():
            made = stack.enter_context(simulator())
            pipeline.deploy(made.aws, WallClock())
            made.take_baseline()
        yield Deployed(made, pipeline)


@contextmanager
def plainly() -> Iterator[None]:
    """Errors of ours say all that there is to say; pytest leaves the traceback out."""
    try:
        yield
    except WavetankError as error:
        pytest.fail(str(error), pytrace=False)


@contextmanager
def _unwarned() -> Iterator[None]:
    """LocalStack warns, and leaves a socket to Docker for the collector to find."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
        gc.collect()


@contextmanager
def _silenced(logger: logging.Logger) -> Iterator[None]:
    """What it warns of would stand in the report of every test that fails."""
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
