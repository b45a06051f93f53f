"""What invokes the functions of a template: its schedules, and the resources that push events.

A route may end at another resource, such as a queue that a function reads.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.problems import TemplateResource
from wavetank.templates.references import TemplateScope
from wavetank.templates.supported_resources import NOTIFIED

RULE = "AWS::Events::Rule"
SCHEDULES = frozenset({RULE, "AWS::Scheduler::Schedule"})


@dataclass(frozen=True)
class TemplateSchedule:
    """A rule or a schedule of EventBridge Scheduler, with its targets that are in the template."""

    resource: TemplateResource
    expression: str | None
    zone: str | None
    targets: tuple[TemplateResource, ...]


def resources_of(scope: TemplateScope, *kinds: str) -> Iterator[TemplateResource]:
    """The resources of these types."""
    for name, written in scope.template.section("Resources").items():
        if written["Type"] in kinds:
            yield TemplateResource(scope, name)


def schedules(scope: TemplateScope) -> Iterator[TemplateSchedule]:
    """What runs by itself, if it is enabled."""
    for each in resources_of(scope, *SCHEDULES):
        written = each.properties
        if "ScheduleExpression" not in written or not is_enabled(each):
            continue
        targets = (*_each(written.get("Targets"), "Arn"), *_each(written.get("Target"), "Arn"))
        found = tuple(filter(None, map(each.referred, targets)))
        expression = scope.text(written["ScheduleExpression"])
        zone = scope.text(written.get("ScheduleExpressionTimezone"))
        yield TemplateSchedule(each, expression, zone, found)


def is_enabled(resource: TemplateResource) -> bool:
    """Whether a rule, a schedule or an event source mapping invokes anything, as it is deployed."""
    state, enabled = (resource.scope.text(resource.properties.get(n)) for n in ("State", "Enabled"))
    return state != "DISABLED" and str(enabled).lower() != "false"


def destinations(resource: TemplateResource) -> Iterator[Any]:
    """What the resource pushes events to, as references in its properties.

    It is a bucket, a topic, a topic's subscription, a rule with a pattern or a log group's filter;
    other types have no destinations.
    """
    properties = resource.properties
    match resource.kind:
        case "AWS::Events::Rule" if "EventPattern" in properties:
            yield from _each(properties.get("Targets"), "Arn")
        case "AWS::Logs::SubscriptionFilter":
            yield properties.get("DestinationArn")
        case "AWS::S3::Bucket":
            yield from (written for written, _ in notifications(resource))
        case "AWS::SNS::Subscription":
            yield properties.get("Endpoint")
        case "AWS::SNS::Topic":
            yield from _each(properties.get("Subscription"), "Endpoint")


def notifications(bucket: TemplateResource) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """What each notification names as its target, and the notification."""
    configuration = as_table(bucket.properties.get("NotificationConfiguration"))
    for name, (property_name, _) in NOTIFIED.items():
        for written in map(as_table, as_list(configuration.get(name))):
            yield written.get(property_name), written


def _each(written: object, name: str) -> Iterator[Any]:
    return (as_table(each).get(name) for each in as_list(written))
