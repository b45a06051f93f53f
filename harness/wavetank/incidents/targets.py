"""The resource of a template that an event is for, and the kinds of workload that reach it."""

from collections.abc import Iterable
from dataclasses import dataclass

from wavetank.core.errors import UsageError
from wavetank.core.resource_name import bare_name
from wavetank.core.suggestions import one_of
from wavetank.core.text import last_part
from wavetank.templates.problems import TemplateResource
from wavetank.templates.references import TemplateScope
from wavetank.templates.supported_resources import (
    BUCKET,
    BUS,
    DATA_STREAM,
    DELIVERY_STREAM,
    FUNCTION,
    QUEUE,
    TABLE,
    TOPIC,
)

KINDS = {
    BUCKET: ("put-object", "bucket", "BucketName"),
    BUS: ("put-events", "event bus", "Name"),
    DATA_STREAM: ("put-record", "stream", "Name"),
    DELIVERY_STREAM: ("put-record", "stream", "DeliveryStreamName"),
    FUNCTION: ("invoke", "function", "FunctionName"),
    QUEUE: ("send-message", "queue", "QueueName"),
    TABLE: ("put-item", "table", "TableName"),
    TOPIC: ("publish", "topic", "TopicName"),
}
"""Of each type: the kind of workload, the word for it, and the property with its name."""
DEFAULT_BUS = "default"


@dataclass(frozen=True)
class ImportTarget:
    """A resource that workloads of the kind can be sent to, by its logical id.

    `deployed` is the name that the template gives it, if it gives one.
    """

    kind: str
    word: str
    name: str
    deployed: str | None = None

    def is_named(self, text: str) -> bool:
        """Whether that is its logical id, its name, or a name that CloudFormation makes of the id.

        [CloudFormation template reference: cfn-resource-name]
        """
        if text in {self.name, self.deployed}:
            return True
        return self.deployed is None and f"-{self.name}-".lower() in text.lower()


DEFAULT_BUS_TARGET = ImportTarget("put-events", "event bus", DEFAULT_BUS, DEFAULT_BUS)
"""The bus that every account has."""


class ImportTargets:
    """What the resources of these templates can be sent."""

    def __init__(self, scopes: Iterable[TemplateScope]) -> None:
        self._targets = [
            _target(TemplateResource(scope, name))
            for scope in scopes
            for name, written in scope.template.section("Resources").items()
            if written["Type"] in KINDS
        ]

    def named(self, text: str) -> ImportTarget:
        """The resource of that logical id or name, which the user has written.

        Raises:
            UsageError: there is none.
        """
        found = [each for each in self._all() if text in {each.name, each.deployed}]
        if not found:
            names = [each.name for each in self._all()]
            raise UsageError(*one_of("a resource of the template for --to, one of", text, names))
        return found[0]

    def of_resource(self, kind: str, resource: str, where: str) -> ImportTarget:
        """The resource that an event of AWS was for, by its ARN or name there.

        Raises:
            UsageError: the template has none of that kind and name, or several.
        """
        name = bare_name(resource) if resource.startswith("arn:") else last_part(resource)
        alike = [each for each in self._all() if each.kind == kind]
        found = [each for each in alike if each.is_named(name)]
        if len(found) == 1:
            return found[0]
        word = next(word for one, word, _ in KINDS.values() if one == kind)
        names = [each.name for each in alike]
        there = f"one of {', '.join(sorted(names))}" if names else "none is there"
        raise UsageError(
            f"a {word} of the template for {where}: {there}",
            name,
            "name the one that it is to be sent to with --to",
        )

    def _all(self) -> list[ImportTarget]:
        return [*self._targets, DEFAULT_BUS_TARGET]


def _target(resource: TemplateResource) -> ImportTarget:
    kind, word, named_by = KINDS[resource.kind]
    deployed = resource.scope.text(resource.properties.get(named_by))
    return ImportTarget(kind, word, resource.name, deployed)
