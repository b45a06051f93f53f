"""The tests and the scenario that `init --template` writes for a pipeline.

A pipeline with a schedule runs by itself. Others wait for an event, which test and scenario send:
what a trigger of a function takes or, if there is none, an invocation of the first function.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from wavetank.core.durations import YEAR, duration_text
from wavetank.core.schedule import InvocationPlan, ScheduleError, parse_schedule
from wavetank.templates.event_routes import TemplateSchedule, schedules
from wavetank.templates.problems import TemplateResource
from wavetank.templates.stack_tree import StackTree
from wavetank.templates.supported_resources import FUNCTION
from wavetank.templates.triggers import ORDER, TemplateTrigger, first_trigger, triggers

START = datetime(2030, 1, 1, tzinfo=UTC)
"""When runs begin, unless a test says otherwise."""
MINUTE = timedelta(minutes=1)
CALM = """\
# Run it first: an invariant that is broken here is not broken by a fault.

description = "Some time in which nothing goes wrong"
horizon = "{horizon}"
"""
WORKLOAD = """
# What the pipeline waits for: write a body that {function} takes, see docs/scenarios.md.
[[workload]]
{fields}
"""
HEAD = '''"""The pipeline in virtual time. It is the one that wavetank.toml names."""

import pytest
'''
BODY = '''
BODY = {body}
"""What the pipeline waits for: write one that {function} takes."""
'''
SCHEDULED_TEST = '''

def test_the_first_runs_of_the_schedule(simulator):
    """Without faults every invariant is valid."""
    simulator.run(minutes={minutes}).assert_all_valid()
'''
EVENT_TEST = '''

def test_an_event_is_processed(simulator):
    """Without faults every invariant is valid."""
{send}    simulator.run(minutes=15).assert_all_valid()
'''
HTTP_TEST = '''

def test_a_request_is_answered(simulator):
    """By the function, without an error of the server."""
    answer = simulator.http({arguments}, body=BODY)
    assert answer.status < 500, answer.text
'''
CRASH_TEST = '''

@pytest.mark.fault("handler-crash", function={function}, after="0s", lasts="{lasts}m")
def test_a_crash_{result}(simulator):
    """{what}"""
{send}    simulator.run(minutes={minutes}).assert_all_valid()
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
LOSES_NOTHING = "loses_nothing"
NUMBER = "{{ number }}"


@dataclass(frozen=True)
class FirstRun:
    """A pipeline that its schedule starts, `minutes` after the begin of a run.

    `function` is the one that is invoked, by logical id; None if the template does not tell.
    """

    minutes: int
    function: str | None


@dataclass(frozen=True)
class FirstEvent:
    """A workload of one kind, and the function that it invokes, by logical ids."""

    kind: str
    target: str
    function: str
    fields: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


def first_activity(tree: StackTree) -> FirstRun | FirstEvent | None:
    """What makes the pipeline run: its schedule or an event; None without a function."""
    scopes = list(tree.all_scopes())
    functions = [
        name
        for scope in scopes
        for name in scope.template.section("Resources")
        if TemplateResource(scope, name).kind == FUNCTION
    ]
    edges = [trigger for scope in scopes for trigger in triggers(scope)]
    scheduled = [
        FirstRun(minutes, _reached(each.targets, functions, edges))
        for scope in scopes
        for each in schedules(scope)
        if (minutes := _first_minutes(each)) is not None
    ]
    if scheduled:
        return min(scheduled, key=lambda each: (each.function is None, each.minutes))
    events = [
        FirstEvent(found.kind, found.source, function, found.fields, found.body)
        for function in functions
        if (found := first_trigger(edges, function))
    ]
    invoked = [FirstEvent("invoke", function, function) for function in functions]
    return min(events, key=lambda each: ORDER.index(each.kind), default=next(iter(invoked), None))


def _reached(
    targets: Iterable[TemplateResource], functions: list[str], edges: list[TemplateTrigger]
) -> str | None:
    """The nearest function that gets what is sent to the targets; None if that is not known."""
    reached = [each.name for each in targets]
    for name in reached:  # grows by what each sends its events to
        if name in functions:
            return name
        reached += [e.target for e in edges if e.source == name and e.target not in reached]
    return None


def _first_minutes(schedule: TemplateSchedule) -> int | None:
    """After how many minutes of a run it is due; None if not within a year."""
    if schedule.expression is None:
        return 1
    try:
        due = _due(schedule, schedule.expression)
    except ScheduleError:
        return 1  # the deployment reports it
    if due is None or due - START > YEAR / 2:
        return None
    return max(1, ceil((due - START) / MINUTE))


def _due(schedule: TemplateSchedule, expression: str) -> datetime | None:
    if schedule.resource.kind == "AWS::Events::Rule":
        return parse_schedule(expression).due_after(START, START)
    plan = InvocationPlan(
        expression=expression, created=START, key="first", zone=schedule.zone or "UTC"
    )
    found = plan.after(START)
    return found.scheduled if found else None


def calm_scenario(first: FirstRun | FirstEvent | None) -> str:
    """An hour without faults, or more for a schedule that is due later, with an event a minute."""
    minutes = max(60, first.minutes + 15) if isinstance(first, FirstRun) else 60
    calm = CALM.format(horizon=duration_text(minutes * MINUTE))
    if not isinstance(first, FirstEvent):
        return calm
    values = {"kind": first.kind, "target": first.target, **first.fields, "rate": "1 per minute"}
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    body = _body_with_placeholders(first)
    lines.append(f"body = {json.dumps(body) if "'" in body else f"'{body}'"}")
    return calm + WORKLOAD.format(function=first.function, fields="\n".join(lines))


def _body_with_placeholders(event: FirstEvent) -> str:
    """The body as JSON, in which the number differs from event to event, and an item's key does."""
    is_item = event.kind == "put-item"
    values = {"number": NUMBER} | {
        name: (f'"{NUMBER}"' if isinstance(value, str) else NUMBER)
        if is_item
        else json.dumps(value)
        for name, value in event.body.items()
    }
    return f"{{{', '.join(f'{json.dumps(name)}: {value}' for name, value in values.items())}}}"


