"""Log groups and alarms."""

from typing import Any

from tests.embedded.stack_updates.case import GONE, Case, Look, Stage

ALARM = {
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "MetricName": "Errors",
    "Namespace": "test",
    "Period": 60,
    "Statistic": "Sum",
}


def group(name: str, part: str) -> Look:
    """A part of the log group."""

    def look(stage: Stage) -> Any:
        found: Any = stage.aws.logs.describe_log_groups(logGroupNamePrefix=stage[name])
        return found["logGroups"][0].get(part) if found["logGroups"] else GONE

    return look


def group_tags(stage: Stage) -> Any:
    """The log group's tags."""
    if group("GroupTags", "arn")(stage) == GONE:
        return GONE
    arn = group("GroupTags", "arn")(stage).removesuffix(":*")
    return stage.aws.logs.list_tags_for_resource(resourceArn=arn)["tags"]


def alarm(stage: Stage) -> Any:
    """Threshold and description of the alarm."""
    found = stage.client("cloudwatch").describe_alarms(AlarmNames=[stage["Alarm"]])["MetricAlarms"]
    return [(it["Threshold"], it.get("AlarmDescription")) for it in found] or GONE


CASES = (
    Case(
        name="GroupRetention",
        type="AWS::Logs::LogGroup",
        before={"RetentionInDays": 7},
        after={"RetentionInDays": 14},
        look=group("GroupRetention", "retentionInDays"),
        seen=(7, 14),
    ),
    Case(
        name="GroupForEver",
        type="AWS::Logs::LogGroup",
        before={"RetentionInDays": 7},
        after={},
        look=group("GroupForEver", "retentionInDays"),
        seen=(7, None),
    ),
    Case(
        name="GroupTags",
        type="AWS::Logs::LogGroup",
        before={"Tags": [{"Key": "a", "Value": "1"}, {"Key": "gone", "Value": "1"}]},
        after={"Tags": [{"Key": "a", "Value": "2"}]},
        look=group_tags,
        seen=({"a": "1", "gone": "1"}, {"a": "2"}),
    ),
    Case(
        name="Alarm",
        type="AWS::CloudWatch::Alarm",
        fixed=ALARM,
        before={"Threshold": 1, "AlarmDescription": "one"},
        after={"Threshold": 2},
        look=alarm,
        seen=([(1.0, "one")], [(2.0, None)]),
    ),
)
