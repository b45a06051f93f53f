"""Pipelines that tests of the simulator deploy beside the project's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from tests.simulator.conftest import Deployed
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients
from wavetank.core.clock import WallClock
from wavetank.deployment.cloudformation import Stacks
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.pytest_plugin.session_simulator import Deployed as PluginsDeployed
from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture
from wavetank.pytest_plugin.test_context import RunContext
from wavetank.scenario.model import Scenario
from wavetank.simulation.runner import START


def delete(aws: AwsClients, stack: str) -> None:
    """Delete the stack, and return once it is gone."""
    stacks = Stacks(aws.cloudformation, WallClock(), 0.05)
    aws.cloudformation.delete_stack(StackName=stack)
    wait_until_seen(lambda: stacks.status(stack), lambda status: status is None, "the deletion")


@contextmanager
def deployed_beside(deployed: Deployed, pipeline: TemplatesPipeline) -> Iterator[PluginsDeployed]:
    """The simulator with the pipeline in its baseline; deleted afterwards."""
    made = deployed.simulator
    made.reset()
    pipeline.deploy(made.aws, WallClock())
    made.take_baseline()
    yield PluginsDeployed(made, pipeline)
    made.reset()
    delete(made.aws, pipeline.name)
    made.take_baseline()


def run_context(folder: Path) -> RunContext:
    """That of a test without a mark."""
    return RunContext(
        scenario=Scenario(name="test", description="A test's own.", horizon=timedelta()),
        seed=1,
        start=START,
        folder=folder,
        command="pytest",
        run_reports=[],
    )


def simulator_fixture(stack: PluginsDeployed, context: RunContext) -> SimulatorFixture:
    """The fixture `simulator` of a test of that pipeline, at its baseline."""
    stack.simulator.reset()
    return SimulatorFixture(stack, context)
