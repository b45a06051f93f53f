"""Finds queues whose messages would be visible again while their function still runs.

CreateEventSourceMapping refuses them, in the middle of a deployment.
[Lambda developer guide: services-sqs-configure]
"""

from collections.abc import Iterator

from wavetank.templates.problems import TemplateProblem, TemplateResource
from wavetank.templates.references import TemplateScope

FUNCTION, QUEUE = "AWS::Lambda::Function", "AWS::SQS::Queue"
MAPPING = "AWS::Lambda::EventSourceMapping"
TIMEOUT_DEFAULT, VISIBILITY_DEFAULT = 3.0, 30.0
"""In seconds. [CloudFormation: AWS::Lambda::Function Timeout, AWS::SQS::Queue VisibilityTimeout]"""


def short_visibility_timeouts(scope: TemplateScope) -> Iterator[TemplateProblem]:
    """The queues of the template with a shorter visibility timeout than their function's."""
    for name, written in scope.template.section("Resources").items():
        if written["Type"] != MAPPING:
            continue
        mapping = TemplateResource(scope, name)
        queue = mapping.referred(mapping.properties.get("EventSourceArn"))
        function = mapping.referred(mapping.properties.get("FunctionName"))
        if queue and queue.kind == QUEUE and function and function.kind == FUNCTION:
            yield from _compared(queue, function)


def _compared(queue: TemplateResource, function: TemplateResource) -> Iterator[TemplateProblem]:
    visible = _seconds(queue, "VisibilityTimeout", VISIBILITY_DEFAULT)
    timeout = _seconds(function, "Timeout", TIMEOUT_DEFAULT)
    if visible is None or timeout is None or visible >= timeout:
        return
    expected = (
        f"a queue whose VisibilityTimeout is at least the Timeout of {function.name}, {timeout:g}"
    )
    what = f"with a VisibilityTimeout of {visible:g}"
    action = f"raise it, best to six times that: {6 * timeout:g}"
    yield queue.problem(expected, what, action, ("VisibilityTimeout",))


def _seconds(resource: TemplateResource, name: str, default: float) -> float | None:
    """The property; None if the template does not determine it."""
    if name not in resource.properties:
        return default
    text = resource.scope.text(resource.properties[name])
    return float(text) if text is not None and text.isdecimal() else None
