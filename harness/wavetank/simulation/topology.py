"""The deployed pipeline, read from the emulator's own API, so that the template itself is tested.

What a template forgot - a target, a permission, a destination - is missing here as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.core.resource_name import service_of
from wavetank.emulator.lambda_.runtimes import substitution
from wavetank.faults.references import FunctionRole
from wavetank.invariants.applicability import DELIVERY_STREAM, FUNCTION, SCHEDULED_RULE
from wavetank.simulation.retry_policy import AGE_DEFAULT, RETRIES_DEFAULT, InvokeConfiguration

LATEST = "$LATEST"
NOT_FOUND = "ResourceNotFoundException"
TRANSFORMING = frozenset({"InputPath", "InputTransformer"})
"""Settings by which a target gets neither the event nor a constant."""


@dataclass(frozen=True)
class InvokedTarget:
    """A function that a rule invokes; `input`, if set, replaces the event."""

    arn: str
    input: str | None


@dataclass(frozen=True)
class DeliveredTarget:
    """A rule's target that EventBridge delivers to: no function, or a transformed event."""

    id: str
    arn: str


@dataclass(frozen=True, kw_only=True)
class ScheduledRule:
    """An EventBridge rule with a schedule, enabled or not.

    `targets` are the functions that it invokes with the event or a constant input, `delivered` its
    other targets.
    """

    name: str
    arn: str
    expression: str
    enabled: bool
    targets: tuple[InvokedTarget, ...]
    delivered: tuple[DeliveredTarget, ...] = ()


def scheduled_rules(aws: AwsClients) -> Iterator[ScheduledRule]:
    """Every rule of the default bus that has a schedule."""
    for page in aws.events.get_paginator("list_rules").paginate():
        for rule in page["Rules"]:
            if "ScheduleExpression" in rule:
                found = list(_targets(aws, rule["Name"]))
                yield ScheduledRule(
                    name=rule["Name"],
                    arn=rule["Arn"],
                    expression=rule["ScheduleExpression"],
                    enabled=rule.get("State") == "ENABLED",
                    targets=tuple(each for each in found if isinstance(each, InvokedTarget)),
                    delivered=tuple(each for each in found if isinstance(each, DeliveredTarget)),
                )


@dataclass(frozen=True)
class Topology:
    """The deployed rules, and the EventInvokeConfig of each function and alias by ARN."""

    rules: tuple[ScheduledRule, ...]
    configurations: Mapping[str, InvokeConfiguration]
    aliases: Mapping[str, InvokeConfiguration] = field(default_factory=dict)

    def configuration(self, arn: str) -> InvokeConfiguration:
        """The EventInvokeConfig for requests to the function, or to a version or alias of it."""
        known = self.aliases.get(arn)
        return self.configurations[unqualified(arn)] if known is None else known

    def failure_destinations(self) -> frozenset[str]:
        """What Lambda sends the events to that it gives up: functions, topics and queues."""
        known = [*self.configurations.values(), *self.aliases.values()]
        found = {arn for each in known for arn in (each.on_failure, each.dead_letters) if arn}
        return frozenset(map(_unqualified_function, found))

    def functions(self, role: FunctionRole) -> frozenset[str]:
        """The functions that have this role in the pipeline."""
        targets = {target.arn for rule in self.rules for target in rule.targets}
        scheduled = frozenset(map(unqualified, targets))
        destinations = [self.configuration(arn).on_failure for arn in targets]
        found = frozenset(unqualified(arn) for arn in destinations if arn and is_function(arn))
        match role:
            case FunctionRole.RULE_TARGET:
                return scheduled
            case FunctionRole.FAILURE_DESTINATION:
                return found
            case FunctionRole.TRIGGER_TARGET:
                return frozenset(self.configurations) - scheduled - found


