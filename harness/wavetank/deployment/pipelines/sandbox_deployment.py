"""Deploys a pipeline of templates to a sandbox in wall time: schedules run, and data are kept.

CloudFormation compares templates only. A function whose code was replaced otherwise, by
`deploy --watch` or by an interrupted drill, is therefore compared with its package afterwards.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.core.clock import Clock
from wavetank.core.lambda_package import Package
from wavetank.core.text import pluralize
from wavetank.deployment.cloudformation import ResourceEvent
from wavetank.deployment.deployed_code import replace_other_code
from wavetank.deployment.pipelines.stack_deployment import UserStack, apply_stacks, artifacts
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.templates.table_items import Item
from wavetank.templates.transform import ARTIFACT_BUCKET

STACK = "AWS::CloudFormation::Stack"
LISTED_MAX = 5
READ_MAX = 100
"""The limit of BatchGetItem."""
ENDINGS = {"CREATE_COMPLETE": "created", "UPDATE_COMPLETE": "updated", "DELETE_COMPLETE": "deleted"}


@dataclass
class AppliedChanges:
    """Changes that a deployment made: logical ids of resources, functions with new code.

    `items` are tables that got their first items; `without_items` those that have other items
    instead, since data are never overwritten.
    """

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    without_items: list[str] = field(default_factory=list)

    def note(self, event: ResourceEvent) -> None:
        """Records the end of a resource's change."""
        ending = ENDINGS.get(event.status)
        if ending is not None and event.kind != STACK:
            known: list[str] = getattr(self, ending)
            if event.resource not in known:
                known.append(event.resource)

    def text(self) -> str:
        """`created 12 resources; code of Measure`, or `nothing`."""
        parts = [
            f"{word} {_listed(names)}"
            for word, names in (
                ("created", self.created),
                ("updated", self.updated),
                ("deleted", self.deleted),
                ("code of", self.code),
                ("first items of", self.items),
            )
            if names
        ]
        return "; ".join(parts) or "nothing"

    def notes(self) -> list[str]:
        """One line for each table whose first items were not put."""
        return [
            f"first items of {table} are not in it, as it has others: "
            "up --fresh begins with an empty sandbox, or put them yourself"
            for table in self.without_items
        ]

    def as_dict(self) -> dict[str, list[str]]:
        """For programs."""
        return {
            "created": self.created,
            "updated": self.updated,
            "deleted": self.deleted,
            "code": self.code,
            "items": self.items,
            "without_items": self.without_items,
        }


class SandboxDeployment:
    """Deploys one pipeline of templates to a sandbox, with its schedules on."""

    def __init__(self, pipeline: TemplatesPipeline, aws: AwsClients, clock: Clock) -> None:
        self._pipeline = pipeline
        self._aws = aws
        self._clock = clock

    def deploy(self, checked: list[UserStack] | None = None) -> AppliedChanges:
        """Creates or updates the stacks, and puts the first items of tables that are empty.

        `checked` is the result of the pipeline's `check`, if it is known. A table that has items,
        such as those restored from the last sandbox, is not changed.

        Raises:
            UsageError: a part of the pipeline cannot be used.
            InfrastructureError: CloudFormation refused or failed.
        """
        stacks = checked or self._pipeline.check(simulated=False)
        changes = AppliedChanges()
        apply_stacks(
            self._aws, self._clock, stacks, self._pipeline, schedules=True, on_event=changes.note
        )
        code = _functions(stacks)
        changes.code += [name for name in self.update_code(code) if name not in changes.updated]
        for stack, table, items in self._pipeline.first_items():
            self._put_first(stack, table, items, changes)
        return changes

    def update_code(self, functions: Mapping[tuple[str, str], Package]) -> list[str]:
        """Replaces the code of those functions that run another; returns their logical ids.

        The functions are given by stack and logical id.

        Raises:
            ConditionTimeoutError: Lambda does not activate the code in time.
        """
        names = {key: self._physical_id(*key) for key in functions}
        return [
            key[1]
            for key, package in functions.items()
            if (name := names[key]) is not None
            and replace_other_code(self._aws, name, package, self._clock, self._stored)
        ]

    def _stored(self, package: Package) -> dict[str, str]:
        """Where CloudFormation has its code too: a request has room for 50 MB only."""
        artifacts(self._aws, self._pipeline.name).upload_missing([package])
        return {"S3Bucket": ARTIFACT_BUCKET, "S3Key": package.key}

    def _physical_id(self, stack: str, logical_id: str) -> str | None:
        """The name of a resource; None if it does not exist."""
        try:
            found = self._aws.cloudformation.describe_stack_resource(
                StackName=stack, LogicalResourceId=logical_id
            )
        except ClientError as error:
            if error_code(error) == "ValidationError":
                return None
            raise
        return found["StackResourceDetail"].get("PhysicalResourceId") or None

    def _put_first(
        self, stack: str, logical_id: str, items: Sequence[Item], changes: AppliedChanges
    ) -> None:
        """Puts the items into the table if it is empty; notes if it has others instead."""
        table = self._physical_id(stack, logical_id)
        if table is None or not items:
            return
        if self._aws.dynamodb.scan(TableName=table, Limit=1)["Count"]:
            if not self._has_all(table, items):
                changes.without_items.append(logical_id)
            return
        for item in items:
            self._aws.dynamodb.put_item(TableName=table, Item=item)
        changes.items.append(logical_id)

    def _has_all(self, table: str, items: Iterable[Item]) -> bool:
        schema = self._aws.dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]
        names = [each["AttributeName"] for each in schema]
        keys = {json.dumps([item[name] for name in names]): item for item in items}
        for batch in batched(keys.values(), READ_MAX, strict=False):
            found = self._aws.dynamodb.batch_get_item(
                RequestItems={
                    table: {"Keys": [{name: item[name] for name in names} for item in batch]}
                }
            )
            unread: Mapping[str, Any] = found["UnprocessedKeys"]
            if not unread and len(found["Responses"][table]) < len(batch):
                return False
        return True


def changed_code(
    before: list[UserStack], after: list[UserStack]
) -> dict[tuple[str, str], Package] | None:
    """The functions whose code differs, if nothing else does; None if a stack differs too."""
    if [each.name for each in before] != [each.name for each in after]:
        return None
    pairs = zip(before, after, strict=True)
    if any(old.without_function_code() != new.without_function_code() for old, new in pairs):
        return None
    known = _functions(before)
    return {key: each for key, each in _functions(after).items() if known.get(key) != each}


def _functions(stacks: Iterable[UserStack]) -> dict[tuple[str, str], Package]:
    return dict(_each_function(stacks))


def _each_function(stacks: Iterable[UserStack]) -> Iterator[tuple[tuple[str, str], Package]]:
    for root in stacks:
        for stack in root.all_stacks():
            for name, package in stack.functions():
                yield (stack.name, name), package


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= LISTED_MAX else pluralize(len(names), "resource")
