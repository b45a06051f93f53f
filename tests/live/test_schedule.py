"""A rule's schedule on LocalStack: fires once when due, and not when it is off or gone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.live.conftest import Function, MakeFunction
from tests.live.hosts import Host
from tests.live.schedule import schedule_has_looked
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients
from wavetank.aws.sandbox_api import SandboxControls

SOURCE = "def handler(event, context): print('due', event['time'])"
JUST_AFTER = 61.0


@pytest.fixture
def controls(localstack: Host) -> Iterator[SandboxControls]:
    """The sandbox's clock, reset afterwards."""
    controls = SandboxControls(localstack.endpoint)
    yield controls
    controls.reset_clock()


def _firings(function: Function) -> list[str]:
    """The times of the events that reached the function."""
    group = f"/aws/lambda/{function.name}"
    logs = function.aws.logs
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return []
    lines = [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]
    return [line.split()[1] for line in lines if line.startswith("due ")]


def _make_rule(aws: AwsClients, function: Function) -> str:
    """A rule of a minute whose targets are put twice, as a careless script does."""
    name = f"{function.name}-rule"
    rule = aws.events.put_rule(Name=name, ScheduleExpression="rate(1 minute)")["RuleArn"]
    arn = aws.awslambda.get_function_configuration(FunctionName=function.name)["FunctionArn"]
    aws.awslambda.add_permission(
        FunctionName=function.name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    for _ in range(2):
        aws.events.put_targets(Rule=name, Targets=[{"Id": "function", "Arn": arn}])
    return name


def test_a_rule_fires_once_a_minute_after_its_creation_until_it_is_disabled(
    make_function: MakeFunction, aws: AwsClients, controls: SandboxControls
) -> None:
    """Two PutTargets cause one firing, at the due instant; a disabled rule does not fire."""
    silent, firing = make_function(SOURCE), make_function(SOURCE)
    for function in (silent, firing):
        _make_rule(aws, function)
    aws.events.disable_rule(Name=f"{silent.name}-rule")
    created = schedule_has_looked()
    controls.move_clock(JUST_AFTER)
    seen = wait_until_seen(lambda: _firings(firing), bool, "the rule to fire")
    due = datetime.fromisoformat(seen[0])
    assert abs(due - created - timedelta(minutes=1)) < timedelta(seconds=3)
    aws.events.disable_rule(Name=f"{firing.name}-rule")
    controls.move_clock(2 * JUST_AFTER)
    marker = make_function(SOURCE)
    _make_rule(aws, marker)
    schedule_has_looked()
    controls.move_clock(4 * JUST_AFTER)
    wait_until_seen(lambda: _firings(marker), bool, "a rule made later to fire")
    assert (len(_firings(firing)), _firings(silent)) == (1, [])
    for function in (silent, firing, marker):
        aws.events.remove_targets(Rule=f"{function.name}-rule", Ids=["function"])
        aws.events.delete_rule(Name=f"{function.name}-rule")
