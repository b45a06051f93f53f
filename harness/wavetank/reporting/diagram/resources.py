"""The boxes: which resources of a template are shown, and their notes."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wavetank.reporting.diagram.graph import BoxKind, Node
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.problems import TemplateResource
from wavetank.templates.references import ResourceReference, TemplateScope

KINDS: Mapping[str, BoxKind] = {
    "AWS::Events::Rule": BoxKind.RULE,
    "AWS::Scheduler::Schedule": BoxKind.SCHEDULE,
    "AWS::Lambda::Function": BoxKind.FUNCTION,
    "AWS::DynamoDB::Table": BoxKind.TABLE,
    "AWS::KinesisFirehose::DeliveryStream": BoxKind.STREAM,
    "AWS::S3::Bucket": BoxKind.BUCKET,
    "AWS::SNS::Topic": BoxKind.TOPIC,
    "AWS::SQS::Queue": BoxKind.QUEUE,
}
"""The types that are shown. Roles, policies and logs appear in arrows or not at all."""
SERVICES: Mapping[BoxKind, str] = {
    BoxKind.RULE: "EventBridge",
    BoxKind.SCHEDULE: "Scheduler",
    BoxKind.FUNCTION: "Lambda",
    BoxKind.TABLE: "DynamoDB",
    BoxKind.STREAM: "Data Firehose",
    BoxKind.BUCKET: "S3",
    BoxKind.TOPIC: "SNS",
    BoxKind.QUEUE: "SQS",
}
FORMER_NAMES: Mapping[BoxKind, str] = {
    BoxKind.RULE: "formerly CloudWatch Events",
    BoxKind.STREAM: "formerly Kinesis Firehose",
}
"""The names in the assignment."""
NAMES: Mapping[BoxKind, str] = {
    BoxKind.RULE: "Name",
    BoxKind.SCHEDULE: "Name",
    BoxKind.FUNCTION: "FunctionName",
    BoxKind.TABLE: "TableName",
    BoxKind.STREAM: "DeliveryStreamName",
    BoxKind.BUCKET: "BucketName",
    BoxKind.TOPIC: "TopicName",
    BoxKind.QUEUE: "QueueName",
}


class Boxes:
    """The boxes of several templates, found by any name that a template gives a resource."""

    def __init__(self, scopes: tuple[TemplateScope, ...]) -> None:
        self._scopes = scopes
        self._nodes: dict[tuple[int, str], Node] = {}
        for number, scope in enumerate(scopes):
            for resource in shown_resources(scope):
                if resource.kind in KINDS:
                    self._nodes[number, resource.name] = self._node(resource)

    @property
    def nodes(self) -> list[Node]:
        """In the order of the templates."""
        return list(self._nodes.values())

    def of(self, resource: TemplateResource) -> Node | None:
        """The box of a resource."""
        return self._nodes.get((self._scopes.index(resource.scope), resource.name))

    def meant(self, scope: TemplateScope, written: Any) -> Node | None:
        """The box that a value refers to: by reference, by name, or by an ARN with either."""
        value = scope.value(written)
        if isinstance(value, ResourceReference):
            return self._called(value.resource, KINDS.get(value.kind), scope)
        if value is None:
            return None
        found = (self._called(name, None, scope) for name in _names_in(value))
        return next(filter(None, found), None)

    def _called(self, name: str, kind: BoxKind | None, scope: TemplateScope) -> Node | None:
        """From the template of the scope first, then from the others."""
        here = self._scopes.index(scope)
        for number in sorted(range(len(self._scopes)), key=lambda n: (n != here, n)):
            for (number_of_template, logical), node in self._nodes.items():
                fits = name in {logical, node.name} and kind in {None, node.kind}
                if number_of_template == number and fits:
                    return node
        return None

    def _node(self, resource: TemplateResource) -> Node:
        kind, taken = KINDS[resource.kind], {node.id for node in self._nodes.values()}
        name = resource.scope.text(resource.properties.get(NAMES[kind])) or resource.name
        own = resource.name if resource.name not in taken else f"{resource.name}{len(taken)}"
        return Node(own, kind, SERVICES[kind], name, tuple(_notes(resource, kind)))


def _names_in(value: str) -> list[str]:
    """Candidates for a resource's name in its ARN or in an ARN below it, the last first."""
    own = value.split(":", 5)[-1] if value.startswith("arn:") else value
    return re.split("[:/]", own)[::-1]


def shown_resources(scope: TemplateScope) -> Iterator[TemplateResource]:
    """The resources of the template, except those whose condition is false."""
    for name, written in scope.template.section("Resources").items():
        condition = written.get("Condition")
        if condition is None or _is_true(scope, {"Condition": condition}):
            yield TemplateResource(scope, name)


def _is_true(scope: TemplateScope, written: Any) -> bool:
    """Whether the condition is true with the known values; unknown counts as true."""
    if not isinstance(written, dict) or len(written) != 1:
        return True
    function, argument = next(iter(written.items()))
    evaluate = CONDITIONS.get(function)
    return True if evaluate is None else evaluate(scope, argument)


def _equals(scope: TemplateScope, argument: Any) -> bool:
    values = {scope.text(value) for value in as_list(argument)}
    return None in values or len(values) == 1


CONDITIONS: Mapping[str, Callable[[TemplateScope, Any], bool]] = {
    "Condition": lambda scope, name: _is_true(
        scope, scope.template.section("Conditions").get(name)
    ),
    "Fn::And": lambda scope, parts: all(_is_true(scope, part) for part in as_list(parts)),
    "Fn::Equals": _equals,
    "Fn::Not": lambda scope, parts: not any(_is_true(scope, part) for part in as_list(parts)),
    "Fn::Or": lambda scope, parts: any(_is_true(scope, part) for part in as_list(parts)),
}


def _notes(resource: TemplateResource, kind: BoxKind) -> Iterator[str]:
    """Short notes from the template."""
    properties, value = resource.properties, resource.scope.text
    if kind in FORMER_NAMES:
        yield FORMER_NAMES[kind]
    if kind is BoxKind.FUNCTION:
        memory, timeout = value(properties.get("MemorySize")), value(properties.get("Timeout"))
        limits = [f"{memory} MB" if memory else "", f"{timeout} s at most" if timeout else ""]
        yield from filter(None, [", ".join(filter(None, limits))])
    if kind is BoxKind.TABLE:
        keys = [as_table(k).get("AttributeName") for k in as_list(properties.get("KeySchema"))]
        yield f"key: {', '.join(filter(None, map(value, keys)))}"
    if kind is BoxKind.BUCKET and resource.is_retained:
        yield "outlives its stack"
