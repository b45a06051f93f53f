"""Templates that fail to deploy, and complete stacks, where no other pipeline is deployed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from localstack.services.cloudformation.v2.entities import Stack

from tests.simulator.conftest import Deployed
from tests.simulator.stacks import delete
from tests.waiting import wait_until_true
from wavetank.aws.clients import AwsClients
from wavetank.core.clock import WallClock
from wavetank.core.errors import InfrastructureError
from wavetank.deployment.cloudformation import Stacks
from wavetank.deployment.pipelines.user_pipeline import DEFAULT_STACK, TemplatesPipeline

INLINE = """
Resources:
  AnswerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
  Answer:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: !GetAtt AnswerRole.Arn
      Code:
        ZipFile: |
          def handler(event, context):
              return "from the template"
"""
FAILING = f"""{INLINE}
  Often:
    Type: AWS::Events::Rule
    DependsOn: Answer
    Properties:
      ScheduleExpression: rate(1 minutes)
"""


@pytest.fixture
def alone(deployed: Deployed) -> Iterator[AwsClients]:
    """The simulator's clients, without stacks that have the names of a user's pipeline."""
    yield deployed.simulator.aws
    delete(deployed.simulator.aws, DEFAULT_STACK)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (FAILING, "stack pipeline.*Often CREATE_FAILED.*Parameter ScheduleExpression is not valid"),
        (INLINE.replace("Role: !GetAtt", "Timeout: never\n      Role: !GetAtt"), "Answer.*never"),
    ],
)
def test_a_failed_deployment_is_explained_and_removed(
    alone: AwsClients, tmp_path: Path, text: str, reason: str
) -> None:
    """Resource and reason in one line; after that the corrected template deploys."""
    template = tmp_path / "template.yaml"
    given = TemplatesPipeline(template=template)
    template.write_text(text)
    with pytest.raises(InfrastructureError, match=reason) as raised:
        given.deploy(alone, WallClock())
    assert "\n" not in str(raised.value)
    stacks = alone.cloudformation.describe_stacks()["Stacks"]
    assert DEFAULT_STACK not in [stack["StackName"] for stack in stacks]
    template.write_text(INLINE)
    given.deploy(alone, WallClock())
    functions = alone.awslambda.list_functions()["Functions"]
    assert [f for f in functions if f["FunctionName"].startswith("pipeline-Answer-")]


def test_a_stack_has_its_outputs_when_it_is_complete(
    alone: AwsClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the same moment: they may be read at once."""
    stock, seen = Stack._store_event, []  # noqa: SLF001 - what LocalStack does as the status changes

    def store_event(stack: Any, **event: Any) -> None:
        stock(stack, **event)
        if stack.status == "CREATE_COMPLETE" and event["resource_id"] == DEFAULT_STACK:
            seen.append(stack.resolved_outputs)

    monkeypatch.setattr(Stack, "_store_event", store_event)
    resources = {"Queue": {"Type": "AWS::SQS::Queue"}}
    template = json.dumps({"Resources": resources, "Outputs": {"Answer": {"Value": "42"}}})
    Stacks(alone.cloudformation, WallClock(), 0.05).apply(DEFAULT_STACK, template, {})
    # the status is there before its event, which another thread of LocalStack stores
    wait_until_true(lambda: seen, "the event of the complete stack")
    assert [output["OutputValue"] for (output,) in seen] == ["42"]
