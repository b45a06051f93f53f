"""CloudWatch Logs: AWS's behaviours, as they are seen."""

import gzip
import json
from datetime import timedelta
from typing import Any

from tests.fidelity.ground import ALLOW_ALL, Ground, answer_to, happens
from tests.fidelity.row import Area
from tests.live.names import unique_letters
from wavetank.core.clock import WallClock

AREA = Area("CloudWatch Logs")
GUIDE = "CloudWatch Logs user guide: "
STREAM = "stream"
STACK_SECONDS = 10.0


def _group(ground: Ground) -> str:
    name = f"/test/{unique_letters()}"
    ground.aws.logs.create_log_group(logGroupName=name)
    ground.aws.logs.create_log_stream(logGroupName=name, logStreamName=STREAM)
    return name


def _write(ground: Ground, group: str, *messages: str) -> None:
    now = int(WallClock().now().timestamp() * 1000)
    events: Any = [{"timestamp": now, "message": message} for message in messages]
    ground.aws.logs.put_log_events(logGroupName=group, logStreamName=STREAM, logEvents=events)


def _retention(ground: Ground, group: str) -> str:
    found = ground.aws.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    days = found[0].get("retentionInDays") if found else None
    return f"{days} days" if days else "none"


@AREA.row(
    "the retention that PutRetentionPolicy has set",
    aws="7 days",
    localstack="7 days",
    source="CloudWatch Logs API: PutRetentionPolicy",
)
def _retention_is_kept(ground: Ground) -> str:
    group = _group(ground)
    ground.aws.logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    return _retention(ground, group)


@AREA.row(
    "the retention of a group that a template has made",
    aws="14 days",
    localstack="none",
    source="CloudFormation template reference: AWS::Logs::LogGroup",
)
def _retention_of_templates_is_kept(ground: Ground) -> str:
    name = f"/test/{unique_letters()}"
    properties = {"LogGroupName": name, "RetentionInDays": 14}
    body = {"Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": properties}}}
    cloudformation, stack = ground.aws.cloudformation, f"test-{unique_letters()}"
    cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(body))
    happens(
        lambda: cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"],
        lambda status: status == "CREATE_COMPLETE",
        STACK_SECONDS,
    )
    return _retention(ground, name)


@AREA.row(
    "a retention of 8 days",
    aws="InvalidParameterException",
    localstack="done",
    source="CloudWatch Logs API: PutRetentionPolicy",
)
def _retention_has_certain_values(ground: Ground) -> str:
    group = _group(ground)
    logs = ground.aws.logs
    return answer_to(lambda: logs.put_retention_policy(logGroupName=group, retentionInDays=8))


@AREA.row(
    "CreateLogGroup with a name that has a question mark",
    aws="InvalidParameterException",
    localstack="done",
    source="CloudWatch Logs API: CreateLogGroup, logGroupName: Pattern",
)
def _group_names_have_a_pattern(ground: Ground) -> str:
    return answer_to(lambda: ground.aws.logs.create_log_group(logGroupName="what?"))


@AREA.row(
    "FilterLogEvents with a pattern on JSON",
    aws="1 of 3 events",
    localstack="3 of 3 events",
    source=GUIDE + "FilterAndPatternSyntax",
)
def _patterns_select_events(ground: Ground) -> str:
    group = _group(ground)
    _write(ground, group, '{"status": 500}', '{"status": 200}', "500")
    found = ground.aws.logs.filter_log_events(
        logGroupName=group, filterPattern="{ $.status >= 500 }"
    )
    return f"{len(found['events'])} of 3 events"


@AREA.row(
    "a subscription to a delivery stream with a pattern",
    aws="DATA_MESSAGE with 1 of 3 events",
    localstack="DATA_MESSAGE with 3 of 3 events",
    source=GUIDE + "SubscriptionFilters",
)
def _subscriptions_get_matching_events(ground: Ground) -> str:
    group, (stream, bucket) = _group(ground), ground.stream()
    ground.aws.logs.put_subscription_filter(
        logGroupName=group,
        filterName="errors",
        filterPattern="?ERROR ?FATAL",
        destinationArn=ground.arn("firehose", f"deliverystream/{stream}"),
        roleArn=ground.role(ALLOW_ALL, service="logs"),
    )
    _write(ground, group, "ERROR one", "INFO two", "three")
    ground.deliver()
    (body,) = ground.objects(bucket).values()
    document = json.loads(gzip.decompress(body))
    return f"{document['messageType']} with {len(document['logEvents'])} of 3 events"


