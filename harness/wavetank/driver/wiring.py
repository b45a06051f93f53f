"""What is deployed, read from the emulator's own API: so the wiring itself is under test.

Whatever a template forgot - a target, a permission, a destination - is missing here as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from wavetank.clients import AwsClients, ClientError, error_code
from wavetank.driver.asynchronous import AGE_DEFAULT, RETRIES_DEFAULT, InvokeConfiguration

NOT_FOUND = "ResourceNotFoundException"


@dataclass(frozen=True)
class Target:
    """Where a rule's events go; `input` replaces the event, where the rule says so."""

    arn: str
    input: str | None


@dataclass(frozen=True, kw_only=True)
class ScheduledRule:
    """A rule with a schedule, whether it is switched on or not."""

    name: str
    arn: str
    expression: str
    enabled: bool
    targets: tuple[Target, ...]


def scheduled_rules(aws: AwsClients) -> Iterator[ScheduledRule]:
    """Every rule of the default bus that has a schedule."""
    for page in aws.events.get_paginator("list_rules").paginate():
        for rule in page["Rules"]:
            if "ScheduleExpression" in rule:
                yield ScheduledRule(
                    name=rule["Name"],
                    arn=rule["Arn"],
                    expression=rule["ScheduleExpression"],
                    enabled=rule.get("State") == "ENABLED",
                    targets=tuple(_targets(aws, rule["Name"])),
                )


def invoke_configuration(aws: AwsClients, function: str) -> InvokeConfiguration:
    """The function's EventInvokeConfig, or AWS's defaults where it has none."""
    try:
        found = aws.awslambda.get_function_event_invoke_config(FunctionName=function)
    except ClientError as error:
        if error_code(error) != NOT_FOUND:
            raise
        return InvokeConfiguration()
    destinations = found.get("DestinationConfig", {})
    return InvokeConfiguration(
        retries_max=found.get("MaximumRetryAttempts", RETRIES_DEFAULT),
        age_max=timedelta(
            seconds=found.get("MaximumEventAgeInSeconds", AGE_DEFAULT.total_seconds())
        ),
        on_failure=destinations.get("OnFailure", {}).get("Destination"),
        on_success=destinations.get("OnSuccess", {}).get("Destination"),
    )


def _targets(aws: AwsClients, rule: str) -> Iterator[Target]:
    pages = aws.events.get_paginator("list_targets_by_rule").paginate(Rule=rule)
    for page in pages:
        for target in page["Targets"]:
            yield Target(target["Arn"], target.get("Input"))