def read_topology(aws: AwsClients) -> Topology:
    """Read the topology of what is deployed."""
    pages = aws.awslambda.get_paginator("list_functions").paginate()
    functions = [entry for page in pages for entry in page["Functions"]]
    configurations, aliases = {}, {}
    for entry in functions:
        arn, dead_letters = entry["FunctionArn"], entry.get("DeadLetterConfig", {}).get("TargetArn")
        configurations[arn] = replace(invoke_configuration(aws, arn), dead_letters=dead_letters)
        for alias in aws.awslambda.list_aliases(FunctionName=arn)["Aliases"]:
            found = invoke_configuration(aws, arn, alias["Name"])
            aliases[alias["AliasArn"]] = replace(found, dead_letters=dead_letters)
    return Topology(tuple(scheduled_rules(aws)), configurations, aliases)


def resource_types(aws: AwsClients, topology: Topology) -> tuple[str, ...]:
    """The types of what is deployed, of those that invariants are about."""
    streams = aws.firehose.list_delivery_streams(Limit=1)["DeliveryStreamNames"]
    deployed = {
        SCHEDULED_RULE: bool(topology.rules),
        DELIVERY_STREAM: bool(streams),
        FUNCTION: bool(topology.configurations),
    }
    return tuple(each for each, is_there in deployed.items() if is_there)


def substituted_runtimes(aws: AwsClients) -> list[str]:
    """What to say about each runtime of a function that runs on another version of Python here."""
    pages = aws.awslambda.get_paginator("list_functions").paginate()
    runtimes = {entry.get("Runtime", "") for page in pages for entry in page["Functions"]}
    texts = [substitution(runtime, None) for runtime in sorted(runtimes)]
    return [text for text in texts if text is not None]


def is_function(arn: str) -> bool:
    """Whether the ARN is that of a Lambda function."""
    return service_of(arn) == "lambda"


def unqualified(arn: str) -> str:
    """The ARN of a function, without the version or the alias that it may name."""
    return ":".join(arn.split(":")[:7])


def _unqualified_function(arn: str) -> str:
    return unqualified(arn) if is_function(arn) else arn


def function_name(arn: str) -> str:
    """The name in a function's ARN."""
    return arn.split(":")[6]


def topics(aws: AwsClients) -> list[str]:
    """The ARNs of the topics."""
    return [
        t["TopicArn"] for p in aws.sns.get_paginator("list_topics").paginate() for t in p["Topics"]
    ]


def confirmed_addresses(aws: AwsClients, topic: str) -> tuple[str, ...]:
    """The confirmed addresses of the topic."""
    return tuple(each.address for each in subscriptions(aws, topic) if each.arn is not None)


@dataclass(frozen=True)
class EmailSubscription:
    """An e-mail subscription of a topic; `arn` is None until it is confirmed."""

    address: str
    arn: str | None


def subscriptions(aws: AwsClients, topic: str) -> list[EmailSubscription]:
    """The e-mail subscriptions of the topic, in the order that SNS lists them."""
    pages = aws.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    entries = [entry for page in pages for entry in page["Subscriptions"]]
    return [
        EmailSubscription(
            e["Endpoint"], arn if (arn := e["SubscriptionArn"]).startswith("arn:") else None
        )
        for e in entries
        if e["Protocol"].startswith("email")
    ]


def tables(aws: AwsClients) -> list[str]:
    """The names of the tables."""
    return [
        n for p in aws.dynamodb.get_paginator("list_tables").paginate() for n in p["TableNames"]
    ]


def invoke_configuration(
    aws: AwsClients, function: str, qualifier: str = LATEST
) -> InvokeConfiguration:
    """The EventInvokeConfig of the function's version or alias, or AWS's defaults."""
    try:
        found = aws.awslambda.get_function_event_invoke_config(
            FunctionName=function, Qualifier=qualifier
        )
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


def _targets(aws: AwsClients, rule: str) -> Iterator[InvokedTarget | DeliveredTarget]:
    pages = aws.events.get_paginator("list_targets_by_rule").paginate(Rule=rule)
    for page in pages:
        for target in page["Targets"]:
            if is_function(target["Arn"]) and not TRANSFORMING & target.keys():
                yield InvokedTarget(target["Arn"], target.get("Input"))
            else:
                yield DeliveredTarget(target["Id"], target["Arn"])
