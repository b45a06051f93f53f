"""Checks of triggers: enabled, and permitted to invoke their functions."""

from collections.abc import Iterator

from wavetank.core.findings import Finding
from wavetank.inspection.schedules import RULE, ScheduledCall, rule_targets
from wavetank.inspection.stack_checks.checked_stack import CheckedStack, invalid, valid
from wavetank.inspection.stack_checks.resource_policies import may_invoke, trusts
from wavetank.inspection.stack_resources import BUCKET, TOPIC, StackResource

EVENTS, SCHEDULER, SNS, S3 = (
    "events.amazonaws.com",
    "scheduler.amazonaws.com",
    "sns.amazonaws.com",
    "s3.amazonaws.com",
)
MAPPING = "AWS::Lambda::EventSourceMapping"
PERMISSION = "add an AWS::Lambda::Permission for {} to the template"


def schedules(checked: CheckedStack) -> Iterator[Finding]:
    """Scheduled rules, rules with an event pattern, and schedules."""
    for call in checked.schedules:
        requirement = f"{call.logical_id} invokes {_name(call.function)} at {call.expression}"
        if not call.enabled:
            yield invalid(requirement, f"{call.name} is disabled", "enable it, or deploy again")
        elif problem := _refused(checked, call):
            yield invalid(requirement, *problem)
        else:
            yield valid(requirement, f"{call.name} is enabled and may invoke it")
    yield from _patterns(checked)


def _refused(checked: CheckedStack, call: ScheduledCall) -> tuple[str, str] | None:
    """Why a call is not permitted, and what to do; None if it is."""
    if call.kind == RULE:
        if may_invoke(checked.aws, call.function, EVENTS, call.source):
            return None
        evidence = f"the policy of the function does not permit {EVENTS} to invoke it"
        return evidence, PERMISSION.format(EVENTS)
    role = (call.role or "").rpartition("/")[2]
    document = checked.aws.iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    if trusts(document, SCHEDULER):
        return None
    return f"role {role} does not trust {SCHEDULER}", "correct its trust policy"


def _patterns(checked: CheckedStack) -> Iterator[Finding]:
    """Rules that match events, on any bus."""
    for rule in checked.stacks.of(RULE):
        bus, _, name = rule.physical_id.rpartition("|")
        found = checked.aws.events.describe_rule(Name=name, EventBusName=bus or "default")
        if found.get("ScheduleExpression"):
            continue
        for target in rule_targets(checked.aws, rule.physical_id):
            if ":lambda:" not in target["Arn"]:
                continue
            requirement = f"{rule.logical_id} invokes {_name(target['Arn'])}"
            if found.get("State") != "ENABLED":
                yield invalid(requirement, f"{name} is disabled", "enable it, or deploy again")
            elif not may_invoke(checked.aws, target["Arn"], EVENTS, found["Arn"]):
                evidence = f"the policy of the function does not permit {EVENTS} to invoke it"
                yield invalid(requirement, evidence, PERMISSION.format(EVENTS))
            else:
                yield valid(requirement, f"{name} is enabled and may invoke it")


def subscribers(checked: CheckedStack) -> Iterator[Finding]:
    """Functions that topics and buckets of the stack notify."""
    for topic in checked.stacks.of(TOPIC):
        pages = checked.aws.sns.get_paginator("list_subscriptions_by_topic")
        for page in pages.paginate(TopicArn=topic.physical_id):
            for each in page["Subscriptions"]:
                if each["Protocol"] == "lambda":
                    yield _notified(checked, topic, each["Endpoint"], SNS, topic.physical_id)
    for bucket in checked.stacks.of(BUCKET):
        found = checked.aws.s3.get_bucket_notification_configuration(Bucket=bucket.physical_id)
        for entry in found.get("LambdaFunctionConfigurations", []):
            arn = f"arn:aws:s3:::{bucket.physical_id}"
            yield _notified(checked, bucket, entry["LambdaFunctionArn"], S3, arn)


def _notified(
    checked: CheckedStack, source: StackResource, function: str, service: str, arn: str
) -> Finding:
    requirement = f"{source.logical_id} invokes {_name(function)}"
    if may_invoke(checked.aws, function, service, arn):
        return valid(requirement, f"{service} may invoke it")
    evidence = f"the policy of the function does not permit {service} to invoke it"
    return invalid(requirement, evidence, PERMISSION.format(service))


def event_sources(checked: CheckedStack) -> Iterator[Finding]:
    """Event source mappings: enabled, and the last read succeeded."""
    for mapping in checked.stacks.of(MAPPING):
        found = checked.aws.awslambda.get_event_source_mapping(UUID=mapping.physical_id)
        source = found.get("EventSourceArn", "its source").rpartition(":")[2]
        requirement = f"{mapping.logical_id} reads {source}"
        result = found.get("LastProcessingResult", "")
        if found["State"] not in {"Enabled", "Enabling", "Creating", "Updating"}:
            yield invalid(requirement, f"it is {found['State']}", "enable it, or deploy again")
        elif "PROBLEM" in result:
            yield invalid(requirement, result, "see the role's permissions and the function's log")
        else:
            yield valid(requirement, f"it is {found['State']}")


def _name(arn: str) -> str:
    """The function in an ARN, with its alias if it names one."""
    return arn.partition(":function:")[2] or arn
