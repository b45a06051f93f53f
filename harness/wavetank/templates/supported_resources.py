"""The resources of a template that the simulator supports, and problems of the others.

Refused is what would deploy but have no effect: a trigger that never fires, a destination that is
never reached, code that is not run. Errors that only LocalStack detects are raised by the
deployment.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.external_layers import is_external, layers_without_content
from wavetank.templates.http_resources import HTTP_CHECKS
from wavetank.templates.problems import TemplateProblem, TemplateResource
from wavetank.templates.references import NESTED_STACK, TemplateScope

FUNCTION, TOPIC, QUEUE = "AWS::Lambda::Function", "AWS::SNS::Topic", "AWS::SQS::Queue"
LAYER, BUCKET = "AWS::Lambda::LayerVersion", "AWS::S3::Bucket"
BUS, DELIVERY_STREAM = "AWS::Events::EventBus", "AWS::KinesisFirehose::DeliveryStream"
DATA_STREAM, LOG_GROUP = "AWS::Kinesis::Stream", "AWS::Logs::LogGroup"
TABLE = "AWS::DynamoDB::Table"
TARGETS = frozenset({FUNCTION, TOPIC, QUEUE, DELIVERY_STREAM})
"""What a schedule can have as a target."""
RULE_TARGETS = TARGETS | {BUS, DATA_STREAM, LOG_GROUP}
LOG_TARGETS = frozenset({FUNCTION, DELIVERY_STREAM, DATA_STREAM})
"""What a subscription filter can have as its destination."""
BUCKET_ARN = "an ARN of s3"
"""The kind of a written ARN, which names the bucket."""
EVENT_SOURCES = frozenset({QUEUE, TABLE, DATA_STREAM})
"""What an event source mapping can read."""
RUNTIME = re.compile(r"python3\.\d+")
PROTOCOLS = frozenset({"email", "email-json", "firehose", "http", "https", "lambda", "sqs"})
DEFAULT_BUSES = frozenset({"default", "arn:aws:events:eu-west-1:000000000000:event-bus/default"})
S3_DESTINATIONS = ("ExtendedS3DestinationConfiguration", "S3DestinationConfiguration")
PROCESSORS = frozenset(
    {
        *("AppendDelimiterToRecord", "CloudWatchLogProcessing", "Decompression", "Lambda"),
        *("MetadataExtraction", "RecordDeAggregation"),
    }
)
NOTIFIED = {
    "LambdaConfigurations": ("Function", FUNCTION),
    "QueueConfigurations": ("Queue", QUEUE),
    "TopicConfigurations": ("Topic", TOPIC),
}
"""Of a bucket's notifications: the property that names the target, and its type."""
KINESIS_SOURCE = "KinesisStreamSourceConfiguration"
LEAVE_OUT = "remove it"


def unsupported(scope: TemplateScope) -> list[TemplateProblem]:
    """The parts of the template that the simulator does not support, in the order of lines."""
    problems: list[TemplateProblem] = []
    for name in scope.template.section("Resources"):
        resource = TemplateResource(scope, name)
        check = CHECKS.get(resource.kind)
        problems += [_unknown_type(resource)] if check is None else check(resource)
    return problems


def _unknown_type(resource: TemplateResource) -> TemplateProblem:
    others = ", ".join(sorted(CHECKS))
    expected = f"resources of types that the simulator supports: {others}"
    action = "use a sandbox, which has all of LocalStack: up, then invoke and check"
    problem = resource.problem(expected, "", action)
    return replace(problem, line=f"{problem.found} is not simulated")


def _anything(resource: TemplateResource) -> Iterator[TemplateProblem]:
    del resource
    yield from ()


def _refused(resource: TemplateResource, what: Mapping[str, str]) -> Iterator[TemplateProblem]:
    """Problems with the properties that are set; `what` has the expectation for each."""
    for name, expected in what.items():
        if name in resource.properties:
            yield resource.problem(expected, f"with {name}", LEAVE_OUT, (name,))


