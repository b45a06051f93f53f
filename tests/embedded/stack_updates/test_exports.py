"""Exports that another stack imports: they are neither deleted nor changed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.embedded.stack_updates.stages import delete, reason, settled
from tests.live.names import unique_letters
from wavetank.aws.clients import AwsClients, ClientError


@dataclass(frozen=True)
class Pair:
    """A stack that exports the name of its topic, and one that imports it."""

    aws: AwsClients
    export: str
    exporting: str
    importing: str

    def status(self, stack: str) -> tuple[str, str]:
        """The stack's status and its reason."""
        (found,) = self.aws.cloudformation.describe_stacks(StackName=stack)["Stacks"]
        return found["StackStatus"], found.get("StackStatusReason", "")


def exporting(export: str | None, topic: str = "Topic") -> str:
    """A template with a topic, whose name is exported."""
    output: dict[str, Any] = {"Value": {"Fn::GetAtt": [topic, "TopicName"]}}
    if export:
        output["Export"] = {"Name": export}
    resources = {"Topic": {"Type": "AWS::SNS::Topic"}, "Other": {"Type": "AWS::SNS::Topic"}}
    return json.dumps({"Resources": resources, "Outputs": {"Name": output}})


def importing(export: str) -> str:
    """A template with a queue that imports the name."""
    tag = {"Key": "topic", "Value": {"Fn::ImportValue": {"Fn::Sub": export}}}
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [tag]}}
    return json.dumps({"Resources": {"Queue": queue}})


def make(aws: AwsClients, template: str) -> str:
    """A stack of the template, in the status in which its creation ended."""
    name = f"test-{unique_letters()}"
    aws.cloudformation.create_stack(StackName=name, TemplateBody=template)
    settled(aws, name)
    return name


@pytest.fixture
def pair(aws: AwsClients) -> Iterator[Pair]:
    """Both stacks, which are gone afterwards."""
    export = f"export-{unique_letters()}"
    first = make(aws, exporting(export))
    made = Pair(aws, export, first, make(aws, importing(export)))
    assert made.status(made.importing)[0] == "CREATE_COMPLETE"
    yield made
    for stack in (made.importing, made.exporting):
        if stack in _names(aws):
            assert delete(aws, stack) == "DELETE_COMPLETE"


def _names(aws: AwsClients) -> list[str]:
    return [stack["StackName"] for stack in aws.cloudformation.describe_stacks()["Stacks"]]


def test_a_stack_with_an_export_in_use_is_not_deleted(pair: Pair) -> None:
    """It has its former status, and the reason names both; afterwards it can be deleted."""
    aws = pair.aws
    reason = (
        f"Delete canceled. Cannot delete export {pair.export} as it is in use by {pair.importing}."
    )
    assert delete(aws, pair.exporting) == "CREATE_COMPLETE"
    assert pair.status(pair.exporting) == ("CREATE_COMPLETE", reason)
    assert aws.cloudformation.list_imports(ExportName=pair.export)["Imports"] == [pair.importing]
    assert delete(aws, pair.importing) == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="is not imported by any stack"):
        aws.cloudformation.list_imports(ExportName=pair.export)
    assert delete(aws, pair.exporting) == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"export": None}, "Delete canceled. Cannot delete export {} as it is in use by {}."),
        ({"topic": "Other"}, "Cannot update export {} as it is in use by {}."),
    ],
)
def test_an_update_that_takes_an_export_away_is_rolled_back(
    pair: Pair, changed: Mapping[str, Any], text: str
) -> None:
    """Whether the export goes or gets another value."""
    aws = pair.aws
    template = exporting(**{"export": pair.export, **changed})
    aws.cloudformation.update_stack(StackName=pair.exporting, TemplateBody=template)
    assert settled(aws, pair.exporting) == "UPDATE_ROLLBACK_COMPLETE"
    found = aws.cloudformation.describe_stack_events(StackName=pair.exporting)["StackEvents"]
    reasons = [
        event.get("ResourceStatusReason")
        for event in found
        if event["ResourceStatus"] == "UPDATE_ROLLBACK_IN_PROGRESS"
    ]
    assert reasons == [text.format(pair.export, pair.importing)]
    exports = aws.cloudformation.list_exports()["Exports"]
    assert pair.export in [export["Name"] for export in exports]


def test_an_import_that_is_given_up_frees_the_export(pair: Pair) -> None:
    """After an update of the importing stack the other can be deleted."""
    aws = pair.aws
    queue = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
    aws.cloudformation.update_stack(StackName=pair.importing, TemplateBody=queue)
    assert settled(aws, pair.importing) == "UPDATE_COMPLETE"
    assert delete(aws, pair.exporting) == "DELETE_COMPLETE"


def test_a_name_is_exported_once(pair: Pair) -> None:
    """A second stack with the export fails."""
    second = make(pair.aws, exporting(pair.export))
    status, _ = pair.status(second)
    assert status == "ROLLBACK_COMPLETE"
    found = pair.aws.cloudformation.describe_stack_events(StackName=second)["StackEvents"]
    assert any(
        f"Export with name {pair.export} is already exported by stack {pair.exporting}"
        in event.get("ResourceStatusReason", "")
        for event in found
    )
    assert delete(pair.aws, second) == "DELETE_COMPLETE"


def test_an_import_of_nothing_fails(aws: AwsClients) -> None:
    """A stack does not come to be without what it imports."""
    stack = make(aws, importing("export-of-nothing"))
    assert settled(aws, stack) == "ROLLBACK_COMPLETE"
    assert reason(aws, stack, "Queue") == "No export named export-of-nothing found."
    assert delete(aws, stack) == "DELETE_COMPLETE"
