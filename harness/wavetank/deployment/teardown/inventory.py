"""Find a pipeline's existing stacks, in any state, and the names of its resources in them.

A stack is recognized as Wavetank's by its templates' parameters or by the deployer's tag; any other
is left alone, whatever its name.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.core.naming import (
    ARTIFACTS_ENDING,
    DEFAULT_PREFIX,
    Names,
    derive_names,
    split_full_name,
)
from wavetank.deployment.deployed import PARAMETERS
from wavetank.deployment.ownership import TAG

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

STORAGE_PARAMETERS = frozenset({"DeliveryBucketName"})
STORAGE_DESCRIPTION = "Wavetank storage:"
STORAGE_ENDING = "-storage"
BUCKET_ENDING = "-deliverystream-s3"
GONE = "DELETE_COMPLETE"


@dataclass(frozen=True, kw_only=True)
class PipelineInventory:
    """The existing stacks of one pipeline; a status is None if the stack does not exist.

    `custom_handler` is whether a custom script is, or was, the streaming function.
    """

    names: Names
    pipeline: str | None = None
    storage: str | None = None
    custom_handler: bool = False


def find_inventory(aws: AwsClients, name: str | None = None) -> PipelineInventory | None:
    """The pipeline with that person or stem; without a name the only one; None if none matches.

    Raises:
        UsageError: several match.
    """
    pages = aws.cloudformation.get_paginator("describe_stacks").paginate()
    inventories = read_inventories(stack for page in pages for stack in page["Stacks"])
    found = (
        inventories
        if name is None
        else [each for each in inventories if _has_name(each.names, name)]
    )
    if not found:
        return None
    if len(found) == 1:
        return found[0]
    raise UsageError(
        "one pipeline" if name is None else f"a pipeline of {name}",
        ", ".join(entry.names.stem for entry in inventories),
        "choose one with --name",
    )


def read_inventories(stacks: Iterable["StackTypeDef"]) -> list[PipelineInventory]:
    """The pipelines that the stacks belong to, sorted by stem."""
    found: dict[str, PipelineInventory] = {}
    for stack in stacks:
        parameters = _parameters(stack)
        status = stack["StackStatus"]
        if status == GONE:
            continue
        if parameters.keys() >= PARAMETERS:
            names = _names(parameters)
            storage = found[names.stem].storage if names.stem in found else None
            own = parameters.get("CustomHandler") == "yes"
            found[names.stem] = PipelineInventory(
                names=names, pipeline=status, storage=storage, custom_handler=own
            )
        elif _is_storage(stack, parameters):
            names = _names_from_storage(stack["StackName"], parameters["DeliveryBucketName"])
            entry = found.get(names.stem, PipelineInventory(names=names))
            found[names.stem] = replace(entry, storage=status)
    return [found[stem] for stem in sorted(found)]


def _parameters(stack: "StackTypeDef") -> dict[str, str]:
    entries = stack.get("Parameters", [])
    return {entry["ParameterKey"]: entry["ParameterValue"] for entry in entries}


def _is_storage(stack: "StackTypeDef", parameters: Mapping[str, str]) -> bool:
    tagged = any(tag["Key"] == TAG for tag in stack.get("Tags", []))
    described = stack.get("Description", "").startswith(STORAGE_DESCRIPTION)
    named = stack["StackName"].endswith(STORAGE_ENDING)
    return parameters.keys() >= STORAGE_PARAMETERS and named and (tagged or described)


def _names(parameters: Mapping[str, str]) -> Names:
    return Names(
        full_name=parameters["FullName"],
        stem=parameters["Stem"],
        bucket=parameters["DeliveryBucketName"],
        artifact_bucket=parameters["ArtifactBucketName"],
        delivery_stream=parameters["DeliveryStreamName"],
    )


def _names_from_storage(stack: str, bucket: str) -> Names:
    """As far as the storage stack has them: not the person, nor the case of the stream's name."""
    stem = stack.removesuffix(STORAGE_ENDING)
    return Names(
        full_name=stem,
        stem=stem,
        bucket=bucket,
        artifact_bucket=bucket.removesuffix(BUCKET_ENDING) + ARTIFACTS_ENDING,
        delivery_stream=f"{stem.lower()}-deliverystream",
    )


def _has_name(names: Names, name: str) -> bool:
    """Whether `name` is the person, the stem, or the person to whose name the bucket belongs."""
    wanted = " ".join(name.casefold().split())
    if wanted in {names.full_name.casefold(), names.stem.casefold()}:
        return True
    with suppress(UsageError):  # not a person's name
        first, surname = split_full_name(name)
        letters = derive_names(first, surname, prefix=DEFAULT_PREFIX).stem[len(DEFAULT_PREFIX) :]
        prefix = names.stem.removesuffix(letters)
        return derive_names(first, surname, prefix=prefix).bucket == names.bucket
    return False