def _check_rule(rule: TemplateResource) -> Iterator[TemplateProblem]:
    if not {"ScheduleExpression", "EventPattern"} & rule.properties.keys():
        yield rule.problem("a rule with a schedule or a pattern", "without one", "give it one")
    bus = rule.properties.get("EventBusName")
    other = bus is not None and rule.scope.value(bus) not in DEFAULT_BUSES
    if other and "ScheduleExpression" in rule.properties:
        expected = "a rule of the default bus, which has the schedules"
        yield rule.problem(expected, "of another", LEAVE_OUT, ("EventBusName",))
    for number, target in enumerate(as_list(rule.properties.get("Targets"))):
        yield from _check_target(rule, number, target)


def _check_target(rule: TemplateResource, number: int, target: Any) -> Iterator[TemplateProblem]:
    written = as_table(target)
    kind = rule.scope.kind(written.get("Arn"))
    if kind not in RULE_TARGETS and rule.scope.value(written.get("Arn")) not in DEFAULT_BUSES:
        expected = (
            "a rule whose targets are functions, queues, topics, streams, log groups or buses"
        )
        what = f"with {_shown(kind)} as a target"
        action = "choose one of them, by Ref, GetAtt or Sub"
        yield rule.problem(expected, what, action, ("Targets", number, "Arn"))


def _check_schedule(schedule: TemplateResource) -> Iterator[TemplateProblem]:
    target = as_table(schedule.properties.get("Target"))
    kind = schedule.scope.kind(target.get("Arn"))
    if kind not in TARGETS:
        expected = "a schedule whose target is a function, a queue, a topic or a delivery stream"
        what = f"with {_shown(kind)} as its target"
        action = "choose one of them, by Ref, GetAtt or Sub"
        yield schedule.problem(expected, what, action, ("Target", "Arn"))


def _check_function(function: TemplateResource) -> Iterator[TemplateProblem]:
    code = function.properties.get("Code")
    is_image = function.scope.value(function.properties.get("PackageType")) == "Image"
    if is_image or (isinstance(code, dict) and "ImageUri" in code):
        yield function.problem("a function that is a zip", "made of an image", "package it")
        return
    runtime = function.scope.value(function.properties.get("Runtime"))
    if not isinstance(runtime, str) or not RUNTIME.fullmatch(runtime):
        what = f"with {_shown(runtime)} as Runtime"
        yield function.problem("a function in Python 3", what, "choose another", ("Runtime",))
    refused = {
        "DurableConfig": "a function that is not durable",
        "FileSystemConfigs": "a function without mounted file systems",
        "TenancyConfig": "a function without tenant isolation",
    }
    yield from _refused(function, refused)
    yield from _check_dead_letters(function)
    yield from _check_layers(function)


def _check_dead_letters(function: TemplateResource) -> Iterator[TemplateProblem]:
    written = as_table(function.properties.get("DeadLetterConfig"))
    kind = function.scope.kind(written.get("TargetArn")) if written else QUEUE
    if kind not in {TOPIC, QUEUE}:
        expected, what = "a queue or a topic for dead letters", f"with {_shown(kind)} as target"
        keys = ("DeadLetterConfig", "TargetArn")
        yield function.problem(expected, what, "choose one of them", keys)


def _check_layers(function: TemplateResource) -> Iterator[TemplateProblem]:
    yield from layers_without_content(function)
    for number, layer in enumerate(as_list(function.properties.get("Layers"))):
        meant = function.scope.value(layer)
        shown = meant if isinstance(meant, str) else function.scope.kind(layer)
        if function.scope.kind(layer) != LAYER and not is_external(str(shown)):
            expected, what = "layers of the templates", f"with {_shown(shown)} as a layer"
            action = "add its content to a template as AWS::Lambda::LayerVersion"
            yield function.problem(expected, what, action, ("Layers", number))


def _check_version(version: TemplateResource) -> Iterator[TemplateProblem]:
    yield from _refused(
        version, {"ProvisionedConcurrencyConfig": "a version without provisioned concurrency"}
    )


def _check_alias(alias: TemplateResource) -> Iterator[TemplateProblem]:
    refused = {
        "ProvisionedConcurrencyConfig": "an alias without provisioned concurrency",
        "RoutingConfig": "an alias of one version",
    }
    yield from _refused(alias, refused)