def simulator_test(first: FirstRun | FirstEvent | None) -> str:
    """A run without faults and one with a crash of the function."""
    if isinstance(first, FirstEvent):
        return _event_test(first)
    minutes = first.minutes if first else 1
    text = HEAD + SCHEDULED_TEST.format(minutes=minutes + 14)
    if first is None or first.function is None:
        return text.replace("import pytest\n", "", 1).replace("\n\n\n\n", "\n\n\n")
    what = "Lambda retries the invocation, or reports it to the failure destination."
    return text + _crash_test(first.function, LOSES_NOTHING, what, "", minutes)


def _event_test(event: FirstEvent) -> str:
    arguments = ", ".join(
        [*map(json.dumps, (event.kind, event.target)), *_keywords(event.fields), "count=1"]
    )
    send = f"    simulator.workload({arguments}, body=BODY)\n"
    body = repr({**event.body, "number": 1}).replace("'", '"')
    head = HEAD + BODY.format(body=body, function=event.function)
    if event.kind == "http":
        fields = {"method": "POST", "path": "/", **event.fields}
        entry = "function_url" if event.target == event.function else "api"
        request = [json.dumps(fields.pop(name)) for name in ("method", "path")]
        request += _keywords({entry: event.target, **fields})
        test = HTTP_TEST.format(arguments=", ".join(request))
        result, what = "is_an_error_for_the_caller", "Lambda does not retry a synchronous call."
    else:
        test = EVENT_TEST.format(send=send)
        result, what = LOSES_NOTHING, "Lambda retries the event, or reports it."
    return head + test + _crash_test(event.function, result, what, send, 1)


def _crash_test(function: str, result: str, what: str, send: str, minutes: int) -> str:
    """A crash within five minutes of the first run; each minute of `minutes` is before that."""
    return CRASH_TEST.format(
        function=json.dumps(function),
        result=result,
        what=what,
        send=send,
        lasts=minutes + 5,
        minutes=minutes + 19,
    )


def _keywords(fields: Mapping[str, str]) -> list[str]:
    return [f"{name}={json.dumps(value)}" for name, value in fields.items()]


def sandbox_test(functions: Iterable[str]) -> str:
    """Invokes each function on a sandbox, with an empty event to be filled in."""
    lines = "".join(f"    {json.dumps(name)}: {{}},\n" for name in functions)
    return SANDBOX_TEST.replace("{events}", f"{{\n{lines}}}" if lines else "{}")
