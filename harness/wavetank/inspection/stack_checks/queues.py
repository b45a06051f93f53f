"""Checks of the queues that receive failures of functions, mappings, rules and schedules."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.inspection.schedules import RULE, SCHEDULE, rule_targets
from wavetank.inspection.stack_checks.checked_stack import CheckedStack, invalid, valid
from wavetank.inspection.stack_checks.triggers import MAPPING

QUEUE = "AWS::SQS::Queue"
SQS_ARN = "arn:aws:sqs:"
COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def queues(checked: CheckedStack) -> Iterator[Finding]:
    """Each of them is empty."""
    labels = {url.rpartition("/")[2]: label for url, label in checked.stacks.labels(QUEUE).items()}
    for arn, source in sorted(dict(_failure_queues(checked)).items()):
        name = arn.rpartition(":")[2]
        requirement = f"{labels.get(name, name)}, for failures of {source}, is empty"
        url = checked.aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        attributes = _attributes(checked, url)
        count = sum(int(attributes.get(each, "0")) for each in COUNTS)
        if count:
            fix = "read what failed and why, correct it, then redrive or purge the queue"
            yield invalid(requirement, f"{pluralize(count, 'message')} in {name}", fix)
        else:
            yield valid(requirement, f"no message in {name}")


def _failure_queues(checked: CheckedStack) -> Iterator[tuple[str, str]]:
    """The ARN of each queue, and what puts failures into it."""
    for arn, source in _all_destinations(checked):
        if arn and arn.startswith(SQS_ARN):
            yield arn, source


def _all_destinations(checked: CheckedStack) -> Iterator[tuple[str | None, str]]:
    for name, function in checked.functions.items():
        for arn in failure_destinations(checked.aws, function["FunctionName"]):
            yield arn, name
    for mapping in checked.stacks.of(MAPPING):
        found = checked.aws.awslambda.get_event_source_mapping(UUID=mapping.physical_id)
        yield _on_failure(found), mapping.logical_id
    yield from _of_time(checked)
    for queue in checked.stacks.of(QUEUE):
        policy = json.loads(_attributes(checked, queue.physical_id).get("RedrivePolicy", "{}"))
        yield policy.get("deadLetterTargetArn"), queue.logical_id


def _of_time(checked: CheckedStack) -> Iterator[tuple[str | None, str]]:
    for rule in checked.stacks.of(RULE):
        for target in rule_targets(checked.aws, rule.physical_id):
            yield target.get("DeadLetterConfig", {}).get("Arn"), rule.logical_id
    for schedule in checked.stacks.of(SCHEDULE):
        pages = checked.aws.scheduler.list_schedules(NamePrefix=schedule.physical_id)
        for found in pages["Schedules"]:
            called = checked.aws.scheduler.get_schedule(
                Name=found["Name"], GroupName=found["GroupName"]
            )["Target"]
            yield called.get("DeadLetterConfig", {}).get("Arn"), schedule.logical_id


def _attributes(checked: CheckedStack, url: str) -> Mapping[str, str]:
    found = checked.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return {str(name): value for name, value in found["Attributes"].items()}


def failure_destinations(aws: AwsClients, function: str) -> list[str]:
    """The ARNs to which Lambda reports an asynchronous event that a function fails for good."""
    configuration = aws.awslambda.get_function_configuration(FunctionName=function)
    dead_letters = configuration.get("DeadLetterConfig", {}).get("TargetArn")
    found = [dead_letters, _on_failure(_invoke_configuration(aws, function))]
    return [arn for arn in found if arn]


def _invoke_configuration(aws: AwsClients, function: str) -> Any:
    try:
        return aws.awslambda.get_function_event_invoke_config(FunctionName=function)
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        return {}


def _on_failure(configuration: Any) -> str | None:
    destinations = configuration.get("DestinationConfig") or {}
    destination: str | None = (destinations.get("OnFailure") or {}).get("Destination")
    return destination
