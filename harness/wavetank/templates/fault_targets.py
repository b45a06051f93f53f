"""What faults can hit in a pipeline, read from its templates: triggers, functions, roles, calls.

A handler's calls are not known from a template. They are taken to be those that a function usually
makes to the types of resource that are there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wavetank.core.resource_name import is_fifo
from wavetank.faults.references import FunctionRole, Resource, RoleOwner
from wavetank.faults.targets import FaultTargets
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.event_routes import (
    RULE,
    TemplateSchedule,
    destinations,
    is_enabled,
    schedules,
)
from wavetank.templates.problems import TemplateResource
from wavetank.templates.references import TemplateScope
from wavetank.templates.supported_resources import DATA_STREAM, FUNCTION, QUEUE, TABLE

PRESENT = {
    FUNCTION: Resource.FUNCTION,
    "AWS::IAM::Role": Resource.ROLE,
    "AWS::KinesisFirehose::DeliveryStream": Resource.STREAM,
    "AWS::SNS::Topic": Resource.TOPIC,
}
"""What a resource of the type stands for, whatever its properties."""
ERRORS = {
    TABLE: (
        ("dynamodb:UpdateItem", "ThrottlingException"),
        ("dynamodb:UpdateItem", "InternalServerError"),
        ("dynamodb:PutItem", "ProvisionedThroughputExceededException"),
        ("dynamodb:GetItem", "ThrottlingException"),
        ("dynamodb:TransactWriteItems", "InternalServerError"),
    ),
    "AWS::KinesisFirehose::DeliveryStream": (
        ("firehose:PutRecord", "ServiceUnavailableException"),
        ("firehose:PutRecordBatch", "ServiceUnavailableException"),
    ),
    "AWS::S3::Bucket": (("s3:GetObject", "SlowDown"), ("s3:PutObject", "SlowDown")),
    "AWS::SNS::Topic": (("sns:Publish", "InternalError"),),
}
"""The usual calls to a resource of the type, each with an error that its service documents.
[DynamoDB, Firehose, S3 and SNS API references: errors]"""
READS = {
    QUEUE: ("sqs:ReceiveMessage", "sqs:DeleteMessage"),
    DATA_STREAM: ("kinesis:GetRecords",),
    TABLE: ("dynamodb:GetRecords",),
}
"""The permissions with which Lambda reads an event source of the type."""
OF_SERVICES = {"an ARN of kinesis": DATA_STREAM, "an ARN of dynamodb": TABLE}
"""The type that an ARN of another stack's resource stands for."""


def fault_targets(scopes: Iterable[TemplateScope]) -> FaultTargets:
    """What faults can hit in the stacks of these templates."""
    found = _Found()
    for scope in scopes:
        for name in scope.template.section("Resources"):
            found.add(TemplateResource(scope, name))
        for schedule in schedules(scope):
            found.add_schedule(schedule)
    return found.targets()


