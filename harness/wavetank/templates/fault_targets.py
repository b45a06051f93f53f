"""What faults can hit in a pipeline, read from its templates: triggers, functions, roles, calls.

A handler's calls are not known from a template. They are taken to be those that the policies of the
templates allow by name, and for a service whose policies have wildcards, or none, those that a
function usually makes to the types of resource that are there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wavetank.core.resource_name import is_fifo
from wavetank.faults.calls import PUBLISH
from wavetank.faults.references import FunctionReference, FunctionRole, Resource, RoleOwner
from wavetank.faults.targets import FaultTargets
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.allowed_calls import TRANSACTIONS, AllowedCalls
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
USUAL_CALLS = {
    TABLE: (
        "dynamodb:UpdateItem",
        "dynamodb:PutItem",
        "dynamodb:GetItem",
        "dynamodb:TransactWriteItems",
    ),
    "AWS::KinesisFirehose::DeliveryStream": ("firehose:PutRecord", "firehose:PutRecordBatch"),
    "AWS::S3::Bucket": ("s3:GetObject", "s3:PutObject"),
    "AWS::SNS::Topic": (PUBLISH,),
}
"""The calls that functions usually make to a resource of the type."""
ERROR_CODES = {
    "dynamodb": (
        "ThrottlingException",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
    ),
    "firehose": ("ServiceUnavailableException",),
    "s3": ("SlowDown",),
    "sns": ("InternalError",),
}
"""[DynamoDB, Firehose, S3 and SNS API references: errors]"""
READS = {
    QUEUE: ("sqs:ReceiveMessage", "sqs:DeleteMessage"),
    DATA_STREAM: ("kinesis:GetRecords",),
    TABLE: ("dynamodb:GetRecords",),
}
"""The permissions with which Lambda reads an event source of the type."""
OF_SERVICES = {"an ARN of kinesis": DATA_STREAM, "an ARN of dynamodb": TABLE}
"""The type that an ARN of another stack's resource stands for."""


type ResourceKey = tuple[Path, str]
"""A resource by its template and its logical id."""


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
    names: dict[tuple[Resource, str], ResourceKey] = field(default_factory=dict)
    unnamed: set[Resource] = field(default_factory=set)
    """Of what not every resource is in the templates, so that no name would be that of all."""
    policies: AllowedCalls = field(default_factory=AllowedCalls)
    functions: dict[ResourceKey, None] = field(default_factory=dict)
    scheduled: set[ResourceKey] = field(default_factory=set)
    failures_of: dict[ResourceKey, ResourceKey] = field(default_factory=dict)
    keeps_failures: bool = False

    def add(self, resource: TemplateResource) -> None:
        """Take one more resource into account."""
        kind, properties = resource.kind, resource.properties
        self.types[kind] = None
        if kind in PRESENT:
            self._add_named(PRESENT[kind], resource)
        if kind == FUNCTION:
            self.functions[_key(resource)] = None
            self.keeps_failures |= "DeadLetterConfig" in properties
        self.policies.add(resource)
        if is_enabled(resource):
            if any(resource.scope.kind(each) == FUNCTION for each in destinations(resource)):
                self._add_named(Resource.ASYNC_SOURCE, _source(resource))
            if kind in READERS:
                READERS[kind](self, resource)

    def targets(self) -> FaultTargets:
        """All that was found."""
        failures = {self.failures_of[key] for key in self.scheduled & self.failures_of.keys()}
        functions = tuple(self._functions(failures))
        roles = tuple(sorted({role for _, role in functions}, key=list(FunctionRole).index))
        errors = tuple((call, code) for call in self._calls() for code in _codes(call))
        permissions = tuple(self._permissions(roles, errors))
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
            names=tuple(name for name in self.names if name[0] not in self.unnamed),
        )

    def _functions(
        self, failures: AbstractSet[ResourceKey]
    ) -> Iterator[tuple[FunctionReference, FunctionRole]]:
        """Each function by its logical id; each role, if two functions have one logical id."""
        by_role = {
            FunctionRole.RULE_TARGET: self.scheduled,
            FunctionRole.FAILURE_DESTINATION: failures - self.scheduled,
            FunctionRole.TRIGGER_TARGET: self.functions.keys() - self.scheduled - failures,
        }
        is_unique = len({name for _, name in self.functions}) == len(self.functions)
        for role, keys in by_role.items():
            if is_unique:
                yield from ((key[1], role) for key in self.functions if key in keys)
            elif keys:
                yield role, role

    def _calls(self) -> Iterator[str]:
        for kind in self.types:
            if usual := USUAL_CALLS.get(kind):
                yield from self.policies.calls(usual[0].partition(":")[0]) or usual

    def _add_named(self, resource: Resource, found: TemplateResource | None) -> None:
        """Note a resource of that kind; None is one that the templates do not have."""
        self.resources.add(resource)
        if found is None or self.names.setdefault((resource, found.name), _key(found)) != _key(
            found
        ):
            self.unnamed.add(resource)

    def _permissions(
        self, functions: tuple[FunctionRole, ...], errors: tuple[tuple[str, str], ...]
    ) -> Iterator[tuple[RoleOwner, str]]:
        actions = [action for kind in self.read for action in READS.get(kind, ())]
        actions += dict.fromkeys(call for call, _ in errors if call not in TRANSACTIONS)
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
        of_source: list[Resource] = []
        if kind == QUEUE and _is_fifo(mapping, written):
            of_source = [Resource.MESSAGE_SOURCE]
        elif kind == QUEUE:
            of_source = [Resource.EVENT_SOURCE, Resource.MESSAGE_SOURCE, Resource.QUEUE]
        elif kind in {DATA_STREAM, TABLE}:
            of_source = [Resource.DATA_STREAM, Resource.EVENT_SOURCE]
        if kind == DATA_STREAM:
            of_source.append(Resource.MESSAGE_SOURCE)
        for each in of_source:
            self._add_named(each, mapping.referred(written))

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
        if schedule.resource.kind == RULE:
            self._add_named(Resource.RULE, schedule.resource)
            self.scheduled |= {_key(each) for each in schedule.targets if each.kind == FUNCTION}
        else:
            self._add_named(Resource.ASYNC_SOURCE, schedule.resource)

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
SOURCES = {"AWS::Logs::SubscriptionFilter": "LogGroupName", "AWS::SNS::Subscription": "TopicArn"}
"""The property of a route that refers to what sends its events; others send them themselves."""


def _source(route: TemplateResource) -> TemplateResource | None:
    """What sends the events of a route; None if the templates do not have it."""
    written = SOURCES.get(route.kind)
    return route if written is None else route.referred(route.properties.get(written))


def _codes(call: str) -> tuple[str, ...]:
    return ERROR_CODES[call.partition(":")[0]]


def _key(resource: TemplateResource) -> ResourceKey:
    return resource.scope.template.path, resource.name


def _function(resource: TemplateResource, written: object) -> ResourceKey | None:
    """The function that one of its values refers to; None for anything else."""
    found = resource.referred(written)
    return _key(found) if found is not None and found.kind == FUNCTION else None


def _is_fifo(mapping: TemplateResource, written: object) -> bool:
    """Whether the queue of that reference or ARN is a FIFO queue."""
    queue = mapping.referred(written)
    if queue is None:
        return is_fifo(str(mapping.scope.value(written)))
    return str(queue.properties.get("FifoQueue")).lower() == "true"
