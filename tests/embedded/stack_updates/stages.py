"""A stack taken through creation, a failed update, an update and deletion, looked at after each."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.embedded.stack_updates.case import Case, Stage
from tests.fidelity.ground import Ground
from tests.live.names import unique_letters
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients

CAPABILITIES: Any = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
SETTLING_SECONDS = 60.0


@dataclass(frozen=True)
class Observations:
    """What was seen of each case, and the status in which each operation ended."""

    created: Mapping[str, Any]
    rolled_back: Mapping[str, Any]
    updated: Mapping[str, Any]
    deleted: Mapping[str, Any]
    statuses: tuple[str, ...]
    ids: tuple[Mapping[str, str], ...]


def template(resources: Mapping[str, Any]) -> str:
    """A template of the resources."""
    return json.dumps({"Resources": resources})


def settled(aws: AwsClients, stack: str) -> str:
    """The status in which the operation that is under way ends."""
    return wait_until_seen(
        lambda: aws.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"],
        lambda status: not status.endswith("_IN_PROGRESS"),
        f"stack {stack} to settle",
        SETTLING_SECONDS,
    )


def create(aws: AwsClients, resources: Mapping[str, Any], **options: Any) -> str:
    """A stack of the resources; its creation is under way."""
    name = f"test-{unique_letters()}"
    aws.cloudformation.create_stack(
        StackName=name, TemplateBody=template(resources), Capabilities=CAPABILITIES, **options
    )
    return name


def update(aws: AwsClients, stack: str, resources: Mapping[str, Any], **options: Any) -> str:
    """The status in which an update of the stack ends."""
    aws.cloudformation.update_stack(
        StackName=stack, TemplateBody=template(resources), Capabilities=CAPABILITIES, **options
    )
    return settled(aws, stack)


def delete(aws: AwsClients, stack: str, **options: Any) -> str:
    """The status in which the deletion of the stack ends."""
    (found,) = aws.cloudformation.describe_stacks(StackName=stack)["Stacks"]
    aws.cloudformation.delete_stack(StackName=stack, **options)
    return settled(aws, found["StackId"])


def physical_ids(aws: AwsClients, stack: str) -> dict[str, str]:
    """The physical ids of the stack's resources, by logical id."""
    found = aws.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    return {
        entry["LogicalResourceId"]: entry["PhysicalResourceId"]
        for entry in found
        if entry.get("PhysicalResourceId")
    }


def events(aws: AwsClients, stack: str) -> list[tuple[str, str]]:
    """Resource and status of each event of the stack, oldest first; the stack itself is `stack`."""
    found = aws.cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return [
        (
            "stack"
            if event.get("PhysicalResourceId") == event["StackId"]
            else event["LogicalResourceId"],
            event["ResourceStatus"],
        )
        for event in reversed(found)
    ]


def reason(aws: AwsClients, stack: str, resource: str) -> str:
    """Why the resource failed last."""
    found = aws.cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return next(
        event.get("ResourceStatusReason", "")
        for event in found
        if event["LogicalResourceId"] == resource and event["ResourceStatus"].endswith("_FAILED")
    )


def failures(aws: AwsClients, stack: str) -> list[str]:
    """What failed in the stack, with its reason."""
    found = aws.cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return [
        f"{event['LogicalResourceId']} {event['ResourceStatus']}: "
        f"{event.get('ResourceStatusReason', '')}"
        for event in found
        if event["ResourceStatus"].endswith("_FAILED")
    ]


def observe_all(ground: Ground, cases: Iterable[Case]) -> Observations:
    """Takes a stack of the cases through its life; the failed update fails after all of them."""
    cases, aws = list(cases), ground.aws
    former = _merged(cases, lambda case: case.resources(updated=False))
    latter = _merged(cases, lambda case: case.resources(updated=True))
    taken = {
        "Type": "AWS::S3::Bucket",
        "Properties": {"BucketName": ground.bucket()},
        "DependsOn": [case.name for case in cases],
    }
    stack = create(aws, former)
    statuses, ids = [settled(aws, stack)], [physical_ids(aws, stack)]
    seen: list[dict[str, Any]] = []
    assert statuses == ["CREATE_COMPLETE"], failures(aws, stack)
    seen.append(_seen(aws, stack, ids[0], cases))
    statuses.append(update(aws, stack, {**latter, "Taken": taken}))
    assert len(failures(aws, stack)) == 1, failures(aws, stack)
    ids.append(physical_ids(aws, stack))
    seen.append(_seen(aws, stack, ids[1], cases))
    statuses.append(update(aws, stack, latter))
    assert statuses[2] == "UPDATE_COMPLETE", failures(aws, stack)
    ids.append(physical_ids(aws, stack))
    seen.append(_seen(aws, stack, ids[2], cases))
    delete(aws, stack)
    seen.append(_seen(aws, stack, ids[2], cases))
    created, rolled_back, updated, deleted = seen
    return Observations(
        created=created,
        rolled_back=rolled_back,
        updated=updated,
        deleted=deleted,
        statuses=tuple(statuses),
        ids=tuple(ids),
    )


def _seen(
    aws: AwsClients, stack: str, ids: Mapping[str, str], cases: Iterable[Case]
) -> dict[str, Any]:
    stage = Stage(aws, ids, stack)
    return {case.name: case.observe(stage) for case in cases}


def _merged(cases: Iterable[Case], part: Callable[[Case], Mapping[str, Any]]) -> dict[str, Any]:
    return {name: resource for case in cases for name, resource in part(case).items()}
