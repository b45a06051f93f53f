"""What an earlier deployment has left: nothing, a whole stack, or one that nobody can update."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.deployment.cloudformation import STARTABLE
from wavetank.deployment.deployed import PARAMETERS
from wavetank.deployment.preflight.outcome import CheckOutcome, Intention, invalid, valid

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

DELETE = (
    "aws cloudformation delete-stack --stack-name {name}, wait until it is gone, then try again"
)
FIXES: Mapping[str, str] = {
    "CREATE_FAILED": DELETE,
    "ROLLBACK_COMPLETE": DELETE,
    "ROLLBACK_FAILED": DELETE,
    "DELETE_FAILED": "see in its events what could not be deleted and why; then " + DELETE,
    "IMPORT_ROLLBACK_FAILED": "aws cloudformation continue-update-rollback --stack-name {name}",
    "UPDATE_FAILED": "aws cloudformation rollback-stack --stack-name {name}, then try again",
    "UPDATE_ROLLBACK_FAILED": (
        "see in its events what could not be rolled back, mend that, then: "
        "aws cloudformation continue-update-rollback --stack-name {name}"
    ),
}
EVENTS = "see in the events of {name} how it came to this, and bring it to rest"
WAIT = "somebody is at work on it: wait until it is done, then try again"


def storage_stack(intention: Intention) -> CheckOutcome:
    """The one with the bucket."""
    stack = find_stack(intention.target.aws, intention.names.storage_stack)
    bucket = intention.names.bucket
    return _state(stack, {"DeliveryBucketName": bucket}, frozenset({"DeliveryBucketName"}))


def pipeline_stack(intention: Intention) -> CheckOutcome:
    """The one with everything else."""
    stack = find_stack(intention.target.aws, intention.names.pipeline_stack)
    return _state(stack, {"FullName": intention.names.full_name}, PARAMETERS)


def find_stack(aws: AwsClients, name: str) -> "StackTypeDef | None":
    """The stack of that name; None where there is none."""
    try:
        return aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if error_code(error) == "ValidationError":
            return None
        raise


def _state(
    stack: "StackTypeDef | None", expected: Mapping[str, str], known_by: frozenset[str]
) -> CheckOutcome:
    """`known_by` are parameters of our template, `expected` those that tell whose it is."""
    if stack is None:
        return valid("there is none yet")
    name, status = stack["StackName"], stack["StackStatus"]
    if status.endswith("_IN_PROGRESS") and status not in STARTABLE:
        return invalid(f"{name} is in {status}", WAIT)
    if status not in STARTABLE:
        return invalid(f"{name} is in {status}", FIXES.get(status, EVENTS).format(name=name))
    if status == "REVIEW_IN_PROGRESS":
        return valid(f"{name} is empty, as an interrupted deployment leaves it")
    return _whose(stack, expected, known_by)


def _whose(
    stack: "StackTypeDef", expected: Mapping[str, str], known_by: frozenset[str]
) -> CheckOutcome:
    name = stack["StackName"]
    found = {p["ParameterKey"]: p["ParameterValue"] for p in stack.get("Parameters", [])}
    if not found.keys() >= known_by:
        return invalid(f"{name} is a stack of something else", "choose another --prefix")
    for key, value in expected.items():
        if found[key] != value:
            return invalid(
                f"{name} has {key} {found[key]!r}, and not {value!r}",
                "two people have the same letters: choose another --prefix",
            )
    return valid(f"{name} is in {stack['StackStatus']}")
