"""Changes and templates that are refused: the stack is what it was, or is not there."""

from typing import Any

import pytest

from tests.embedded.stack_updates.stages import (
    create,
    delete,
    physical_ids,
    reason,
    settled,
    update,
)
from tests.embedded.stack_updates.storage import KEY
from tests.embedded.stack_updates.test_failures import QUEUE, listed, queue, timeout_of
from tests.fidelity.ground import Ground
from tests.live.names import unique_letters
from wavetank.aws.clients import AwsClients, ClientError


def test_a_change_that_cannot_be_made_is_rolled_back(sandbox: Ground) -> None:
    """What was changed before the refused change is set back; the change itself did nothing."""
    aws, name = sandbox.aws, f"test-{unique_letters()}"

    def resources(seconds: int, attribute: str) -> dict[str, Any]:
        definitions = [{"AttributeName": it, "AttributeType": "S"} for it in ("id", "a", "b")]
        projection = {"ProjectionType": "ALL"}
        indexes = [
            {
                "IndexName": f"by-{it}-{attribute}",
                "KeySchema": [{"AttributeName": it, "KeyType": "HASH"}],
                "Projection": projection,
            }
            for it in ("a", "b")
        ]
        table = {
            **KEY,
            "AttributeDefinitions": definitions,
            "GlobalSecondaryIndexes": indexes,
            "TableName": name,
            "Tags": [{"Key": "a", "Value": attribute}],
        }
        return {
            "Queue": queue(seconds),
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": table,
                "DependsOn": "Queue",
            },
        }

    stack = create(aws, resources(60, "one"))
    assert settled(aws, stack) == "CREATE_COMPLETE"
    described = aws.dynamodb.describe_table(TableName=name)["Table"]
    assert update(aws, stack, resources(90, "two")) == "UPDATE_ROLLBACK_COMPLETE"
    assert reason(aws, stack, "Table").startswith("Cannot perform more than one GSI")
    assert timeout_of(aws, physical_ids(aws, stack)["Queue"]) == "60"
    assert aws.dynamodb.describe_table(TableName=name)["Table"] == described
    assert update(aws, stack, resources(90, "one")) == "UPDATE_COMPLETE"
    assert delete(aws, stack) == "DELETE_COMPLETE"


def test_an_unknown_change_is_rolled_back(sandbox: Ground) -> None:
    """A property that has no update here fails by name, and the stack is what it was."""
    aws, name = sandbox.aws, f"test-{unique_letters()}"

    def resources(text: str) -> dict[str, Any]:
        tags = [{"Key": "a", "Value": text}]
        properties = {"Name": name, "Description": text, "Tags": tags}
        return {"Bus": {"Type": "AWS::Events::EventBus", "Properties": properties}}

    stack = create(aws, resources("one"))
    assert settled(aws, stack) == "CREATE_COMPLETE"
    assert update(aws, stack, resources("two")) == "UPDATE_ROLLBACK_COMPLETE"
    assert "cannot change Description of AWS::Events::EventBus" in reason(aws, stack, "Bus")
    arn = aws.events.describe_event_bus(Name=name)["Arn"]
    assert aws.events.list_tags_for_resource(ResourceARN=arn)["Tags"][0]["Value"] == "one"
    assert delete(aws, stack) == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"Ref": "Second"}, {"Ref": "First"}),
        ({"Fn::GetAtt": ["Second", "Arn"]}, {"Fn::Sub": "a ${First.Arn}"}),
        ({"Fn::GetAtt": "Second.Arn"}, {"Fn::Sub": ["${one} ${First}", {"one": "1"}]}),
    ],
)
def test_resources_that_need_each_other_are_refused(
    aws: AwsClients, first: object, second: object
) -> None:
    """The reason names them, and there is no stack."""
    resources = {
        name: {"Type": QUEUE, "Properties": {"Tags": [{"Key": "a", "Value": value}]}}
        for name, value in (("First", first), ("Second", second))
    }
    with pytest.raises(ClientError, match="Circular dependency between") as refused:
        create(aws, resources)
    assert str(refused.value).endswith("resources: [First, Second]")
    assert not any(stack["StackStatus"] == "CREATE_IN_PROGRESS" for stack in listed(aws))
