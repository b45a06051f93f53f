"""The tests and the scenario that `init --template` writes for a pipeline.

A pipeline with a schedule runs by itself. Others wait for an event, which test and scenario send: a
message, if a queue invokes a function, and else an invocation of the first function.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from wavetank.templates.problems import TemplateResource
from wavetank.templates.references import OF_FUNCTION, ResourceReference
from wavetank.templates.stack_tree import StackTree
from wavetank.templates.supported_resources import FUNCTION

QUEUE, MAPPING = "AWS::SQS::Queue", "AWS::Lambda::EventSourceMapping"
RULE = "AWS::Events::Rule"
CALM = """\
# Run it first: an invariant that is broken here is not broken by a fault.

description = "An hour on which nothing goes wrong"
horizon = "1h"
"""
WORKLOAD = """
# What the pipeline waits for: write a body that {function} takes, see docs/scenarios.md.
[[workload]]
kind = {kind}
target = {target}
rate = "1 per minute"
body = {body}
"""
BODY = '{"number": {{ number }}}'
SCHEDULED_TEST = '''"""The pipeline in virtual time. It is the one that wavetank.toml names."""

import pytest


def test_a_quarter_of_an_hour(simulator):
    """Without faults every invariant is valid."""
    simulator.run(minutes=15).assert_all_valid()


@pytest.mark.fault("handler-crash", after="2m", lasts="5m")
def test_a_crash_loses_nothing(simulator):
    """Lambda retries the invocation, or reports it to the failure destination."""
    simulator.run(minutes=20).assert_all_valid()
'''
EVENT_TEST = '''"""The pipeline in virtual time. It is the one that wavetank.toml names."""

import pytest

BODY = {"number": 1}
"""What the pipeline waits for: write one that {function} takes."""


def test_an_event_is_processed(simulator):
    """Without faults every invariant is valid."""
    simulator.workload({kind}, {target}, count=1, body=BODY)
    simulator.run(minutes=15).assert_all_valid()


@pytest.mark.fault("handler-crash", function={function_name}, after="0s", lasts="5m")
def test_a_crash_loses_nothing(simulator):
    """The event is tried again, or reported to the failure destination."""
    simulator.workload({kind}, {target}, count=1, body=BODY)
    simulator.run(minutes=20).assert_all_valid()
'''
SANDBOX_TEST = '''"""The pipeline on a sandbox, in wall time: the simulator lacks a part of it."""

import json

import pytest

EVENTS = {events}
"""The event that each function is invoked with: write one that it takes."""


@pytest.mark.parametrize(("function", "event"), EVENTS.items())
def test_a_function_succeeds(sandbox, function, event):
    """Invoked by itself; `sandbox.aws` has the clients for the rest of the pipeline."""
    name = sandbox.name_of(function)
    answer = sandbox.aws.awslambda.invoke(FunctionName=name, Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()
'''


@dataclass(frozen=True)
class FirstEvent:
    """A workload of one kind, and the function that it invokes, by logical ids."""

    kind: str
    target: str
    function: str


def first_event(tree: StackTree) -> FirstEvent | None:
    """What has to be sent before anything happens; None if a schedule or no function is there."""
    if not tree.is_expanded:
        return None
    scope = tree.scope
    resources = [TemplateResource(scope, name) for name in scope.template.section("Resources")]
    if any(each.kind == RULE and "ScheduleExpression" in each.properties for each in resources):
        return None
    for mapping in (each for each in resources if each.kind == MAPPING):
        queue = _referenced(mapping, "EventSourceArn", QUEUE)
        function = _referenced(mapping, "FunctionName", FUNCTION)
        if queue and function:
            return FirstEvent("send-message", queue, function)
    functions = [each.name for each in resources if each.kind == FUNCTION]
    return FirstEvent("invoke", functions[0], functions[0]) if functions else None


def calm_scenario(event: FirstEvent | None) -> str:
    """An hour without faults, with the event once a minute."""
    if event is None:
        return CALM
    return CALM + WORKLOAD.format(
        function=event.function,
        kind=json.dumps(event.kind),
        target=json.dumps(event.target),
        body=f"'{BODY}'",
    )


def simulator_test(event: FirstEvent | None) -> str:
    """A run without faults and one with a crash of the function."""
    if event is None:
        return SCHEDULED_TEST
    return (
        EVENT_TEST.replace("{kind}", json.dumps(event.kind))
        .replace("{target}", json.dumps(event.target))
        .replace("{function_name}", json.dumps(event.function))
        .replace("{function}", event.function)
    )


def sandbox_test(functions: Iterable[str]) -> str:
    """Invokes each function on a sandbox, with an empty event to be filled in."""
    lines = "".join(f"    {json.dumps(name)}: {{}},\n" for name in functions)
    return SANDBOX_TEST.replace("{events}", f"{{\n{lines}}}" if lines else "{}")


def _referenced(mapping: TemplateResource, name: str, kind: str) -> str | None:
    """The logical id of the resource of that type that the property refers to."""
    value = mapping.scope.value(mapping.properties.get(name))
    if not isinstance(value, ResourceReference):
        return None
    if value.resource not in mapping.scope.template.section("Resources"):
        return None
    found = TemplateResource(mapping.scope, value.resource)
    if found.kind in OF_FUNCTION:
        return _referenced(found, "FunctionName", kind)
    return found.name if found.kind == kind else None
