"""The assignment's requirements, in the order of its steps."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from wavetank.aws.observers import age_seconds, delivered_objects, subscriptions, topic_arn
from wavetank.core.findings import Verdict
from wavetank.core.settings import REGION
from wavetank.core.text import pluralize
from wavetank.inspection.access.bucket_access import Actor
from wavetank.inspection.alert_lookup import published_alerts
from wavetank.inspection.requirements.context import Check, CheckedPipeline, valid_if
from wavetank.inspection.requirements.freshness import FRESH_SECONDS_MAX
from wavetank.ticker.contract import FIRST_PRICES
from wavetank.ticker.observers import read_prices, read_records

ALERT_DAYS = 14
"""How long the templates retain the log with the alerts."""


def _names(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    names = pipeline.names
    expected = (names.streaming_function, names.notification_function)
    found = [_function(pipeline, name)["FunctionName"] for name in expected]
    return valid_if(found == list(expected), ", ".join(found))


def _region(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    arns = [
        _function(pipeline, pipeline.names.streaming_function)["FunctionArn"],
        _rule(pipeline)["Arn"],
        _topic_arn(pipeline),
        _stream(pipeline)["DeliveryStreamARN"],
        pipeline.aws.dynamodb.describe_table(TableName=pipeline.names.table)["Table"]["TableArn"],
    ]
    regions = {arn.split(":")[3] for arn in arns}
    return valid_if(regions == {REGION}, f"{', '.join(sorted(regions))} in {len(arns)} ARNs")


def _table(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    prices = read_prices(pipeline.aws, pipeline.names.table)
    shown = ", ".join(f"{price.ticker} {price.price:.2f}" for price in prices)
    expected = [price.ticker for price in FIRST_PRICES]
    return valid_if([price.ticker for price in prices] == expected, shown or "no items")


def _streaming_function(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    function = _function(pipeline, pipeline.names.streaming_function)
    state = function.get("State", "unknown")
    runtime, handler = function.get("Runtime"), function.get("Handler")
    evidence = f"{function['FunctionName']}: {state}, {runtime}, {handler}"
    concurrency = pipeline.aws.awslambda.get_function_concurrency(
        FunctionName=pipeline.names.streaming_function
    )
    if concurrency.get("ReservedConcurrentExecutions") == 0:
        evidence += "; reserved concurrency 0, so that nothing runs: ./wavetank drill --restore"
        return Verdict.INVALID, evidence
    return valid_if(state == "Active", evidence)


def _schedule(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    rule = _rule(pipeline)
    targets = pipeline.aws.events.list_targets_by_rule(Rule=pipeline.names.rule)["Targets"]
    function = _function(pipeline, pipeline.names.streaming_function)["FunctionArn"]
    aimed = [entry["Arn"] for entry in targets] == [function]
    evidence = f"{rule.get('ScheduleExpression')}, {rule.get('State')}, {len(targets)} pipeline(s)"
    right = rule.get("ScheduleExpression") == "rate(1 minute)" and rule.get("State") == "ENABLED"
    return valid_if(right and aimed, evidence)


def _addresses(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    found = subscriptions(pipeline.aws, _topic_arn(pipeline))
    wanted = {address.lower() for address in pipeline.addresses}
    missing = wanted - {entry.address.lower() for entry in found}
    pending = sorted(entry.address for entry in found if not entry.confirmed)
    if missing or not found:
        return Verdict.INVALID, f"not on the topic: {', '.join(sorted(missing)) or 'any address'}"
    if pending:
        return Verdict.UNKNOWN, f"waiting for confirmation: {', '.join(pending)}"
    return Verdict.VALID, f"{len(found)} confirmed"


def _notification_function(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    function = _function(pipeline, pipeline.names.notification_function)
    variables = function.get("Environment", {}).get("Variables", {})
    topic, name = variables.get("TOPIC_ARN"), variables.get("FULL_NAME")
    right = topic == _topic_arn(pipeline) and name == pipeline.names.full_name
    return valid_if(right, f"publishes to {topic} for {name}")


def _destination(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    name = pipeline.names.streaming_function
    config = pipeline.aws.awslambda.get_function_event_invoke_config(FunctionName=name)
    found = config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
    expected = _function(pipeline, pipeline.names.notification_function)["FunctionArn"]
    retries = config.get("MaximumRetryAttempts")
    return valid_if(found == expected, f"after {retries} retries: {found or 'nothing'}")


def _delivery_stream(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    stream = _stream(pipeline)
    destination = stream["Destinations"][0].get("ExtendedS3DestinationDescription", {})
    bucket = destination.get("BucketARN", "none")
    seconds = destination.get("BufferingHints", {}).get("IntervalInSeconds")
    evidence = f"{stream['DeliveryStreamStatus']}, every {seconds} s to {bucket}"
    right = stream["DeliveryStreamStatus"] == "ACTIVE"
    return valid_if(right and bucket == f"arn:aws:s3:::{pipeline.names.bucket}", evidence)


def _bucket_access(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    matrix = pipeline.access()
    if matrix is None:
        return Verdict.UNKNOWN, "this sandbox does not enforce policies"
    if deviations := list(matrix.deviations()):
        return Verdict.INVALID, "; ".join(deviations)
    evidence = f"as required for {', '.join(matrix.allowed)}"
    if Actor.OTHER_ACCOUNT not in matrix.allowed:
        evidence += "; not tried as another account: name a profile of one with --reader-profile"
        return Verdict.UNKNOWN, evidence
    return Verdict.VALID, evidence


def _content(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    objects = delivered_objects(pipeline.aws, pipeline.names.bucket)
    if not objects:
        return Verdict.INVALID, "no object in the bucket"
    newest = max(objects, key=lambda entry: entry.modified)
    age = age_seconds(newest.modified, pipeline.clock)
    evidence = f"{pluralize(len(objects), 'object')}; the newest is {age:.0f} s old"
    try:
        records = list(read_records(pipeline.aws, pipeline.names.bucket, newest.key))
    except ValueError as error:
        return Verdict.INVALID, f"{evidence}, and in it {error}"
    evidence += f", with {pluralize(len(records), 'record')}"
    return valid_if(records and age <= FRESH_SECONDS_MAX, evidence)


def _alert(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    if pipeline.messages is None:
        return _published(pipeline)
    alerts = [m for m in pipeline.messages if pipeline.names.streaming_function in m.text]
    if not alerts:
        return Verdict.UNKNOWN, "none seen yet; ./wavetank drill causes one"
    reached = ", ".join(sorted({message.address for message in alerts}))
    subject = alerts[-1].subject
    return valid_if(
        _is_assignment_subject(subject), f"{len(alerts)} seen, to {reached}: {subject!r}"
    )


def _published(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    """Without a mailbox: from the log of published alerts and the topic's subscriptions."""
    since = pipeline.clock.now() - timedelta(days=ALERT_DAYS)
    published = list(published_alerts(pipeline.aws, pipeline.names, since))
    found = subscriptions(pipeline.aws, _topic_arn(pipeline))
    confirmed = sorted(entry.address for entry in found if entry.confirmed)
    if not published or not confirmed:
        evidence = f"{pluralize(len(published), 'alert')} in {ALERT_DAYS} days, "
        evidence += f"confirmed addresses: {len(confirmed)}"
        return Verdict.UNKNOWN, f"{evidence}; ./wavetank drill causes one"
    last = published[-1]
    evidence = f"{pluralize(len(published), 'alert')} published, the last at {last.at} "
    evidence += f"for {', '.join(confirmed)}; only the mailbox shows whether they arrived"
    return valid_if(_is_assignment_subject(last.subject), f"{evidence}: {last.subject!r}")


