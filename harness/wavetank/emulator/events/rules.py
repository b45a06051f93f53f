"""Validates rules and targets as AWS does, where LocalStack accepts something else.

[EventBridge user guide, eb-create-rule-schedule, eb-transform-target-input; EventBridge API
reference, PutTargets, RetryPolicy; LocalStack 4.14: services/events/rule.py]
"""

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from localstack.aws.api.events import InvalidEventPatternException, LimitExceededException
from localstack.services.events.event_rule_engine import EventPatternCompiler
from localstack.services.events.models import Rule, ValidationException
from localstack.services.events.rule import RuleService
from localstack.services.events.target import TargetSenderFactory

from wavetank.core.schedule import ScheduleError, parse_schedule
from wavetank.emulator.events.input_transformer import InputTemplateError
from wavetank.emulator.events.targets import parse_transformer
from wavetank.emulator.target_delivery.retry_policy import RETRY_LIMITS

LOG = logging.getLogger(__name__)
ACCEPTED_EXPRESSION = "rate(1 minute)"
INVALID_EXPRESSION = "Parameter ScheduleExpression is not valid."
EMPTY_OBJECT = "Event pattern is not valid. Reason: Empty objects are not allowed"
INPUTS = ("Input", "InputPath", "InputTransformer")
WITH_ROLE = frozenset({"batch", "ecs", "firehose", "kinesis", "states"})
"""Services whose targets need a role, because their resources had no policies."""


ARN_PARTS = 6
TARGETS_MAX = 5
PATTERNS = EventPatternCompiler()


def check_target_count(rule: Rule, targets: Iterable[Mapping[str, Any]]) -> None:
    """Check that the rule has at most five targets with these.

    LocalStack adds those that fit, which then have no sender: each event of the bus fails at them.

    Raises:
        LimitExceededException: it would have more; none is stored.
    """
    if len(rule.targets.keys() | {target["Id"] for target in targets}) > TARGETS_MAX:
        raise LimitExceededException("The requested resource exceeds the maximum number allowed.")


def check_targets(targets: Iterable[Mapping[str, Any]]) -> None:
    """Check the targets of one PutTargets.

    Raises:
        ValidationException: one of them is invalid; none is stored.
    """
    for number, target in enumerate(targets, 1):
        _check_arn(target["Arn"])
        _check_input(target)
        _check_retries(number, target.get("RetryPolicy") or {})
        service = target["Arn"].split(":")[2:3]
        if WITH_ROLE.intersection(service) and not target.get("RoleArn"):
            raise ValidationException(f"RoleArn is required for target {target['Arn']}.")


def _check_arn(arn: str) -> None:
    parts = arn.split(":", ARN_PARTS - 1)
    if parts[0] != "arn" or len(parts) < ARN_PARTS:
        raise ValidationException(
            f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
        )
    if parts[2] not in TargetSenderFactory.target_map:
        raise ValidationException(
            f"Parameter {arn} is not valid. Reason: a sandbox has no targets of {parts[2]}."
        )


def _check_input(target: Mapping[str, Any]) -> None:
    if sum(name in target for name in INPUTS) > 1:
        raise ValidationException(
            "Only one of Input, InputPath, or InputTransformer must be provided for target "
            f"{target['Id']}."
        )
    if transformer := target.get("InputTransformer"):
        try:
            parse_transformer(transformer).check()
        except InputTemplateError as error:
            raise ValidationException(_refusal(target["Id"], str(error))) from error


def _refusal(target_id: str, problem: str) -> str:
    if problem.startswith("contains"):
        return f"InputTemplate for target {target_id} {problem}"
    return f"Invalid InputTemplate for target {target_id} : {problem}."


def _check_retries(number: int, policy: Mapping[str, int]) -> None:
    for name, (low, high) in RETRY_LIMITS.items():
        value = policy.get(name)
        if value is not None and not low <= value <= high:
            bound = (
                f"less than or equal to {high}"
                if value > high
                else f"greater than or equal to {low}"
            )
            member = f"targets.{number}.member.retryPolicy.{name[0].lower()}{name[1:]}"
            raise ValidationException(
                f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
                f"constraint: Member must have value {bound}"
            )


def check_empty_objects(pattern: Any) -> None:
    """Check that the pattern, and no object in it, is empty: it would match nothing or everything.

    Raises:
        InvalidEventPatternException: one is. [aws/event-ruler: JsonRuleCompiler, "Empty objects"]
    """
    if pattern == {}:
        raise InvalidEventPatternException(EMPTY_OBJECT)
    if isinstance(pattern, dict):
        for part in pattern.values():
            check_empty_objects(part)


class EmulatedRule(RuleService):
    """LocalStack's rule, with AWS's schedule expressions.

    LocalStack's own accepts hour 24, which AWS refuses, and refuses the days 1-31/2, which AWS
    documents.
    """

    @classmethod
    def _validate_input(
        cls,
        event_pattern: str | None,
        schedule_expression: str | None,
        event_bus_name: str | None = "default",
    ) -> None:
        """Validate the expression and the pattern here, and everything else with LocalStack.

        LocalStack compiles a pattern only when an event arrives, and an invalid one fails each.
        """
        stand_in = schedule_expression and ACCEPTED_EXPRESSION
        super()._validate_input(event_pattern, stand_in, event_bus_name)
        if event_pattern:
            PATTERNS.compile_event_pattern(event_pattern)
            check_empty_objects(json.loads(event_pattern))
        try:
            if schedule_expression:
                parse_schedule(schedule_expression)
        except ScheduleError as error:
            LOG.info("PutRule refused: %s", error)
            raise ValidationException(INVALID_EXPRESSION) from error