@AREA.row(
    "CreateLogStream in a group with a subscription",
    aws="done",
    localstack="ResourceAlreadyExistsException",
    source="CloudWatch Logs API: CreateLogStream",
)
def _groups_with_subscriptions_get_streams(ground: Ground) -> str:
    group, (stream, _) = _group(ground), ground.stream()
    logs = ground.aws.logs
    logs.put_subscription_filter(
        logGroupName=group,
        filterName="all",
        filterPattern="",
        destinationArn=ground.arn("firehose", f"deliverystream/{stream}"),
        roleArn=ground.role(ALLOW_ALL, service="logs"),
    )
    return answer_to(lambda: logs.create_log_stream(logGroupName=group, logStreamName="second"))


@AREA.row(
    "a metric filter with an invalid pattern",
    aws="InvalidParameterException",
    localstack="done",
    source="CloudWatch Logs API: PutMetricFilter",
)
def _invalid_patterns_are_refused(ground: Ground) -> str:
    group = _group(ground)
    return answer_to(lambda: _count(ground, group, "{ $.status = "))


@AREA.row(
    "a metric filter with the regular expression `%something!%`",
    aws="InvalidParameterException",
    localstack="done",
    source=GUIDE + "regex-expressions",
)
def _unsupported_expressions_are_refused(ground: Ground) -> str:
    group = _group(ground)
    return answer_to(lambda: _count(ground, group, "%something!%"))


def _count(ground: Ground, group: str, pattern: str, value: str = "1") -> str:
    """A metric filter; returns the namespace of its metric, `count`."""
    namespace = f"test-{unique_letters()}"
    ground.aws.logs.put_metric_filter(
        logGroupName=group,
        filterName=namespace,
        filterPattern=pattern,
        metricTransformations=[
            {"metricName": "count", "metricNamespace": namespace, "metricValue": value}
        ],
    )
    return namespace


def _sum(ground: Ground, namespace: str) -> float:
    now = WallClock().now()
    found = ground.aws.cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName="count",
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=60,
        Statistics=["Sum"],
    )
    return sum(point["Sum"] for point in found["Datapoints"])


@AREA.row(
    "a metric filter, and events of its group and of another",
    aws="counts 2",
    localstack="counts 4",
    source=GUIDE + "MonitoringLogData",
)
def _metrics_count_matching_events(ground: Ground) -> str:
    group, other = _group(ground), _group(ground)
    namespace = _count(ground, group, "ERROR")
    _write(ground, group, "ERROR one", "fine", "ERROR two")
    _write(ground, other, "ERROR elsewhere")
    return f"counts {_sum(ground, namespace):.0f}"


@AREA.row(
    "a metric filter with the value of a field",
    aws="250",
    localstack="1",
    source="CloudWatch Logs API: MetricTransformation",
)
def _metrics_have_values_of_events(ground: Ground) -> str:
    group = _group(ground)
    namespace = _count(ground, group, "{ $.ms > 0 }", "$.ms")
    _write(ground, group, '{"ms": 250}')
    return f"{_sum(ground, namespace):.0f}"


@AREA.row(
    "events of one put that span 25 hours",
    aws="InvalidParameterException",
    localstack="done",
    source="CloudWatch Logs API: PutLogEvents",
)
def _a_put_spans_a_day(ground: Ground) -> str:
    group = _group(ground)
    now = round(WallClock().now().timestamp()) * 1000
    events: Any = [{"timestamp": now - hours * 3_600_000, "message": "a"} for hours in (25, 0)]
    return answer_to(
        lambda: ground.aws.logs.put_log_events(
            logGroupName=group, logStreamName="stream", logEvents=events
        )
    )