def _is_assignment_subject(subject: str) -> bool:
    return subject.startswith("Failure: ") and subject.endswith("could not generate stream")


def _function(pipeline: CheckedPipeline, name: str) -> Any:
    return pipeline.aws.awslambda.get_function_configuration(FunctionName=name)


def _rule(pipeline: CheckedPipeline) -> Any:
    return pipeline.aws.events.describe_rule(Name=pipeline.names.rule)


def _stream(pipeline: CheckedPipeline) -> Any:
    answer = pipeline.aws.firehose.describe_delivery_stream(
        DeliveryStreamName=pipeline.names.delivery_stream
    )
    return answer["DeliveryStreamDescription"]


def _topic_arn(pipeline: CheckedPipeline) -> str:
    return topic_arn(pipeline.aws, pipeline.names)


ASSIGNMENT: Mapping[str, Check] = {
    "names follow the convention": _names,
    "everything in eu-west-1": _region,
    "table with the five indices": _table,
    "streaming function": _streaming_function,
    "fires every 60 seconds": _schedule,
    "topic with confirmed addresses": _addresses,
    "notification function": _notification_function,
    "failures go to the notification function": _destination,
    "delivery stream into the bucket": _delivery_stream,
    "bucket readable by any AWS account, writable by none": _bucket_access,
    "content arrives": _content,
    "failure reaches people": _alert,
}
"""The checks by requirement, in the order of the assignment's steps."""
