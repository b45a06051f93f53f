"""Deploys checked templates: their code into a bucket, their stacks one after the other."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.core.lambda_package import Package
from wavetank.core.settings import SANDBOX_ACCOUNT
from wavetank.deployment.artifacts import ArtifactBucket
from wavetank.deployment.cloudformation import ResourceEvent, Stacks
from wavetank.templates.references import TemplateScope
from wavetank.templates.supported_resources import FUNCTION
from wavetank.templates.transform import ARTIFACT_BUCKET, deployed_copy

PACE_SECONDS = 0.05
SETTLE_SECONDS_MAX = 120.0
"""For one stack, in wall time; LocalStack in this process takes a few seconds."""


@dataclass(frozen=True)
class UserStack:
    """A checked template of the user, with its functions' code and its nested stacks.

    `sources` are the files and folders that the code is made of.
    """

    name: str
    scope: TemplateScope
    packages: Mapping[str, Package]
    nested: Mapping[str, "UserStack"]
    sources: frozenset[Path]

    def text(self, publish: Callable[[str], str], *, schedules: bool = False) -> str:
        """The template that is deployed, rewritten for the packages.

        `publish` puts the template of a nested stack where CloudFormation finds it; `schedules` is
        that of `deployed_copy`.
        """
        urls = {
            name: publish(stack.text(publish, schedules=schedules))
            for name, stack in self.nested.items()
        }
        return deployed_copy(
            self.scope.template, self.name, self.packages, urls, schedules=schedules
        )

    def all_stacks(self) -> Iterator["UserStack"]:
        """This one and those that are nested in it."""
        yield self
        for stack in self.nested.values():
            yield from stack.all_stacks()

    def files(self) -> Iterator[Path]:
        """The files and folders that this stack and its nested ones are made of."""
        for stack in self.all_stacks():
            template = stack.scope.template
            yield template.path
            yield from template.parts
            yield from stack.sources

    def functions(self) -> Iterator[tuple[str, Package]]:
        """Logical id and code of each function of this template that has local code."""
        for name, resource in self.scope.template.section("Resources").items():
            if resource["Type"] == FUNCTION and name in self.packages:
                yield name, self.packages[name]

    def without_function_code(self) -> str:
        """The template as text that is the same whatever the code of its functions is."""
        functions = {name for name, _ in self.functions()}
        others = {name: each for name, each in self.packages.items() if name not in functions}
        keys = {name: package.key for name, package in others.items()}
        nested = {name: stack.without_function_code() for name, stack in self.nested.items()}
        return json.dumps([dict(self.scope.template.body), keys, nested], default=str)


class DeployedAs(Protocol):
    """Interface to a pipeline's name, which owns the code bucket, and its parameters."""

    @property
    def name(self) -> str: ...

    @property
    def parameters(self) -> Iterable[tuple[str, str]]: ...


def apply_stacks(
    aws: AwsClients,
    clock: Clock,
    checked: list[UserStack],
    pipeline: DeployedAs,
    *,
    schedules: bool,
    on_event: Callable[[ResourceEvent], None] = lambda _: None,
) -> None:
    """Uploads the code, then creates or updates each stack with the outputs of those before it.

    Raises:
        InfrastructureError: CloudFormation refused or failed; a stack that was never created is
            deleted, since it would block the next deployment.
    """
    bucket = artifacts(aws, pipeline.name)
    bucket.prepare()
    everything = [stack for each in checked for stack in each.all_stacks()]
    bucket.upload_missing(p for stack in everything for p in stack.packages.values())
    stacks = Stacks(
        aws.cloudformation,
        clock,
        PACE_SECONDS,
        on_event,
        settle_seconds_max=SETTLE_SECONDS_MAX,
        publish=bucket.publish,
    )
    outputs: Mapping[str, str] = {}
    for stack in checked:
        values = {**outputs, **dict(pipeline.parameters)}
        declared = stack.scope.template.section("Parameters")
        chosen = {name: value for name, value in values.items() if name in declared}
        text = stack.text(bucket.publish, schedules=schedules)
        try:
            outputs = stacks.apply(stack.name, text, chosen).outputs
        except InfrastructureError:
            stacks.discard_failed(stack.name)
            raise


def artifacts(aws: AwsClients, owner: str) -> ArtifactBucket:
    """The bucket with the code of all pipelines of a sandbox."""
    return ArtifactBucket(aws.s3, ARTIFACT_BUCKET, SANDBOX_ACCOUNT, owner)
