"""What remains of a pipeline is read from its stacks; foreign stacks are not taken for it."""

from typing import Any

import pytest

from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.core.naming import StreamNameCase, derive_names
from wavetank.deployment.teardown.inventory import (
    PipelineInventory,
    find_inventory,
    read_inventories,
)

DORA = derive_names("Dora", "Explorer", stream_name_case=StreamNameCase.UPPER)
JAN = derive_names("Jan", "van der Merwe", prefix="PTDE")


def stack(name: str, status: str, description: str = "", **parameters: str) -> Any:
    """As DescribeStacks has it."""
    entries = [{"ParameterKey": key, "ParameterValue": text} for key, text in parameters.items()]
    return {
        "StackName": name,
        "StackStatus": status,
        "Description": description,
        "Parameters": entries,
        "Tags": [],
    }


def storage(names: Any, status: str = "CREATE_COMPLETE") -> Any:
    """Of our template."""
    description = "Wavetank storage: the delivery bucket"
    return stack(names.storage_stack, status, description, DeliveryBucketName=names.bucket)


def pipeline(names: Any, status: str = "UPDATE_COMPLETE", own: str = "no") -> Any:
    """Of our template."""
    return stack(
        names.pipeline_stack,
        status,
        Stem=names.stem,
        FullName=names.full_name,
        DeliveryBucketName=names.bucket,
        DeliveryStreamName=names.delivery_stream,
        ArtifactBucketName=names.artifact_bucket,
        CustomHandler=own,
    )


@pytest.mark.parametrize("turned", [False, True])
def test_a_pipeline_is_its_two_stacks_in_either_order(turned: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """The pipeline stack has every name, whichever of the two is listed first."""
    stacks = [storage(DORA), pipeline(DORA, "DELETE_FAILED", own="yes")]
    (found,) = read_inventories(stacks[::-1] if turned else stacks)
    assert found == PipelineInventory(
        names=DORA, pipeline="DELETE_FAILED", storage="CREATE_COMPLETE", custom_handler=True
    )


def test_the_storage_stack_alone_gives_the_buckets() -> None:
    """After an interrupted teardown it identifies what is still to be deleted."""
    (found,) = read_inventories([storage(JAN), pipeline(JAN, "DELETE_COMPLETE")])
    assert found.pipeline is None
    assert (found.names.bucket, found.names.stem) == (JAN.bucket, JAN.stem)
    assert found.names.artifact_bucket == JAN.artifact_bucket


@pytest.mark.parametrize(
    "foreign",
    [
        stack("DEDOREXP-storage", "CREATE_COMPLETE", DeliveryBucketName="dedora"),
        stack("billing", "CREATE_COMPLETE", "Wavetank storage: no", DeliveryBucketName="dedora"),
        stack("DEDOREXP-pipeline", "CREATE_COMPLETE", Stem="DEDOREXP", FullName="Dora Explorer"),
        stack("DEDOREXP-storage", "CREATE_COMPLETE", "Wavetank storage:"),
    ],
)
def test_foreign_stacks_are_ignored(foreign: Any) -> None:
    """Neither the name alone nor some of the parameters identify a stack as ours."""
    assert read_inventories([foreign]) == []


class _Listing:
    """As much of CloudFormation as is asked."""

    def __init__(self, *stacks: Any) -> None:
        self._stacks = stacks

    @property
    def cloudformation(self) -> "_Listing":
        return self

    def get_paginator(self, _: str) -> "_Listing":
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"Stacks": [entry]} for entry in self._stacks]


def listing(*stacks: Any) -> AwsClients:
    """Clients of an account with these stacks."""
    clients: Any = _Listing(*stacks)
    made: AwsClients = clients
    return made


@pytest.mark.parametrize("name", ["jan  van der Merwe", "ptdejanvan", "Jan van der Merwe"])
def test_the_pipeline_is_found_by_person_or_stem(name: str) -> None:
    """Also if only its data remain, which do not name the person."""
    aws = listing(storage(DORA), storage(JAN))
    found = find_inventory(aws, name)
    assert found is not None
    assert found.names.bucket == JAN.bucket


@pytest.mark.parametrize("name", ["Ra Explorer", "DEDOREX", "Dora", "Dora Explorers"])
def test_another_persons_name_finds_nothing(name: str) -> None:
    """However similar the name is."""
    assert find_inventory(listing(storage(DORA), pipeline(DORA)), name) is None


def test_one_of_several_has_to_be_named() -> None:
    """Nothing is deleted by guess."""
    with pytest.raises(UsageError, match="found DEDOREXP, PTDEJANVAN; choose one with --name"):
        find_inventory(listing(storage(DORA), storage(JAN)))
    assert find_inventory(listing()) is None
