"""Values of a template's parameters as CloudFormation takes them."""

import json
from typing import Any

import pytest

from tests.simulator.conftest import Deployed
from tests.simulator.stacks import delete

STACK = "empty-parameter"


@pytest.mark.parametrize("declared", [{"Default": "x"}, {}])
def test_an_empty_text_is_a_value(deployed: Deployed, declared: dict[str, str]) -> None:
    """It replaces a default; what refers to it is there, and empty."""
    simulator = deployed.simulator
    simulator.reset()
    template = {
        "Parameters": {"Given": {"Type": "String", **declared}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"Value": {"Value": {"Fn::Sub": "[${Given}]"}}},
    }
    given: Any = [{"ParameterKey": "Given", "ParameterValue": ""}]
    cloudformation = simulator.aws.cloudformation
    cloudformation.create_stack(
        StackName=STACK, TemplateBody=json.dumps(template), Parameters=given
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK)
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    delete(simulator.aws, STACK)
    simulator.reset()
    assert [each["OutputValue"] for each in stack["Outputs"]] == ["[]"]
