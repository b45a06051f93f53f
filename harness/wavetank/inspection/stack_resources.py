"""The stacks of a target and their resources, whichever tool deployed them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of
from wavetank.core.text import last_part
from wavetank.deployment.stack_waiter import find_stack

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

NESTED = "AWS::CloudFormation::Stack"
FUNCTION = "AWS::Lambda::Function"
BUCKET = "AWS::S3::Bucket"
ROLE = "AWS::IAM::Role"
TOPIC = "AWS::SNS::Topic"
STORAGE_ENDING = "-storage"
ABSENT = frozenset({"CREATE_FAILED", "CREATE_IN_PROGRESS", "DELETE_COMPLETE"})
OF_TOOLS = frozenset({"CDKToolkit", "aws-sam-cli-managed-default"})
"""Stacks of the CDK and of SAM themselves."""


@dataclass(frozen=True, kw_only=True)
class StackResource:
    """A resource of a stack, as CloudFormation describes it."""

    stack: str
    logical_id: str
    physical_id: str
    kind: str
    status: str
    reason: str

    @property
    def exists(self) -> bool:
        """Whether it was created, and not deleted by its stack since."""
        return bool(self.physical_id) and self.status not in ABSENT

    @property
    def name(self) -> str:
        """The name in the physical id, which may be an ARN or a URL."""
        return last_part(self.physical_id)


@dataclass(frozen=True)
class PipelineStacks:
    """The stacks of a pipeline: the stack `name`, its storage stack, and nested stacks."""

    aws: AwsClients
    name: str
    roots: tuple[str, ...]

    @cached_property
    def resources(self) -> tuple[StackResource, ...]:
        """All resources, read once."""
        return tuple(each for root in self.roots for each in _resources(self.aws, root))

    def of(self, kind: str) -> list[StackResource]:
        """The resources of the type that exist."""
        return [each for each in self.resources if each.kind == kind and each.exists]

    def names(self, kind: str) -> list[str]:
        """The physical names of the resources of the type."""
        return [each.physical_id for each in self.of(kind)]

    def function(self, name: str) -> str:
        """The physical name of the function with that logical id or physical name.

        Raises:
            UsageError: there is no such function; lists those that exist.
        """
        known = {each.logical_id: each.physical_id for each in self.of(FUNCTION)}
        if name in known.values():
            return name
        if name not in known:
            expected, found, action = one_of("a deployed function, one of", name, known)
            names = ", ".join(sorted(known)) or "a pipeline with functions"
            sentence = f'no function "{name}" in {self.name}; deployed: {names}'
            raise UsageError(expected, found, action, sentence=sentence)
        return known[name]

    def labels(self, kind: str) -> Mapping[str, str]:
        """The logical ids by physical name."""
        return {each.physical_id: each.logical_id for each in self.of(kind)}


def every_resource(aws: AwsClients) -> Iterator[StackResource]:
    """The resources of all stacks, nested ones included."""
    for stack in _stacks(aws):
        yield from _own_resources(aws, stack["StackName"])


def pipeline_stacks(aws: AwsClients, name: str) -> PipelineStacks:
    """The stack of that name, with the stack of its storage if there is one."""
    storage = f"{name}{STORAGE_ENDING}"
    roots = (storage, name) if storage in {each["StackName"] for each in _stacks(aws)} else (name,)
    return PipelineStacks(aws, name, roots)


def root_stacks(aws: AwsClients) -> list[str]:
    """The names of the stacks that were deployed by themselves, and are no other one's storage."""
    found = {stack["StackName"]: stack["StackId"] for stack in _stacks(aws)}
    nested = {
        each.physical_id
        for name in found
        for each in _own_resources(aws, name)
        if each.kind == NESTED
    }
    storages = {f"{name}{STORAGE_ENDING}" for name in found}
    return [
        name
        for name, stack in found.items()
        if not {name, stack} & nested and name not in storages and name not in OF_TOOLS
    ]


def _stacks(aws: AwsClients) -> "Iterator[StackTypeDef]":
    for page in aws.cloudformation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            if "DELETE" not in stack["StackStatus"] or "FAILED" in stack["StackStatus"]:
                yield stack


def _resources(aws: AwsClients, stack: str) -> Iterator[StackResource]:
    for each in _own_resources(aws, stack):
        yield each
        if each.kind == NESTED and each.physical_id:
            yield from _resources(aws, each.physical_id)


def _own_resources(aws: AwsClients, stack: str) -> Iterator[StackResource]:
    if find_stack(aws.cloudformation, stack) is None:
        return
    for page in aws.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
        for entry in page["StackResourceSummaries"]:
            yield StackResource(
                stack=stack,
                logical_id=entry["LogicalResourceId"],
                physical_id=entry.get("PhysicalResourceId", ""),
                kind=entry["ResourceType"],
                status=entry["ResourceStatus"],
                reason=entry.get("ResourceStatusReason", ""),
            )
