"""A SAM template in the simulator, with a loop, a layer, an alias and a nested stack."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.garden import GARDEN
from tests.simulator.conftest import Deployed
from tests.simulator.stacks import deployed_beside
from wavetank.aws.clients import AwsClients
from wavetank.deployment.pipelines.user_pipeline import DEFAULT_STACK
from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.functions import HandlerCrash
from wavetank.faults.plan import FaultPlan
from wavetank.history import (
    AttemptEnded,
    DestinationReached,
    EventSettled,
    Outcome,
    Settlement,
    read_history,
)
from wavetank.scenario.model import Scenario
from wavetank.simulation.runner import RunSpec, simulate


@pytest.fixture(scope="module")
def simulator(deployed: Deployed) -> Iterator[Simulator]:
    """The simulator with the garden deployed; deleted afterwards."""
    with deployed_beside(deployed, GARDEN) as made:
        yield made.simulator


def resources(aws: AwsClients, stack: str = DEFAULT_STACK) -> dict[str, Any]:
    """The physical id of each resource of the stack by its logical id."""
    found = aws.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    assert {resource["ResourceStatus"] for resource in found} == {"CREATE_COMPLETE"}
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in found}


def test_what_sam_expands_is_deployed(simulator: Simulator) -> None:
    """The loop's queues, the alias and the nested stack exist; a false condition's function not."""
    found = resources(simulator.aws)
    assert {"RosesQueue", "HerbsQueue", "WeighAliaslive", "Sheds"} <= found.keys()
    assert "Heat" not in found
    nested = resources(simulator.aws, found["Sheds"])
    assert nested.keys() == {"Broken", "Tools"}
    variables = simulator.aws.awslambda.get_function_configuration(FunctionName=found["Water"])
    environment = variables["Environment"]["Variables"]
    assert json.loads(environment["BEDS"]) == ["Roses", "Herbs"]
    assert json.loads(environment["QUEUES"])["Roses"] == found["RosesQueue"]


def test_the_garden_is_watered(simulator: Simulator, tmp_path: Path) -> None:
    """By the schedule event, with the layer, the connector's rights and the seeds; by one alias.

    A queue's event invokes the alias, too, with the report of each time that roses were watered.
    Roses need water twice, of 4 litres. A crash is retried once, as EventInvokeConfig says, and the
    discarded event reaches the queue of the nested stack.
    """
    water = resources(simulator.aws)["Water"]
    crash = HandlerCrash(
        after=timedelta(minutes=29), lasts=timedelta(minutes=5), times=None, function=water
    )
    plan, hour = FaultPlan((crash,)), timedelta(hours=1)
    scenario = Scenario(name="garden", description="A crash.", horizon=hour, plan=plan)
    result = simulate(simulator, GARDEN, RunSpec(scenario=scenario, seed=1), tmp_path / "history")
    assert all(found.verdict.passes for found in result.findings), result.findings
    events = list(read_history(tmp_path / "history"))
    ended = [event for event in events if isinstance(event, AttemptEnded)]
    outcomes = [event.outcome for event in ended if event.function == water]
    assert outcomes.count(Outcome.CRASH) == 2
    assert outcomes.count(Outcome.SUCCESS) == 5
    weighed = [event for event in ended if event.function == resources(simulator.aws)["Weigh"]]
    assert [event.outcome for event in weighed] == [Outcome.SUCCESS] * 3
    settled = [event for event in events if isinstance(event, EventSettled)]
    assert [event.settlement for event in settled] == [Settlement.PROCESSED] * 2
    reached = {event.destination for event in events if isinstance(event, DestinationReached)}
    assert len([arn for arn in reached if "Broken" in arn]) == 1
    levels = simulator.aws.dynamodb.scan(TableName=resources(simulator.aws)["Levels"])["Items"]
    assert sorted(int(item["Litres"]["N"]) for item in levels) == [8, 8]
    simulator.reset()
