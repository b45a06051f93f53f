"""Check by CloudFormation's drift detection that what is deployed still matches its templates.

CloudFormation cannot read some properties, a function's code among them, nor some resource types;
it reports nothing about those. [CloudFormation user guide, using-cfn-stack-drift]
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wavetank.aws.observers import wait_until
from wavetank.core.findings import Verdict
from wavetank.inspection.requirements.context import CheckedPipeline

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import (
        DescribeStackDriftDetectionStatusOutputTypeDef,
        StackResourceDriftTypeDef,
    )

DETECTION_SECONDS_MAX = 300.0
PACE_SECONDS = 3.0


def is_as_deployed(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    """Both stacks in sync; otherwise each resource that differs, by property.

    Raises:
        ConditionTimeoutError: CloudFormation does not end the detection in time.
    """
    stacks = (pipeline.names.storage_stack, pipeline.names.pipeline_stack)
    found = {stack: _detect(pipeline, stack) for stack in stacks}
    differences = [text for stack in stacks for text in _differences(pipeline, stack, found)]
    if differences:
        return Verdict.INVALID, "; ".join(differences)
    unsure = [
        f"{stack} {answer.get('DetectionStatusReason', answer.get('StackDriftStatus'))}"
        for stack, answer in found.items()
        if answer["DetectionStatus"] != "DETECTION_COMPLETE"
        or answer.get("StackDriftStatus") != "IN_SYNC"
    ]
    if unsure:
        return Verdict.UNKNOWN, "; ".join(unsure)
    return Verdict.VALID, f"{' and '.join(stacks)} in sync"


type _Detections = dict[str, "DescribeStackDriftDetectionStatusOutputTypeDef"]


def _detect(
    pipeline: CheckedPipeline, stack: str
) -> "DescribeStackDriftDetectionStatusOutputTypeDef":
    client = pipeline.aws.cloudformation
    detection = client.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
    return wait_until(
        lambda: client.describe_stack_drift_detection_status(StackDriftDetectionId=detection),
        lambda answer: answer["DetectionStatus"] != "DETECTION_IN_PROGRESS",
        expected=f"drift of {stack} to be detected",
        hint="inspect the stack in the CloudFormation console",
        within_seconds=DETECTION_SECONDS_MAX,
        clock=pipeline.clock,
        pace_seconds=PACE_SECONDS,
    )


def _differences(pipeline: CheckedPipeline, stack: str, found: _Detections) -> Iterator[str]:
    if found[stack].get("StackDriftStatus") != "DRIFTED":
        return
    drifts = pipeline.aws.cloudformation.describe_stack_resource_drifts(
        StackName=stack, StackResourceDriftStatusFilters=["MODIFIED", "DELETED"]
    )["StackResourceDrifts"]
    for drift in drifts:
        yield f"{drift['LogicalResourceId']} {_how(drift)}"


def _how(drift: "StackResourceDriftTypeDef") -> str:
    properties = ", ".join(
        f"{entry['PropertyPath']} {entry['ExpectedValue']} -> {entry['ActualValue']}"
        for entry in drift.get("PropertyDifferences", [])
    )
    status = drift["StackResourceDriftStatus"].lower()
    return f"{status}: {properties}" if properties else status
