"""The pipelines that are deployed on a target, read from their stacks' parameters."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.core.naming import Names
from wavetank.deployment.custom_handler import CustomHandler, unpack_custom_handler

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

PARAMETERS = frozenset({"Stem", "FullName", "DeliveryBucketName", "DeliveryStreamName"})
"""The parameters by which a stack of `init/pipeline.yaml` is recognized."""


@dataclass(frozen=True)
class DeployedHandler:
    """A deployed custom handler: the bucket and the key of its zip."""

    bucket: str
    key: str

    def read(self, aws: AwsClients, names: Names) -> CustomHandler:
        """The deployed bytes, to be deployed again unchanged under these names.

        Raises:
            UsageError: the script uses other names, for example after a change of the stream's
                case.
        """
        content = aws.s3.get_object(Bucket=self.bucket, Key=self.key)["Body"].read()
        return unpack_custom_handler(Path(self.bucket, self.key), content, names)


@dataclass(frozen=True, kw_only=True)
class DeployedPipeline:
    """A deployed ticker pipeline as its stacks describe it.

    `handler` is the custom handler, None for the shipped one.
    """

    names: Names
    addresses: tuple[str, ...]
    record_format: str
    schedule_enabled: bool
    handler: DeployedHandler | None = None


def deployed_pipelines(aws: AwsClients) -> Iterator[DeployedPipeline]:
    """Every pipeline on the target that is deployed at least in part."""
    for stack, parameters in _pipeline_stacks(aws):
        if _is_deployed(stack["StackStatus"]):
            yield _pipeline(aws, stack["StackName"], parameters)


def _is_deployed(status: str) -> bool:
    """Whether the stack has resources and is not being deleted."""
    return "DELETE" not in status and status != "REVIEW_IN_PROGRESS"


def find_pipeline(aws: AwsClients, name: str | None = None) -> DeployedPipeline:
    """The pipeline with that person or stem as `name`; without one, the only one on the target.

    Raises:
        UsageError: no pipeline matches, or more than one.
    """
    pipelines = list(deployed_pipelines(aws))
    found = pipelines if name is None else [each for each in pipelines if has_name(each, name)]
    if len(found) == 1:
        return found[0]
    expected = "one pipeline" if name is None else f"a pipeline of {name}"
    half = [f"{s['StackName']} {s['StackStatus']}" for s, _ in _pipeline_stacks(aws) if _is_half(s)]
    if half and not found:
        action = "complete it with ./wavetank teardown, or choose another with --name"
        raise UsageError(expected, f"partly deleted: {', '.join(half)}", action)
    stems = ", ".join(
        f"{pipeline.names.stem} of {pipeline.names.full_name}" for pipeline in pipelines
    )
    action = "choose one with --name" if pipelines else "deploy one with ./wavetank deploy --name"
    raise UsageError(expected, stems or "none", action)


def _pipeline_stacks(aws: AwsClients) -> "Iterator[tuple[StackTypeDef, dict[str, str]]]":
    """The stacks of `init/pipeline.yaml` with their parameters, in any state."""
    for page in aws.cloudformation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            entries = stack.get("Parameters", [])
            parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in entries}
            if parameters.keys() >= PARAMETERS:
                yield stack, parameters


def _is_half(stack: "StackTypeDef") -> bool:
    return stack["StackStatus"] in {"DELETE_FAILED", "DELETE_IN_PROGRESS"}


def has_name(pipeline: DeployedPipeline, name: str) -> bool:
    """Whether `name` is the pipeline's person or stem; case and spaces do not matter."""
    names = pipeline.names
    return " ".join(name.casefold().split()) in {names.full_name.casefold(), names.stem.casefold()}


def template_hash(aws: AwsClients, stacks: Iterable[str]) -> str:
    """SHA-256 of the stacks' templates, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(stacks):
        template = aws.cloudformation.get_template(StackName=name)["TemplateBody"]
        digest.update(f"{name}\n{json.dumps(template, sort_keys=True, default=str)}\n".encode())
    return digest.hexdigest()


def _pipeline(aws: AwsClients, stack: str, parameters: Mapping[str, str]) -> DeployedPipeline:
    return DeployedPipeline(
        names=Names(
            full_name=parameters["FullName"],
            stem=parameters["Stem"],
            bucket=parameters["DeliveryBucketName"],
            artifact_bucket=parameters["ArtifactBucketName"],
            delivery_stream=parameters["DeliveryStreamName"],
        ),
        addresses=_addresses(aws, stack),
        record_format=parameters["RecordFormat"],
        schedule_enabled=parameters["ScheduleState"] == "ENABLED",
        handler=_handler(parameters),
    )


def _handler(parameters: Mapping[str, str]) -> DeployedHandler | None:
    if parameters.get("CustomHandler") != "yes":
        return None
    return DeployedHandler(parameters["ArtifactBucketName"], parameters["StreamingCodeKey"])


def _addresses(aws: AwsClients, stack: str) -> tuple[str, ...]:
    """The addresses that the template subscribes, confirmed or not."""
    template: Any = aws.cloudformation.get_template(StackName=stack)["TemplateBody"]
    resources = template["Resources"].values()
    return tuple(
        resource["Properties"]["Endpoint"]
        for resource in resources
        if resource["Type"] == "AWS::SNS::Subscription"
    )