@dataclass
class _Found:
    """What was found so far; functions are known by template and logical id."""

    resources: set[Resource] = field(default_factory=set)
    types: dict[str, None] = field(default_factory=dict)
    read: dict[str, None] = field(default_factory=dict)
    functions: set[object] = field(default_factory=set)
    scheduled: set[object] = field(default_factory=set)
    failures_of: dict[object, object] = field(default_factory=dict)
    keeps_failures: bool = False

    def add(self, resource: TemplateResource) -> None:
        """Take one more resource into account."""
        kind, properties = resource.kind, resource.properties
        self.types[kind] = None
        if kind in PRESENT:
            self.resources.add(PRESENT[kind])
        if kind == FUNCTION:
            self.functions.add(_key(resource))
            self.keeps_failures |= "DeadLetterConfig" in properties
        if is_enabled(resource):
            if any(resource.scope.kind(each) == FUNCTION for each in destinations(resource)):
                self.resources.add(Resource.ASYNC_SOURCE)
            if kind in READERS:
                READERS[kind](self, resource)

    def targets(self) -> FaultTargets:
        """All that was found."""
        failures = {self.failures_of[key] for key in self.scheduled & self.failures_of.keys()}
        others = self.functions - self.scheduled - failures
        by_role = {
            FunctionRole.RULE_TARGET: self.scheduled,
            FunctionRole.FAILURE_DESTINATION: failures,
            FunctionRole.TRIGGER_TARGET: others,
        }
        functions = tuple(role for role, found in by_role.items() if found)
        errors = tuple(each for kind in self.types for each in ERRORS.get(kind, ()))
        permissions = tuple(self._permissions(functions, errors))
        resources = set(self.resources)
        if functions and errors:
            resources.add(Resource.CALL)
        if permissions:
            resources.add(Resource.ACTION)
        if failures:
            resources.add(Resource.FAILURE_DESTINATION)
        return FaultTargets(
            resources=frozenset(resources),
            functions=functions,
            permissions=permissions,
            errors=errors,
        )

    def _permissions(
        self, functions: tuple[FunctionRole, ...], errors: tuple[tuple[str, str], ...]
    ) -> Iterator[tuple[RoleOwner, str]]:
        actions = [action for kind in self.read for action in READS.get(kind, ())]
        actions += dict.fromkeys(call for call, _ in errors if "Transact" not in call)
        if self.keeps_failures:
            actions.append("sqs:SendMessage")
        for role in functions:
            yield from ((RoleOwner(role.value), action) for action in actions)
        if Resource.STREAM in self.resources:
            yield RoleOwner.DELIVERY_STREAM, "s3:PutObject"

    def add_mapping(self, mapping: TemplateResource) -> None:
        """Note an event source mapping."""
        written = mapping.properties.get("EventSourceArn")
        kind = mapping.scope.kind(written) or ""
        kind = OF_SERVICES.get(kind, kind)
        self.read[kind] = None
        self.keeps_failures |= "DestinationConfig" in mapping.properties
        if kind == QUEUE and _is_fifo(mapping, written):
            self.resources.add(Resource.MESSAGE_SOURCE)
        elif kind == QUEUE:
            self.resources |= {Resource.EVENT_SOURCE, Resource.MESSAGE_SOURCE, Resource.QUEUE}
        elif kind in {DATA_STREAM, TABLE}:
            self.resources |= {Resource.DATA_STREAM, Resource.EVENT_SOURCE}
        if kind == DATA_STREAM:
            self.resources.add(Resource.MESSAGE_SOURCE)

    def add_destination(self, configuration: TemplateResource) -> None:
        """Note where Lambda sends the events of a function that it gives up."""
        properties = configuration.properties
        destinations = as_table(properties.get("DestinationConfig"))
        written = as_table(destinations.get("OnFailure")).get("Destination")
        self.keeps_failures |= written is not None
        function = _function(configuration, properties.get("FunctionName"))
        destination = _function(configuration, written)
        if function is not None and destination is not None:
            self.failures_of[function] = destination

    def add_schedule(self, schedule: TemplateSchedule) -> None:
        """Note a rule with a schedule, or a schedule of EventBridge Scheduler."""
        if schedule.kind == RULE:
            self.resources.add(Resource.RULE)
            self.scheduled |= {_key(each) for each in schedule.targets if each.kind == FUNCTION}
        else:
            self.resources.add(Resource.ASYNC_SOURCE)

    def add_topic(self, topic: TemplateResource) -> None:
        """Note the subscriptions that a topic has by itself."""
        for each in as_list(topic.properties.get("Subscription")):
            self._add_subscriber(topic.scope, as_table(each))

    def add_subscription(self, subscription: TemplateResource) -> None:
        """Note a topic's subscription."""
        self._add_subscriber(subscription.scope, subscription.properties)

    def _add_subscriber(self, scope: TemplateScope, properties: Mapping[str, Any]) -> None:
        if scope.text(properties.get("Protocol")) == "email":
            self.resources.add(Resource.SUBSCRIPTION)


READERS: Mapping[str, Callable[[_Found, TemplateResource], None]] = {
    "AWS::Lambda::EventInvokeConfig": _Found.add_destination,
    "AWS::Lambda::EventSourceMapping": _Found.add_mapping,
    "AWS::SNS::Subscription": _Found.add_subscription,
    "AWS::SNS::Topic": _Found.add_topic,
}
"""What each type says beside its destinations."""


def _key(function: TemplateResource) -> object:
    return function.scope.template.path, function.name


def _function(resource: TemplateResource, written: object) -> object | None:
    """The function that one of its values refers to; None for anything else."""
    found = resource.referred(written)
    return _key(found) if found is not None and found.kind == FUNCTION else None


def _is_fifo(mapping: TemplateResource, written: object) -> bool:
    """Whether the queue of that reference or ARN is a FIFO queue."""
    queue = mapping.referred(written)
    if queue is None:
        return is_fifo(str(mapping.scope.value(written)))
    return str(queue.properties.get("FifoQueue")).lower() == "true"
