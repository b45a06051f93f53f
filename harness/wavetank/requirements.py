"""The brief's requirements, one by one, judged by what is deployed and what it does.

Each check looks at the pipeline itself, never at the templates: what is judged is what runs.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.access.matrix import AccessMatrix
from wavetank.clients import AwsClients, ClientError, error_code
from wavetank.clock import Clock
from wavetank.naming import Names
from wavetank.probes import (
    Message,
    age_seconds,
    delivered_objects,
    read_prices,
    read_records,
    subscriptions,
)
from wavetank.settings import REGION
from wavetank.ticker import FIRST_PRICES
from wavetank.verdicts import Finding, Verdict
from wavetank.words import counted

FRESH_SECONDS_MAX = 180.0
"""A tick a minute, a minute of buffering, and one to spare."""


@dataclass(frozen=True)
class CheckedPipeline:
    """What is checked.

    `messages` are the alerts that arrived, as far as they can be seen; `access` tries who can do
    what with the bucket, and gives None where policies are not enforced.
    """

    aws: AwsClients
    names: Names
    clock: Clock
    addresses: tuple[str, ...]
    messages: tuple[Message, ...]
    access: Callable[[], AccessMatrix | None]


type Check = Callable[[CheckedPipeline], tuple[Verdict, str]]


def check_requirements(pipeline: CheckedPipeline) -> Iterator[Finding]:
    """Judges every requirement; a resource that is missing makes it invalid, not an error."""
    for requirement, check in CHECKS.items():
        try:
            verdict, evidence = check(pipeline)
        except ClientError as error:
            if not error_code(error).endswith(("NotFoundException", "NoSuchBucket", "NotFound")):
                raise
            verdict, evidence = Verdict.INVALID, str(error)
        yield Finding(requirement, verdict, evidence)


def _valid_if(condition: object, evidence: str) -> tuple[Verdict, str]:
    return (Verdict.VALID if condition else Verdict.INVALID), evidence


def _names(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    names = pipeline.names
    expected = (names.streaming_function, names.notification_function)
    found = [_function(pipeline, name)["FunctionName"] for name in expected]
    return _valid_if(found == list(expected), ", ".join(found))


def _region(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    arns = [
        _function(pipeline, pipeline.names.streaming_function)["FunctionArn"],
        _rule(pipeline)["Arn"],
        _topic_arn(pipeline),
        _stream(pipeline)["DeliveryStreamARN"],
        pipeline.aws.dynamodb.describe_table(TableName=pipeline.names.table)["Table"]["TableArn"],
    ]
    regions = {arn.split(":")[3] for arn in arns}
    return _valid_if(regions == {REGION}, f"{', '.join(sorted(regions))} in {len(arns)} ARNs")


def _table(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    prices = read_prices(pipeline.aws, pipeline.names.table)
    shown = ", ".join(f"{price.ticker} {price.price:.2f}" for price in prices)
    expected = [price.ticker for price in FIRST_PRICES]
    return _valid_if([price.ticker for price in prices] == expected, shown or "no items")


def _streaming_function(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    function = _function(pipeline, pipeline.names.streaming_function)
    state = function.get("State", "unknown")
    runtime, handler = function.get("Runtime"), function.get("Handler")
    evidence = f"{function['FunctionName']}: {state}, {runtime}, {handler}"
    return _valid_if(state == "Active", evidence)


def _schedule(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    rule = _rule(pipeline)
    targets = pipeline.aws.events.list_targets_by_rule(Rule=pipeline.names.rule)["Targets"]
    function = _function(pipeline, pipeline.names.streaming_function)["FunctionArn"]
    aimed = [entry["Arn"] for entry in targets] == [function]
    evidence = f"{rule.get('ScheduleExpression')}, {rule.get('State')}, {len(targets)} pipeline(s)"
    right = rule.get("ScheduleExpression") == "rate(1 minute)" and rule.get("State") == "ENABLED"
    return _valid_if(right and aimed, evidence)


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
    return _valid_if(right, f"publishes to {topic} for {name}")


def _destination(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    name = pipeline.names.streaming_function
    config = pipeline.aws.awslambda.get_function_event_invoke_config(FunctionName=name)
    found = config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
    expected = _function(pipeline, pipeline.names.notification_function)["FunctionArn"]
    retries = config.get("MaximumRetryAttempts")
    return _valid_if(found == expected, f"after {retries} retries: {found or 'nothing'}")


def _delivery_stream(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    stream = _stream(pipeline)
    destination = stream["Destinations"][0].get("ExtendedS3DestinationDescription", {})
    bucket = destination.get("BucketARN", "none")
    seconds = destination.get("BufferingHints", {}).get("IntervalInSeconds")
    evidence = f"{stream['DeliveryStreamStatus']}, every {seconds} s to {bucket}"
    right = stream["DeliveryStreamStatus"] == "ACTIVE"
    return _valid_if(right and bucket == f"arn:aws:s3:::{pipeline.names.bucket}", evidence)


def _bucket_access(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    matrix = pipeline.access()
    if matrix is None:
        return Verdict.UNKNOWN, "this sandbox does not enforce policies"
    deviations = list(matrix.deviations())
    return _valid_if(not deviations, "; ".join(deviations) or "tried by four, as it should be")


def _content(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    objects = delivered_objects(pipeline.aws, pipeline.names.bucket)
    if not objects:
        return Verdict.INVALID, "no object in the bucket"
    newest = max(objects, key=lambda entry: entry.modified)
    age = age_seconds(newest.modified, pipeline.clock)
    evidence = f"{counted(len(objects), 'object')}; the newest is {age:.0f} s old"
    try:
        records = list(read_records(pipeline.aws, pipeline.names.bucket, newest.key))
    except ValueError as error:
        return Verdict.INVALID, f"{evidence}, and in it {error}"
    evidence += f", with {counted(len(records), 'record')}"
    return _valid_if(records and age <= FRESH_SECONDS_MAX, evidence)


def _alert(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    alerts = [m for m in pipeline.messages if pipeline.names.streaming_function in m.text]
    if not alerts:
        return Verdict.UNKNOWN, "none seen yet; ./wavetank drill makes one on purpose"
    reached = ", ".join(sorted({message.address for message in alerts}))
    subject = alerts[-1].subject
    right = subject.startswith("Failure: ") and subject.endswith("could not generate stream")
    return _valid_if(right, f"{len(alerts)} seen, to {reached}: {subject!r}")


def _function(pipeline: CheckedPipeline, name: str) -> Any:
    return pipeline.aws.awslambda.get_function_configuration(FunctionName=name)


def _rule(pipeline: CheckedPipeline) -> Any:
    return pipeline.aws.events.describe_rule(Name=pipeline.names.rule)


def _stream(pipeline: CheckedPipeline) -> Any:
    answer = pipeline.aws.firehose.describe_delivery_stream(
        DeliveryStreamName=pipeline.names.delivery_stream
    )
    return answer["DeliveryStreamDescription"]


def topic_arn(aws: AwsClients, names: Names) -> str:
    """That of the alerts, in the account that asks."""
    account = aws.sts.get_caller_identity()["Account"]
    return f"arn:aws:sns:{REGION}:{account}:{names.topic}"


def _topic_arn(pipeline: CheckedPipeline) -> str:
    return topic_arn(pipeline.aws, pipeline.names)


CHECKS: Mapping[str, Check] = {
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
"""What is judged, in the order of the brief's steps."""
