"""The assistant in the simulator: what its tests deploy, and how they have it make a call."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.pipelines.assistant import ASSISTANT
from tests.simulator.conftest import Deployed
from tests.simulator.stacks import delete
from wavetank.core.clock import WallClock
from wavetank.deployment.pipelines.user_pipeline import DEFAULT_STACK
from wavetank.pytest_plugin.session_simulator import Deployed as PluginsDeployed
from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture

COLOR, SIZES, OUTSIDE = "/assistant/color", "/assistant/sizes", "outside"
"""Parameters and a secret that the template reads, and does not have."""


@contextmanager
def deployed_assistant(deployed: Deployed) -> Iterator[PluginsDeployed]:
    """The simulator with the assistant deployed for the body; deleted afterwards."""
    made = deployed.simulator
    made.reset()
    ssm, secrets = client(made.aws, "ssm"), client(made.aws, "secretsmanager")
    for value in ("red", "blue"):
        ssm.put_parameter(Name=COLOR, Value=value, Type="String", Overwrite=True)
    ssm.put_parameter(Name=SIZES, Value="s,m", Type="StringList")
    secrets.create_secret(Name=OUTSIDE, SecretString="whole")
    ASSISTANT.deploy(made.aws, WallClock())
    made.take_baseline()
    yield PluginsDeployed(made, ASSISTANT)
    made.reset()
    delete(made.aws, DEFAULT_STACK)
    ssm.delete_parameters(Names=[COLOR, SIZES])
    secrets.delete_secret(SecretId=OUTSIDE, ForceDeleteWithoutRecovery=True)
    made.take_baseline()


def client(aws: Any, service: str) -> Any:
    """A client of the simulator for a service that few use."""
    return aws.session.client(service, endpoint_url=aws.endpoint, config=aws.config)


def ask(assistant: SimulatorFixture, service: str, method: str, **arguments: Any) -> Any:
    """What the function gets from the call."""
    asked = {"service": service, "method": method, "arguments": arguments}
    headers = {"Content-Type": "application/json"}
    body = json.dumps(asked)
    answer = assistant.http("POST", "/", headers=headers, body=body, function_url="Assistant")
    assert answer.status == 200, answer
    return answer.json()
