"""The workloads that reach the functions of a template.

An event may pass through other resources, such as a topic and its queue, before it is a function's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.event_routes import (
    destinations,
    is_enabled,
    notifications,
    resources_of,
)
from wavetank.templates.http_resources import METHODS
from wavetank.templates.problems import TemplateResource
from wavetank.templates.references import TemplateScope
from wavetank.templates.supported_resources import (
    BUCKET,
    DATA_STREAM,
    FUNCTION,
    QUEUE,
    TABLE,
    TOPIC,
)

INTEGRATION = "x-amazon-apigateway-integration"
MAPPED = {QUEUE: "send-message", DATA_STREAM: "put-record", TABLE: "put-item"}
"""What an event source mapping reads, and the kind of workload that fills it."""
ORDER = (
    *("http", "put-object", "publish", "put-events"),
    *("put-record", "send-message", "put-item", "invoke"),
)
"""The kinds of workload: first those that outsiders send, then those that functions rather send."""
INVOKED_BY_API = re.compile(r"functions/(?:arn:[^/]*:function:)?(\w+)[^/]*/invocations")
PATH_PARAMETER = re.compile(r"\{\w+\+?\}")
LOGS_OF_FUNCTION = "/aws/lambda/"
SERVICE_PREFIX = "aws."
"""Of the sources whose events only AWS sends. [EventBridge API reference, PutEventsRequestEntry]"""
DEFAULT_BUS = "default"


@dataclass(frozen=True)
class TemplateTrigger:
    """A workload of the `kind` on `source`, by logical id or name, reaches `target`.

    `fields` are those of the workload besides its body, and `body` is an object that passes the
    filters: as far as the template says what they are.
    """

    kind: str
    source: str
    target: str
    fields: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


def triggers(scope: TemplateScope) -> Iterator[TemplateTrigger]:
    """Every way in which an event comes to a function, a queue or a topic."""
    for resource in resources_of(scope, *READERS):
        if is_enabled(resource):
            yield from READERS[resource.kind](resource)


def first_trigger(found: Iterable[TemplateTrigger], function: str) -> TemplateTrigger | None:
    """Where the events of the function come from, by way of all that is before it."""
    found = sorted(found, key=lambda each: ORDER.index(each.kind))
    return _first(found, function, frozenset())


def _first(
    found: list[TemplateTrigger], target: str, seen: frozenset[str]
) -> TemplateTrigger | None:
    for trigger in found:
        if trigger.target == trigger.source == target:  # a function URL
            return trigger
        if trigger.target == target and trigger.source not in seen:
            return _first(found, trigger.source, seen | {target}) or trigger
    return None


def _destinations(resource: TemplateResource) -> Iterator[TemplateResource]:
    """Those that are in the template."""
    return filter(None, map(resource.referred, destinations(resource)))


def _of_mapping(mapping: TemplateResource) -> Iterator[TemplateTrigger]:
    source = mapping.referred(mapping.properties.get("EventSourceArn"))
    function = mapping.referred(mapping.properties.get("FunctionName"))
    if source and function and source.kind in MAPPED:
        body = _item(source) if source.kind == TABLE else {}
        yield TemplateTrigger(MAPPED[source.kind], source.name, function.name, body=body)


def _item(table: TemplateResource) -> dict[str, Any]:
    """An item that has the table's key."""
    types = {
        each.get("AttributeName"): each.get("AttributeType")
        for each in map(as_table, as_list(table.properties.get("AttributeDefinitions")))
    }
    names = [
        as_table(each).get("AttributeName") for each in as_list(table.properties.get("KeySchema"))
    ]
    return {name: 1 if types.get(name) == "N" else "1" for name in names if isinstance(name, str)}


def _of_bucket(bucket: TemplateResource) -> Iterator[TemplateTrigger]:
    for written, notification in notifications(bucket):
        if target := bucket.referred(written):
            key = _object_key(bucket, notification)
            yield TemplateTrigger("put-object", bucket.name, target.name, key)


def _object_key(bucket: TemplateResource, notification: Mapping[str, Any]) -> dict[str, str]:
    """A key that passes the notification's filter; none if every key does."""
    rules = as_table(as_table(notification.get("Filter")).get("S3Key")).get("Rules")
    parts = {
        str(rule.get("Name")).lower(): bucket.scope.text(rule.get("Value")) or ""
        for rule in map(as_table, as_list(rules))
    }
    if not parts:
        return {}
    return {"key": f"{parts.get('prefix', '')}{{{{ key }}}}{parts.get('suffix', '')}"}


def _of_topic(topic: TemplateResource) -> Iterator[TemplateTrigger]:
    for target in _destinations(topic):
        yield TemplateTrigger("publish", topic.name, target.name)


def _of_subscription(subscription: TemplateResource) -> Iterator[TemplateTrigger]:
    topic = subscription.referred(subscription.properties.get("TopicArn"))
    target = next(_destinations(subscription), None)
    if topic and target:
        yield TemplateTrigger("publish", topic.name, target.name)


def _of_rule(rule: TemplateResource) -> Iterator[TemplateTrigger]:
    pattern = as_table(rule.properties.get("EventPattern"))
    event = as_table(_matching(rule.scope, pattern))
    detail = as_table(event.get("detail"))
    for target in _destinations(rule) if pattern else ():
        if event.get("source") == "aws.s3":
            bucket = as_table(detail.get("bucket")).get("name")
            key = as_table(detail.get("object")).get("key")
            if bucket is not None:
                yield TemplateTrigger(
                    "put-object", bucket, target.name, {"key": key} if key else {}
                )
        elif not str(event.get("source", "")).startswith(SERVICE_PREFIX):
            named = {"source": event.get("source"), "detail_type": event.get("detail-type")}
            fields = {name: value for name, value in named.items() if value is not None}
            bus = rule.scope.text(rule.properties.get("EventBusName")) or DEFAULT_BUS
            yield TemplateTrigger("put-events", bus, target.name, fields, detail)


