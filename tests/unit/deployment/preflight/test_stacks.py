"""Each state in which a stack cannot be updated has its own fix."""

import pytest

from tests.pretended_aws import query_answer, query_error
from tests.unit.deployment.preflight.answers import NAMES, Aws, context, on
from wavetank.core.findings import Verdict
from wavetank.deployment.preflight.outcome import CheckOutcome
from wavetank.deployment.preflight.stacks import pipeline_stack, storage_stack

OURS = {
    "Stem": NAMES.stem,
    "FullName": NAMES.full_name,
    "DeliveryBucketName": NAMES.bucket,
    "DeliveryStreamName": NAMES.delivery_stream,
}


def _judge(aws: Aws, status: str, parameters: dict[str, str]) -> CheckOutcome:
    members = "".join(
        f"<member><ParameterKey>{key}</ParameterKey><ParameterValue>{value}</ParameterValue></member>"
        for key, value in parameters.items()
    )
    stack = (
        f"<Stacks><member><StackName>{NAMES.pipeline_stack}</StackName>"
        f"<StackStatus>{status}</StackStatus><CreationTime>2026-11-01T00:00:00Z</CreationTime>"
        f"<Parameters>{members}</Parameters></member></Stacks>"
    )
    aws.answers(on("cloudformation", "DescribeStacks", query_answer("DescribeStacks", stack)))
    return pipeline_stack(context())


@pytest.mark.parametrize(
    ("status", "fix"),
    [
        ("ROLLBACK_COMPLETE", "delete-stack --stack-name DEDOREXP-pipeline"),
        ("CREATE_FAILED", "delete-stack"),
        ("DELETE_FAILED", "could not be deleted and why"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name DEDOREXP-pipeline"),
        ("UPDATE_FAILED", "rollback-stack"),
        ("IMPORT_ROLLBACK_COMPLETE", "read the cause in the events"),
        ("UPDATE_IN_PROGRESS", "wait for its end"),
        ("DELETE_IN_PROGRESS", "wait for its end"),
    ],
)
def test_a_stack_that_cannot_be_updated_is_a_blocker(aws: Aws, status: str, fix: str) -> None:
    """The fix is that of the state."""
    outcome = _judge(aws, status, OURS)
    assert outcome.verdict is Verdict.INVALID
    assert fix in outcome.fix


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_complete_stack_of_this_pipeline_is_valid(aws: Aws, status: str) -> None:
    """Also one whose last update was rolled back."""
    assert _judge(aws, status, OURS).verdict is Verdict.VALID


def test_an_empty_stack_is_valid(aws: Aws) -> None:
    """An interrupted deployment leaves one; it has no parameters yet."""
    assert _judge(aws, "REVIEW_IN_PROGRESS", {}).verdict is Verdict.VALID


def test_a_foreign_stack_is_a_blocker(aws: Aws) -> None:
    """A stack that Wavetank did not create is not updated."""
    outcome = _judge(aws, "CREATE_COMPLETE", {"Other": "1"})
    assert outcome.evidence == "DEDOREXP-pipeline is not a stack of Wavetank"


def test_a_stack_of_a_person_with_the_same_initials_is_a_blocker(aws: Aws) -> None:
    """Dorian Expo would get Dora Explorer's table."""
    outcome = _judge(aws, "CREATE_COMPLETE", OURS | {"FullName": "Dorian Expo"})
    assert (outcome.verdict, "--prefix" in outcome.fix) == (Verdict.INVALID, True)


def test_no_stack_is_valid(aws: Aws) -> None:
    """CloudFormation answers with a ValidationError."""
    aws.answers(on("cloudformation", "DescribeStacks", query_error("ValidationError", "none")))
    assert storage_stack(context()).evidence == "it does not exist yet"
