"""The arrows of the diagram, derived from the templates alone."""

from collections.abc import Iterator
from typing import Any

from wavetank.reporting.diagram.graph import BoxKind, Edge, Graph, Node, Relation
from wavetank.reporting.diagram.reader_arrows import readers_of
from wavetank.reporting.diagram.resources import Boxes, shown_resources
from wavetank.reporting.diagram.role_permissions import Permission, is_reading, permissions_of
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.problems import TemplateResource
from wavetank.templates.references import TemplateScope

DESTINATIONS = {"OnFailure": Relation.FAILURE, "OnSuccess": Relation.SUCCESS}
HANDING_OVER = frozenset({"lambda:InvokeFunction", "sns:Publish", "sqs:SendMessage"})
"""Permissions that Lambda needs, as the function's role, to invoke a destination."""
S3_DESTINATIONS = ("ExtendedS3DestinationConfiguration", "S3DestinationConfiguration")
IAM_NAMES = {
    BoxKind.BUCKET: "s3",
    BoxKind.FUNCTION: "lambda",
    BoxKind.QUEUE: "sqs",
    BoxKind.STREAM: "firehose",
    BoxKind.TABLE: "dynamodb",
    BoxKind.TOPIC: "sns",
}


def read_graph(scopes: tuple[TemplateScope, ...]) -> Graph:
    """The graph of the templates, in the order in which they are deployed."""
    return _GraphBuilder(scopes).graph()


