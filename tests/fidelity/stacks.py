"""Stacks: AWS's behaviours, as they are seen."""

from typing import Any

from tests.fidelity.ground import Ground
from tests.fidelity.row import Area
from tests.live.names import unique_letters

AREA = Area("CloudFormation")
UPDATE_TEMPLATE = """
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties: {{Name: {name}, ScheduleExpression: rate(1 hour), State: {state}}}
"""


@AREA.row(
    "an update of the stack that switches its rule off",
    aws="DISABLED",
    localstack="ENABLED",
    source="CloudFormation template reference: AWS::Events::Rule, State",
)
def _updates_of_rules_happen(ground: Ground) -> str:
    name = f"test-{unique_letters()}"
    cloudformation = ground.aws.cloudformation
    done: Any = {"StackName": name, "WaiterConfig": {"Delay": 1}}
    enabled = UPDATE_TEMPLATE.format(name=name, state="ENABLED")
    cloudformation.create_stack(StackName=name, TemplateBody=enabled)
    cloudformation.get_waiter("stack_create_complete").wait(**done)
    disabled = UPDATE_TEMPLATE.format(name=name, state="DISABLED")
    cloudformation.update_stack(StackName=name, TemplateBody=disabled)
    cloudformation.get_waiter("stack_update_complete").wait(**done)
    return ground.aws.events.describe_rule(Name=name)["State"]
