"""Stacks that tests of the simulator deploy beside the project's own."""

from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients
from wavetank.core.clock import WallClock
from wavetank.deployment.cloudformation import Stacks


def delete(aws: AwsClients, stack: str) -> None:
    """Delete the stack, and return once it is gone."""
    stacks = Stacks(aws.cloudformation, WallClock(), 0.05)
    aws.cloudformation.delete_stack(StackName=stack)
    wait_until_seen(lambda: stacks.status(stack), lambda status: status is None, "the deletion")
