"""The schedules that invoke a stack's functions: EventBridge rules, and the Scheduler's."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from wavetank.aws.clients import AwsClients
from wavetank.core.schedule import scheduled_event
from wavetank.inspection.stack_resources import PipelineStacks

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import TargetOutputTypeDef

RULE = "AWS::Events::Rule"
SCHEDULE = "AWS::Scheduler::Schedule"
FUNCTION_ARN = "arn:aws:lambda:"


@dataclass(frozen=True, kw_only=True)
class ScheduledCall:
    """A function that a schedule invokes; `input`, if set, replaces the event.

    `source` is the rule's or schedule's ARN, `logical_id` its name in the template.
    """

    name: str
    logical_id: str
    source: str
    kind: str
    expression: str
    enabled: bool
    function: str
    role: str | None
    input: str | None

    def event(self, due: datetime) -> str:
        """The event of the firing that is due then, in JSON."""
        if self.input is not None:
            return self.input
        return json.dumps(scheduled_event(self.source, due) if self.kind == RULE else {})


def scheduled_calls(stacks: PipelineStacks) -> Iterator[ScheduledCall]:
    """Each function that one of the stack's schedules invokes."""
    for rule in stacks.of(RULE):
        # the physical id of a rule on another bus is `BUS|NAME`, but schedules need the default bus
        yield from _of_rule(stacks.aws, rule.physical_id, rule.logical_id)
    for schedule in stacks.of(SCHEDULE):
        yield from _of_schedule(stacks.aws, schedule.physical_id, schedule.logical_id)


def _of_rule(aws: AwsClients, name: str, logical_id: str) -> Iterator[ScheduledCall]:
    if "|" in name:
        return
    rule = aws.events.describe_rule(Name=name)
    expression = rule.get("ScheduleExpression")
    if not expression:
        return
    for target in aws.events.list_targets_by_rule(Rule=name)["Targets"]:
        if target["Arn"].startswith(FUNCTION_ARN):
            yield ScheduledCall(
                name=name,
                logical_id=logical_id,
                source=rule["Arn"],
                kind=RULE,
                expression=expression,
                enabled=rule.get("State") == "ENABLED",
                function=target["Arn"],
                role=None,
                input=target.get("Input"),
            )


def _of_schedule(aws: AwsClients, name: str, logical_id: str) -> Iterator[ScheduledCall]:
    for found in aws.scheduler.list_schedules(NamePrefix=name)["Schedules"]:
        if found["Name"] != name:
            continue
        schedule = aws.scheduler.get_schedule(Name=name, GroupName=found["GroupName"])
        target = schedule["Target"]
        if target["Arn"].startswith(FUNCTION_ARN):
            yield ScheduledCall(
                name=name,
                logical_id=logical_id,
                source=schedule["Arn"],
                kind=SCHEDULE,
                expression=schedule["ScheduleExpression"],
                enabled=schedule["State"] == "ENABLED",
                function=target["Arn"],
                role=target["RoleArn"],
                input=target.get("Input"),
            )


def rule_targets(aws: AwsClients, physical_id: str) -> "list[TargetOutputTypeDef]":
    """The targets of a rule, on whichever bus: its physical id is then `BUS|NAME`."""
    bus, _, name = physical_id.rpartition("|")
    return aws.events.list_targets_by_rule(Rule=name, EventBusName=bus or "default")["Targets"]