def _matching(scope: TemplateScope, pattern: Any) -> Any:
    """A value that the pattern matches; of content filters only prefix, suffix and wildcard do."""
    if isinstance(pattern, list):
        first = pattern[0] if pattern else None
        filters = as_table(first)
        for name in ("prefix", "suffix", "equals-ignore-case", "wildcard"):
            if isinstance(filters.get(name), str):
                return filters[name].replace("*", "1")
        return (scope.text(first) or "1") if isinstance(first, dict | str) else first
    return {str(name): _matching(scope, value) for name, value in as_table(pattern).items()}


def _of_log_subscription(subscription: TemplateResource) -> Iterator[TemplateTrigger]:
    """The function that writes the logs is invoked, if it is one of the template."""
    target = next(_destinations(subscription), None)
    written = subscription.properties.get("LogGroupName")
    group = subscription.referred(written)
    name = group.scope.text(group.properties.get("LogGroupName")) if group else None
    text = name or subscription.scope.text(written) or ""
    writer = text.removeprefix(LOGS_OF_FUNCTION)
    if target and text.startswith(LOGS_OF_FUNCTION):
        for function in resources_of(subscription.scope, FUNCTION):
            if writer in {
                function.name,
                function.scope.text(function.properties.get("FunctionName")),
            }:
                yield TemplateTrigger("invoke", function.name, target.name)


def _of_url(url: TemplateResource) -> Iterator[TemplateTrigger]:
    if function := url.referred(url.properties.get("TargetFunctionArn")):
        yield TemplateTrigger("http", function.name, function.name)


def _of_api(api: TemplateResource) -> Iterator[TemplateTrigger]:
    """The methods of its OpenAPI document."""
    for path, item in as_table(as_table(api.properties.get("Body")).get("paths")).items():
        for method, written in as_table(item).items():
            uri = as_table(as_table(written).get(INTEGRATION)).get("uri")
            if method in METHODS and (function := _invoked(api, uri)):
                yield TemplateTrigger("http", api.name, function, _request(api, method, str(path)))


def _of_route(route: TemplateResource) -> Iterator[TemplateTrigger]:
    """A route of an HTTP API by its integration, which it names as `integrations/ID`."""
    api = route.referred(route.properties.get("ApiId"))
    target = (route.scope.text(route.properties.get("Target")) or "").rpartition("/")[2]
    if api is None or target not in route.scope.template.section("Resources"):
        return
    uri = TemplateResource(route.scope, target).properties.get("IntegrationUri")
    method, _, path = (route.scope.text(route.properties.get("RouteKey")) or "").partition(" ")
    if function := _invoked(route, uri):
        yield TemplateTrigger("http", api.name, function, _request(api, method, path))


def _of_method(method: TemplateResource) -> Iterator[TemplateTrigger]:
    """A method of a REST API, whose path is that of its resources."""
    api = method.referred(method.properties.get("RestApiId"))
    function = _invoked(method, as_table(method.properties.get("Integration")).get("Uri"))
    if api is None or function is None:
        return
    parts: list[str] = []
    resource = method.referred(method.properties.get("ResourceId"))
    while resource is not None and resource.kind == "AWS::ApiGateway::Resource":
        parts.insert(0, resource.scope.text(resource.properties.get("PathPart")) or "")
        resource = resource.referred(resource.properties.get("ParentId"))
    verb = method.scope.text(method.properties.get("HttpMethod")) or ""
    yield TemplateTrigger("http", api.name, function, _request(api, verb, f"/{'/'.join(parts)}"))


def _invoked(resource: TemplateResource, uri: Any) -> str | None:
    """The function that an integration invokes: by its ARN, or by Lambda's path with that."""
    if (found := resource.referred(uri)) is not None:
        return found.name
    named = INVOKED_BY_API.search(resource.scope.text(uri) or "")
    found = resource.referred({"Ref": named[1]}) if named else None
    return found.name if found else None


def _request(api: TemplateResource, method: str, path: str) -> dict[str, str]:
    """The fields of a request; any method of any path is a POST to /."""
    fields = {"path": PATH_PARAMETER.sub("1", path)} if path.startswith("/") else {}
    if method.lower() in METHODS and not method.startswith("x-"):
        fields["method"] = method.upper()
    for stage in resources_of(api.scope, "AWS::ApiGateway::Stage"):
        of = stage.referred(stage.properties.get("RestApiId"))
        name = stage.scope.text(stage.properties.get("StageName"))
        if of and of.name == api.name and name:
            fields["stage"] = name
    return fields


READERS = {
    BUCKET: _of_bucket,
    TOPIC: _of_topic,
    "AWS::ApiGateway::Method": _of_method,
    "AWS::ApiGateway::RestApi": _of_api,
    "AWS::ApiGatewayV2::Api": _of_api,
    "AWS::ApiGatewayV2::Route": _of_route,
    "AWS::Events::Rule": _of_rule,
    "AWS::Lambda::EventSourceMapping": _of_mapping,
    "AWS::Lambda::Url": _of_url,
    "AWS::Logs::SubscriptionFilter": _of_log_subscription,
    "AWS::SNS::Subscription": _of_subscription,
}
