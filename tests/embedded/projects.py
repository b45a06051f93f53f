"""A user's project in a folder of its own, with a shell in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.shell import COMMAND, NO_PROJECT, Finished, run_command
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.engines.embedded import SandboxFolder
from wavetank.inspection.stack_resources import pipeline_stacks

NAME = "temperatures"


@dataclass(frozen=True)
class Project:
    """The folder, in which commands are typed."""

    path: Path

    def command(self, *arguments: str) -> list[str]:
        """The command line of `wavetank` with the arguments, for a process of its own."""
        assignments = [f"{name}={value}" for name, value in self._variables().items()]
        return ["env", *assignments, str(COMMAND), *arguments]

    def run(self, *arguments: str) -> Finished:
        """Runs `wavetank` in the folder to its end."""
        return run_command(arguments, self._variables(), self.path)

    def _variables(self) -> dict[str, str]:
        state = str(self.path / ".wavetank")
        return {"WAVETANK_STATE": state, "COMPOSE_PROJECT_NAME": NO_PROJECT}

    def status(self) -> dict[str, Any]:
        """What `status` says of the pipeline."""
        return dict(self.run("status", "--json").events("status")[0]["health"])

    def endpoint(self) -> str:
        """Where the sandbox is."""
        record = SandboxFolder(self.path / ".wavetank").running()
        assert record is not None
        return record.endpoint

    def aws(self) -> AwsClients:
        """Clients of the sandbox."""
        return sandbox_clients(self.endpoint())

    def edit(self, name: str, old: str, new: str) -> None:
        """Replaces a text in a file of the project."""
        file = self.path / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    def stack_events(self) -> int:
        """How many events CloudFormation has of the stack: each update adds some."""
        pages = self.aws().cloudformation.get_paginator("describe_stack_events")
        return sum(len(page["StackEvents"]) for page in pages.paginate(StackName=NAME))

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