class _GraphBuilder:
    """Reads resource by resource; each method yields one kind of arrow."""

    def __init__(self, scopes: tuple[TemplateScope, ...]) -> None:
        self._resources = [found for scope in scopes for found in shown_resources(scope)]
        self._boxes = Boxes(scopes)
        self._external: dict[str, Node] = {}

    def graph(self) -> Graph:
        arrows = (
            self._fired,
            self._scheduled,
            self._handed_over,
            self._dead_letters,
            self._called,
            self._delivered,
            self._subscribed,
            self._read,
        )
        edges = dict.fromkeys(e for r in self._resources for arrow in arrows for e in arrow(r))
        return Graph((*self._boxes.nodes, *self._external.values()), tuple(edges))

    def _fired(self, rule: TemplateResource) -> Iterator[Edge]:
        """From a rule to its targets."""
        if rule.kind == "AWS::Events::Rule":
            value = rule.scope.text
            label = [value(rule.properties.get("ScheduleExpression")) or "on an event"]
            if value(rule.properties.get("State")) == "DISABLED":
                label.append("disabled")
            for target in as_list(rule.properties.get("Targets")):
                arn = as_table(target).get("Arn")
                yield from self._edge(rule, rule.scope, arn, Relation.SCHEDULE, label)

    def _scheduled(self, schedule: TemplateResource) -> Iterator[Edge]:
        """From a schedule of EventBridge Scheduler to its target."""
        if schedule.kind == "AWS::Scheduler::Schedule":
            scope, written = schedule.scope, schedule.properties
            names = ("ScheduleExpression", "ScheduleExpressionTimezone")
            label = [text for name in names if (text := scope.text(written.get(name)))]
            arn = as_table(written.get("Target")).get("Arn")
            yield from self._edge(schedule, scope, arn, Relation.SCHEDULE, label)

    def _handed_over(self, configuration: TemplateResource) -> Iterator[Edge]:
        """From a function to its destinations."""
        if configuration.kind == "AWS::Lambda::EventInvokeConfig":
            function = self._function_of(configuration)
            written = as_table(configuration.properties.get("DestinationConfig"))
            retries = configuration.scope.text(configuration.properties.get("MaximumRetryAttempts"))
            for name, relation in DESTINATIONS.items():
                label = [f"on {relation}"]
                if relation is Relation.FAILURE and retries is not None:
                    label.append(f"after {retries} {'retry' if retries == '1' else 'retries'}")
                arn = as_table(written.get(name)).get("Destination")
                if function:
                    yield from self._edge(function, configuration.scope, arn, relation, label)

    def _dead_letters(self, function: TemplateResource) -> Iterator[Edge]:
        """From a function to its dead-letter queue or topic."""
        if function.kind == "AWS::Lambda::Function":
            target = as_table(function.properties.get("DeadLetterConfig")).get("TargetArn")
            label = ["dead letters"]
            yield from self._edge(function, function.scope, target, Relation.FAILURE, label)

    def _called(self, function: TemplateResource) -> Iterator[Edge]:
        """From a function to what its role may use, or else to what its environment names."""
        if function.kind != "AWS::Lambda::Function":
            return
        granted: dict[str, list[str]] = {node.id: [] for node in self._named(function)}
        for permission in permissions_of(function):
            for node in self._meant(function, permission):
                granted.setdefault(node.id, []).append(permission.name)
        destinations = {e.target for r in self._resources for e in self._from(function, r)}
        for target, actions in granted.items():
            if not (target in destinations and set(actions) <= _names(HANDING_OVER)):
                yield self._call(function, target, actions)

    def _delivered(self, stream: TemplateResource) -> Iterator[Edge]:
        """From a delivery stream to its bucket."""
        for name in S3_DESTINATIONS:
            written = as_table(stream.properties.get(name))
            hints, value = as_table(written.get("BufferingHints")), stream.scope.text
            seconds, size = value(hints.get("IntervalInSeconds")), value(hints.get("SizeInMBs"))
            limits = filter(None, [seconds and f"{seconds} s", size and f"{size} MB"])
            label = [f"after {' or '.join(limits)}"] if hints else []
            arn = written.get("BucketARN")
            yield from self._edge(stream, stream.scope, arn, Relation.DELIVERY, label)

    def _subscribed(self, resource: TemplateResource) -> Iterator[Edge]:
        """From a topic to its subscribers, from subscription resources or the topic's own list."""
        scope, written = resource.scope, resource.properties
        if resource.kind == "AWS::SNS::Subscription":
            topic = self._boxes.meant(scope, written.get("TopicArn"))
            yield from self._subscription(topic, scope, written)
        if resource.kind == "AWS::SNS::Topic":
            for subscription in map(as_table, as_list(written.get("Subscription"))):
                yield from self._subscription(self._boxes.of(resource), scope, subscription)

    def _read(self, policy: TemplateResource) -> Iterator[Edge]:
        """From a bucket to those who may read it by its policy."""
        if policy.kind == "AWS::S3::BucketPolicy":
            bucket = self._boxes.meant(policy.scope, policy.properties.get("Bucket"))
            document = policy.properties.get("PolicyDocument")
            for readers, actions in readers_of(policy.scope, document):
                if bucket is not None:
                    who = self._external.setdefault(readers.id, readers)
                    yield Edge(bucket.id, who.id, Relation.ACCESS, actions)

    def _subscription(
        self, topic: Node | None, scope: TemplateScope, written: Any
    ) -> Iterator[Edge]:
        protocol = scope.text(written.get("Protocol")) or "subscription"
        who = self._boxes.meant(scope, written.get("Endpoint"))
        if who is None:
            address = scope.text(written.get("Endpoint")) or "an address"
            own = f"Mail{len(self._external)}"
            who = self._external.setdefault(address, Node(own, BoxKind.MAIL, "E-mail", address))
        if topic is not None:
            yield Edge(topic.id, who.id, Relation.SUBSCRIPTION, (protocol,))

    def _edge(
        self,
        source: TemplateResource,
        scope: TemplateScope,
        target: Any,
        relation: Relation,
        label: list[str],
    ) -> Iterator[Edge]:
        one, other = self._boxes.of(source), self._boxes.meant(scope, target)
        if one is not None and other is not None:
            yield Edge(one.id, other.id, relation, tuple(label))

    def _call(self, function: TemplateResource, target: str, actions: list[str]) -> Edge:
        source = self._boxes.of(function)
        assert source is not None  # every function has a box
        label = tuple(dict.fromkeys(actions)) or ("named in its environment",)
        reads = any(is_reading(action) for action in actions)
        writes = not actions or any(not is_reading(action) for action in actions)
        return Edge(source.id, target, Relation.CALL, label, reads=reads, writes=writes)

    def _from(self, function: TemplateResource, resource: TemplateResource) -> list[Edge]:
        """The arrows to the function's destinations in that resource."""
        node = self._boxes.of(function)
        arrows = (*self._handed_over(resource), *self._dead_letters(resource))
        return [e for e in arrows if node and e.source == node.id]

    def _function_of(self, configuration: TemplateResource) -> TemplateResource | None:
        meant = self._boxes.meant(configuration.scope, configuration.properties.get("FunctionName"))
        return next((r for r in self._resources if meant and self._boxes.of(r) == meant), None)

    def _named(self, function: TemplateResource) -> Iterator[Node]:
        """The boxes that the function's environment names."""
        variables = as_table(as_table(function.properties.get("Environment")).get("Variables"))
        own = self._boxes.of(function)
        for value in variables.values():
            node = self._boxes.meant(function.scope, value)
            if node is not None and node != own:
                yield node

    def _meant(self, function: TemplateResource, permission: Permission) -> Iterator[Node]:
        """The boxes that a permission is for; one for `*` is for what the environment names."""
        if permission.resource == "*":
            named = self._named(function)
            yield from (n for n in named if IAM_NAMES.get(n.kind) == permission.service)
        elif (node := self._boxes.meant(function.scope, permission.resource)) is not None:
            yield node


def _names(actions: frozenset[str]) -> set[str]:
    return {action.partition(":")[2] for action in actions}
