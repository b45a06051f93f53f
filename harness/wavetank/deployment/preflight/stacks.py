"""Check the state of existing stacks: none, complete, or one that cannot be updated."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wavetank.deployment.cloudformation import STARTABLE
from wavetank.deployment.deployed import PARAMETERS
from wavetank.deployment.preflight.outcome import CheckOutcome, PreflightContext, invalid, valid
from wavetank.deployment.stack_waiter import find_stack

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

DELETE = (
    "aws cloudformation delete-stack --stack-name {name}, wait until it is gone, then try again"
)
FIXES: Mapping[str, str] = {
    "CREATE_FAILED": DELETE,
    "ROLLBACK_COMPLETE": DELETE,
    "ROLLBACK_FAILED": DELETE,
    "DELETE_FAILED": "read in its events what could not be deleted and why; then " + DELETE,
    "IMPORT_ROLLBACK_FAILED": "aws cloudformation continue-update-rollback --stack-name {name}",
    "UPDATE_FAILED": "aws cloudformation rollback-stack --stack-name {name}, then try again",
    "UPDATE_ROLLBACK_FAILED": (
        "read in its events what could not be rolled back, fix that, then: "
        "aws cloudformation continue-update-rollback --stack-name {name}"
    ),
}
EVENTS = "read the cause in the events of {name}, and fix it"
WAIT = "an operation is in progress: wait for its end, then try again"


def storage_stack(context: PreflightContext) -> CheckOutcome:
    """The stack with the bucket can be created or updated."""
    stack = find_stack(context.target.aws.cloudformation, context.names.storage_stack)
    bucket = context.names.bucket
    return _state(stack, {"DeliveryBucketName": bucket}, frozenset({"DeliveryBucketName"}))


def pipeline_stack(context: PreflightContext) -> CheckOutcome:
    """The stack with all other resources can be created or updated."""
    stack = find_stack(context.target.aws.cloudformation, context.names.pipeline_stack)
    return _state(stack, {"FullName": context.names.full_name}, PARAMETERS)


def _state(
    stack: "StackTypeDef | None", expected: Mapping[str, str], known_by: frozenset[str]
) -> CheckOutcome:
    """`known_by` are parameters of the template, `expected` those that identify its owner."""
    if stack is None:
        return valid("it does not exist yet")
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
        return invalid(f"{name} is not a stack of Wavetank", "choose another --prefix")
    for key, value in expected.items():
        if found[key] != value:
            return invalid(
                f"{name} has {key} {found[key]!r}, and not {value!r}",
                "two persons have the same initials: choose another --prefix",
            )
    return valid(f"{name} is in {stack['StackStatus']}")
