"""A user's project in a folder of its own, with a shell in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.shell import COMMAND, NO_PROJECT, Finished, finish
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.core.settings import search_path
from wavetank.inspection.stack_resources import pipeline_stacks

NAME = "temperatures"


@dataclass(frozen=True)
class Project:
    """The folder; of the environment its commands have no more than a shell would."""

    path: Path

    def command(self, *arguments: str) -> list[str]:
        """The command line of `wavetank` with the arguments."""
        environment = [
            f"PATH={search_path()}",
            f"HOME={self.path}",
            f"COMPOSE_PROJECT_NAME={NO_PROJECT}",
        ]
        return ["env", "-i", *environment, str(COMMAND), *arguments]

    def run(self, *arguments: str) -> Finished:
        """Runs `wavetank` in the folder to its end."""
        return finish(self.command(*arguments), self.path)

    def status(self) -> dict[str, Any]:
        """What `status` says of the pipeline."""
        return dict(self.run("status", "--json").events("status")[0]["health"])

    def endpoint(self) -> str:
        """Where the sandbox is."""
        return str(self.run("status", "--json").events("status")[0]["sandbox"]["endpoint"])

    def aws(self) -> AwsClients:
        """Clients of the sandbox."""
        return sandbox_clients(self.endpoint())

    def edit(self, name: str, old: str, new: str) -> None:
        """Replaces a text in a file of the project."""
        file = self.path / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    def stack_updated(self) -> Any:
        """When CloudFormation has last updated the stack."""
        stack = self.aws().cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]
        return stack.get("LastUpdatedTime")

    def places(self) -> list[str]:
        """The names in the table."""
        aws = self.aws()
        items = aws.dynamodb.scan(TableName=_table(aws))["Items"]
        return sorted(item["Name"]["S"] for item in items)

    def put_place(self, name: str) -> None:
        """Puts an item into the table."""
        aws = self.aws()
        aws.dynamodb.put_item(TableName=_table(aws), Item={"Name": {"S": name}})

    def delete_place(self, name: str) -> None:
        """Deletes an item of the table."""
        aws = self.aws()
        aws.dynamodb.delete_item(TableName=_table(aws), Key={"Name": {"S": name}})


def _table(aws: AwsClients) -> str:
    (table,) = pipeline_stacks(aws, NAME).names("AWS::DynamoDB::Table")
    return table
