"""Runs all checks of a stack in turn; an error of one does not end the rest."""

from collections.abc import Iterator, Mapping

from wavetank.aws.clients import ClientError, error_code
from wavetank.core.clock import WallClock
from wavetank.core.findings import Finding, Verdict
from wavetank.inspection.stack_checks.checked_stack import CheckedStack, StackCheck
from wavetank.inspection.stack_checks.delivery import alarms, delivery_streams, subscriptions
from wavetank.inspection.stack_checks.invocations import invocations
from wavetank.inspection.stack_checks.queues import queues
from wavetank.inspection.stack_checks.resources import stacks
from wavetank.inspection.stack_checks.roles import roles
from wavetank.inspection.stack_checks.triggers import event_sources, schedules, subscribers
from wavetank.inspection.stack_resources import PipelineStacks

CHECKS: Mapping[str, StackCheck] = {
    "stacks are deployed": stacks,
    "schedules invoke their functions": schedules,
    "notifications invoke their functions": subscribers,
    "event sources are read": event_sources,
    "roles may do what their functions do": roles,
    "delivery streams deliver": delivery_streams,
    "invocations succeed": invocations,
    "dead-letter queues are empty": queues,
    "no alarm is in ALARM": alarms,
    "subscriptions are confirmed": subscriptions,
}
MISSING = ("NotFoundException", "NoSuchBucket", "NoSuchEntity", "NotFound", "NonExistentQueue")
GONE = "deploy the stack again: CloudFormation does not notice that a resource was deleted"


def check_stack(deployed: PipelineStacks, endpoint: str) -> Iterator[Finding]:
    """The findings of all checks, one at a time."""
    checked = CheckedStack(deployed, endpoint, WallClock())
    for requirement, check in CHECKS.items():
        try:
            yield from check(checked)
        except ClientError as error:
            missing = error_code(error).endswith(MISSING)
            verdict = Verdict.INVALID if missing else Verdict.UNKNOWN
            yield Finding(requirement, verdict, str(error), fix=GONE if missing else "")
