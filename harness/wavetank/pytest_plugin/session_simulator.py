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
from wavetank.engines.simulator.engine import Simulator
from wavetank.engines.simulator.startup import simulator
from wavetank.simulation.topology import substituted_runtimes

STOPWATCH = "_pytest.timing"
"""Where pytest reads the time to measure tests; it must not be frozen with a test's."""


@dataclass(frozen=True)
class Deployed:
    """The simulator of a test session, and the pipeline that is deployed in it."""

    simulator: Simulator
    pipeline: Pipeline

    def require(self, pipeline: Pipeline) -> None:
        """Returns if it is that pipeline.

        Raises:
            UsageError: an earlier test deployed another one.
        """
        if pipeline != self.pipeline:
            raise UsageError(
                "one wavetank_pipeline for all tests of a process",
                f"{pipeline}, where {self.pipeline} is deployed",
                "run the tests of each in a separate pytest process",
            )


@contextmanager
def deployed_simulator(pipeline: Pipeline) -> Iterator[Deployed]:
    """A simulator with the pipeline in it, for the duration of the body.

    Raises:
        UsageError: a part of the pipeline cannot be used.
        InfrastructureError: it could not be deployed, or this process has a simulator already.
    """
    freezegun.configure(extend_ignore_list=[STOPWATCH])
    with ExitStack() as stack:
        stack.enter_context(_silenced(logging.getLogger("localstack")))
        with _unwarned():
            made = stack.enter_context(simulator())
            pipeline.deploy(made.aws, WallClock())
            made.take_baseline()
        for text in substituted_runtimes(made.aws):
            warnings.warn(text, stacklevel=2)
        yield Deployed(made, pipeline)


@contextmanager
def without_traceback() -> Iterator[None]:
    """Fails the test without a traceback on errors of Wavetank, whose message suffices."""
    try:
        yield
    except WavetankError as error:
        # From None: pytest would show each cause before it.
        raise pytest.fail.Exception(str(error), pytrace=False) from None


@contextmanager
def _unwarned() -> Iterator[None]:
    """LocalStack emits warnings, and leaves a socket to Docker for the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
        gc.collect()


@contextmanager
def _silenced(logger: logging.Logger) -> Iterator[None]:
    """Its warnings would appear in the report of every failed test."""
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
