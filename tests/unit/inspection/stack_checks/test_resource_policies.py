"""What resource and trust policies permit, as `check` reads them."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from wavetank.aws.clients import AwsClients
from wavetank.inspection.stack_checks.resource_policies import may_invoke, trusts

RULE = "arn:aws:events:eu-west-1:000000000000:rule/hourly"
EVENTS = "events.amazonaws.com"


def clients(**statement: Any) -> AwsClients:
    """Clients of a function whose policy has the statement."""
    whole = {
        "Effect": "Allow",
        "Principal": {"Service": EVENTS},
        "Action": "lambda:InvokeFunction",
        "Condition": {"ArnLike": {"AWS:SourceArn": RULE}},
    } | statement
    policy = json.dumps({"Statement": [whole]})
    found = SimpleNamespace(get_policy=lambda **_: {"Policy": policy})
    return cast("AwsClients", SimpleNamespace(awslambda=found))


@pytest.mark.parametrize(
    ("statement", "permitted"),
    [
        ({}, True),
        ({"Principal": "*"}, True),
        ({"Action": "lambda:*"}, True),
        ({"Condition": {}}, True),
        ({"Condition": {"ArnLike": {"AWS:SourceArn": RULE.replace("hourly", "*")}}}, True),
        ({"Condition": {"ArnLike": {"AWS:SourceArn": RULE.replace("hourly", "other")}}}, False),
        ({"Principal": {"Service": "sns.amazonaws.com"}}, False),
        ({"Action": "lambda:GetFunction"}, False),
        ({"Effect": "Deny"}, False),
    ],
)
def test_a_rule_may_invoke_a_function(statement: dict[str, Any], *, permitted: bool) -> None:
    """If a statement allows the service to, for this rule."""
    assert may_invoke(clients(**statement), "work", EVENTS, RULE) is permitted


@pytest.mark.parametrize(
    ("service", "trusted"), [("lambda.amazonaws.com", True), ("firehose.amazonaws.com", False)]
)
def test_a_role_trusts_a_service(service: str, *, trusted: bool) -> None:
    """Whether the service stands alone or in a list."""
    for principal in ("lambda.amazonaws.com", ["lambda.amazonaws.com", EVENTS]):
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": principal},
            "Action": "sts:AssumeRole",
        }
        assert trusts({"Statement": statement}, service) is trusted
