"""Each state in which a stack cannot be updated has a next step of its own."""

import pytest

from tests.pretended_aws import query_answer, query_error
from tests.unit.deployment.preflight.answers import NAMES, Aws, intention, on
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
    return pipeline_stack(intention())


@pytest.mark.parametrize(
    ("status", "fix"),
    [
        ("ROLLBACK_COMPLETE", "delete-stack --stack-name DEDOREXP-pipeline"),
        ("CREATE_FAILED", "delete-stack"),
        ("DELETE_FAILED", "could not be deleted and why"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name DEDOREXP-pipeline"),
        ("UPDATE_FAILED", "rollback-stack"),
        ("IMPORT_ROLLBACK_COMPLETE", "see in the events"),
        ("UPDATE_IN_PROGRESS", "wait until it is done"),
        ("DELETE_IN_PROGRESS", "wait until it is done"),
    ],
)
def test_a_stack_that_cannot_be_updated_is_a_blocker(aws: Aws, status: str, fix: str) -> None:
    """The fix is that of the state."""
    outcome = _judge(aws, status, OURS)
    assert outcome.verdict is Verdict.INVALID
    assert fix in outcome.fix


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_whole_stack_of_ours_is_none(aws: Aws, status: str) -> None:
    """Also one whose last update was rolled back."""
    assert _judge(aws, status, OURS).verdict is Verdict.VALID


def test_an_empty_stack_is_none(aws: Aws) -> None:
    """An interrupted deployment leaves one; it has no parameters yet."""
    assert _judge(aws, "REVIEW_IN_PROGRESS", {}).verdict is Verdict.VALID


def test_a_stack_of_something_else_is_a_blocker(aws: Aws) -> None:
    """What we did not make we do not update."""
    outcome = _judge(aws, "CREATE_COMPLETE", {"Other": "1"})
    assert outcome.evidence == "DEDOREXP-pipeline is a stack of something else"


def test_a_stack_of_somebody_with_the_same_letters_is_a_blocker(aws: Aws) -> None:
    """Dorian Expo would get Dora Explorer's table."""
    outcome = _judge(aws, "CREATE_COMPLETE", OURS | {"FullName": "Dorian Expo"})
    assert (outcome.verdict, "--prefix" in outcome.fix) == (Verdict.INVALID, True)


def test_no_stack_is_none(aws: Aws) -> None:
    """CloudFormation answers with a ValidationError."""
    aws.answers(on("cloudformation", "DescribeStacks", query_error("ValidationError", "none")))
    assert storage_stack(intention()).evidence == "there is none yet"