def _check_invoke_configuration(configuration: TemplateResource) -> Iterator[TemplateProblem]:
    scope, properties = configuration.scope, configuration.properties
    qualifier = scope.value(properties.get("Qualifier"))
    if isinstance(qualifier, str) and qualifier.isdecimal():
        expected = "a configuration of $LATEST or of an alias"
        yield configuration.problem(expected, "of another version", LEAVE_OUT, ("Qualifier",))
    destinations = as_table(properties.get("DestinationConfig"))
    for name in ("OnFailure", "OnSuccess"):
        written = as_table(destinations.get(name))
        kind = scope.kind(written.get("Destination")) if written else FUNCTION
        is_bus = scope.value(written.get("Destination")) in DEFAULT_BUSES
        if kind not in {FUNCTION, TOPIC, QUEUE, BUS} and not is_bus:
            expected = "a function, a topic, a queue or an event bus as destination"
            what = f"with {_shown(kind)} as {name}"
            keys = ("DestinationConfig", name, "Destination")
            yield configuration.problem(expected, what, "choose one of them", keys)


def _check_event_source_mapping(mapping: TemplateResource) -> Iterator[TemplateProblem]:
    kind = mapping.scope.kind(mapping.properties.get("EventSourceArn"))
    if kind not in EVENT_SOURCES:
        expected = "a mapping of a queue, a Kinesis stream or the stream of a table"
        what = f"with {_shown(kind)} as its source"
        action = "name one of the templates by GetAtt"
        yield mapping.problem(expected, what, action, ("EventSourceArn",))
    refused = {"ProvisionedPollerConfig": "a mapping without provisioned pollers"}
    yield from _refused(mapping, refused)
    if mapping.scope.text(mapping.properties.get("TumblingWindowInSeconds", 0)) != "0":
        expected, what = "a mapping without tumbling windows", "with TumblingWindowInSeconds"
        yield mapping.problem(expected, what, LEAVE_OUT, ("TumblingWindowInSeconds",))
    yield from _check_discarded(mapping)


def _check_discarded(mapping: TemplateResource) -> Iterator[TemplateProblem]:
    """Where a mapping of a stream reports discarded records to."""
    written = as_table(as_table(mapping.properties.get("DestinationConfig")).get("OnFailure"))
    kind = mapping.scope.kind(written.get("Destination")) if written else QUEUE
    if kind not in {QUEUE, TOPIC, BUCKET, BUCKET_ARN}:
        expected = "a queue, a topic or a bucket for discarded records"
        keys = ("DestinationConfig", "OnFailure", "Destination")
        what = f"with {_shown(kind)} as OnFailure"
        yield mapping.problem(expected, what, "choose one of them", keys)


def _check_stream(stream: TemplateResource) -> Iterator[TemplateProblem]:
    expected = "a delivery stream that delivers to S3, from direct puts or a Kinesis data stream"
    properties = stream.properties
    others = [
        name
        for name in properties
        if name.endswith(("DestinationConfiguration", "SourceConfiguration"))
        and name not in (*S3_DESTINATIONS, KINESIS_SOURCE)
    ]
    yield from _refused(stream, dict.fromkeys(others, expected))
    destinations = [name for name in S3_DESTINATIONS if name in properties]
    if not destinations and not others:
        yield stream.problem(expected, "without a destination", "give it one")
    for name in destinations:
        yield from _check_destination(stream, name)


def _check_destination(stream: TemplateResource, name: str) -> Iterator[TemplateProblem]:
    destination = as_table(stream.properties[name])
    part = "DataFormatConversionConfiguration"
    if part in destination and as_table(destination[part]).get("Enabled") is not False:
        expected = "records in the format in which they are put"
        yield stream.problem(expected, f"with {part}", LEAVE_OUT, (name, part))
    processing = as_table(destination.get("ProcessingConfiguration"))
    for processor in as_list(processing.get("Processors")):
        kind = stream.scope.value(as_table(processor).get("Type"))
        if kind not in PROCESSORS:
            expected = f"a processor of {', '.join(sorted(PROCESSORS))}"
            what = f"with a processor {_shown(kind)}"
            keys = (name, "ProcessingConfiguration")
            yield stream.problem(expected, what, LEAVE_OUT, keys)


