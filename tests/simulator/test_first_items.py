"""First items of tables in a stack that exists already."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.conftest import Deployed
from tests.simulator.stacks import delete
from wavetank.aws.clients import AwsClients
from wavetank.core.clock import WallClock
from wavetank.deployment.pipelines.sandbox_deployment import SandboxDeployment
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

STACK = "first-items"
TABLE = """\
Resources:
  Gauges:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: first-items-gauges
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: GaugeId, AttributeType: S}]
      KeySchema: [{AttributeName: GaugeId, KeyType: HASH}]
"""


@pytest.fixture
def aws(deployed: Deployed) -> Iterator[AwsClients]:
    """The simulator's clients; the stack is deleted afterwards."""
    yield deployed.simulator.aws
    delete(deployed.simulator.aws, STACK)


def test_items_that_come_later_are_put_unless_the_table_has_others(
    aws: AwsClients, tmp_path: Path
) -> None:
    """Into an empty table at the next deployment; data that are there stay, and that is said."""
    template, seeds = tmp_path / "template.yaml", tmp_path / "seed.json"
    template.write_text(TABLE)
    pipeline = TemplatesPipeline(template=template, name=STACK)

    def deploy(*names: str) -> tuple[str, list[str]]:
        seeds.write_text(json.dumps({"Gauges": [{"GaugeId": name} for name in names]}))
        changes = SandboxDeployment(pipeline, aws, WallClock()).deploy()
        return changes.text(), changes.notes()

    assert deploy() == ("created Gauges", [])
    assert deploy("mill") == ("first items of Gauges", [])
    assert deploy("mill") == ("nothing", [])
    text, (note,) = deploy("mill", "bridge")
    assert (text, note.partition(",")[0]) == ("nothing", "first items of Gauges are not in it")
    assert aws.dynamodb.scan(TableName="first-items-gauges")["Count"] == 1