def _check_table(table: TemplateResource) -> Iterator[TemplateProblem]:
    yield from _refused(
        table, {"KinesisStreamSpecification": "a table that does not put changes into Kinesis"}
    )


def _check_bucket(bucket: TemplateResource) -> Iterator[TemplateProblem]:
    yield from _refused(bucket, {"ReplicationConfiguration": "a bucket without replication"})
    configuration = as_table(bucket.properties.get("NotificationConfiguration"))
    for name, (target, kind) in NOTIFIED.items():
        for number, written in enumerate(as_list(configuration.get(name))):
            found = bucket.scope.kind(as_table(written).get(target))
            if found != kind:
                keys = ("NotificationConfiguration", name, number, target)
                expected, what = f"a notification of {kind}", f"with {_shown(found)} as {target}"
                yield bucket.problem(expected, what, "choose a resource of the templates", keys)


def _check_log_subscription(subscription: TemplateResource) -> Iterator[TemplateProblem]:
    kind = subscription.scope.kind(subscription.properties.get("DestinationArn"))
    if kind not in LOG_TARGETS:
        expected = "a subscription filter for a function, a delivery stream or a data stream"
        what = f"with {_shown(kind)} as its destination"
        keys = ("DestinationArn",)
        yield subscription.problem(expected, what, "choose one of them, by GetAtt or Sub", keys)


def _check_topic(topic: TemplateResource) -> Iterator[TemplateProblem]:
    for number, subscription in enumerate(as_list(topic.properties.get("Subscription"))):
        yield from _check_protocol(topic, as_table(subscription), ("Subscription", number))


def _check_subscription(subscription: TemplateResource) -> Iterator[TemplateProblem]:
    yield from _check_protocol(subscription, subscription.properties, ("Protocol",))


def _check_protocol(
    resource: TemplateResource, subscription: Mapping[str, Any], keys: tuple[str | int, ...]
) -> Iterator[TemplateProblem]:
    protocol = resource.scope.value(subscription.get("Protocol"))
    if protocol not in PROTOCOLS:
        expected = f"a subscription by {', '.join(sorted(PROTOCOLS))}"
        yield resource.problem(expected, f"by {_shown(protocol)}", "choose one of them", keys)


def _shown(meant: object) -> str:
    return str(meant) if meant else "a value that the template does not determine"


CHECKS: Mapping[str, Callable[[TemplateResource], Iterator[TemplateProblem]]] = {
    NESTED_STACK: _anything,
    "AWS::CloudWatch::Alarm": _anything,
    TABLE: _check_table,
    BUS: _anything,
    "AWS::Events::EventBusPolicy": _anything,
    "AWS::Events::Rule": _check_rule,
    "AWS::IAM::ManagedPolicy": _anything,
    "AWS::IAM::Policy": _anything,
    "AWS::IAM::Role": _anything,
    DATA_STREAM: _anything,
    DELIVERY_STREAM: _check_stream,
    "AWS::Lambda::EventInvokeConfig": _check_invoke_configuration,
    "AWS::Lambda::Alias": _check_alias,
    "AWS::Lambda::EventSourceMapping": _check_event_source_mapping,
    FUNCTION: _check_function,
    LAYER: _anything,
    "AWS::Lambda::Permission": _anything,
    "AWS::Lambda::Version": _check_version,
    LOG_GROUP: _anything,
    "AWS::Logs::LogStream": _anything,
    "AWS::Logs::ResourcePolicy": _anything,
    "AWS::Logs::SubscriptionFilter": _check_log_subscription,
    BUCKET: _check_bucket,
    "AWS::S3::BucketPolicy": _anything,
    "AWS::Scheduler::Schedule": _check_schedule,
    "AWS::Scheduler::ScheduleGroup": _anything,
    "AWS::SecretsManager::Secret": _anything,
    "AWS::SNS::Subscription": _check_subscription,
    TOPIC: _check_topic,
    "AWS::SNS::TopicPolicy": _anything,
    QUEUE: _anything,
    "AWS::SQS::QueuePolicy": _anything,
    **HTTP_CHECKS,
    "AWS::SSM::Parameter": _anything,
}
"""The supported types; tests/simulator deploys one of each."""
