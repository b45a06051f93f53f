"""Deploys public templates on a simulator, delivers their triggers, and compares the effects.

A process of its own plays them, one after the other, as a process has one simulator:
`python -m tests.public_templates.player CHECKOUT [PATH ...]`. It prints a JSON object with the path
and the differences for each template that is not refused.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.public_templates.catalogue import (
    ApiCall,
    AwsCall,
    PublicTemplate,
    TemplateClass,
    public_templates,
)
from tests.simulator.stacks import delete
from wavetank.aws.answers import Answers
from wavetank.aws.clients import AwsClients, ClientError
from wavetank.core.clock import WallClock
from wavetank.core.errors import WavetankError
from wavetank.core.http_call import HttpAnswer, http_call
from wavetank.core.settings import REGION
from wavetank.deployment.pipelines.user_pipeline import DEFAULT_STACK, TemplatesPipeline
from wavetank.engines.simulator.engine import Simulator
from wavetank.engines.simulator.startup import simulator
from wavetank.history import AttemptEnded, Event, Outcome
from wavetank.inspection.stack_resources import every_resource
from wavetank.simulation.entries.http_entries import EntryChoice
from wavetank.simulation.run import Run, RunOptions


@dataclass
class Played:
    """What happened: events, the answers of the API, what functions printed, deployed names."""

    aws: AwsClients
    names: Mapping[str, str]
    events: list[Event] = field(default_factory=list)
    answers: list[HttpAnswer] = field(default_factory=list)
    log: str = ""

    def attempts(self, ended: Callable[[Outcome], bool]) -> Counter[str]:
        """How many attempts of each function, by logical id, ended so."""
        logical = {name: id_ for id_, name in self.names.items()}
        ends = [each for each in self.events if isinstance(each, AttemptEnded)]
        return Counter(
            logical.get(each.function, each.function) for each in ends if ended(each.outcome)
        )

    def errors(self) -> str:
        """The errors of attempts, each once."""
        ends = [each for each in self.events if isinstance(each, AttemptEnded)]
        found = {f"{each.error_type}: {each.message}"[:300] for each in ends if each.error_type}
        return "; ".join(sorted(found))

    def call(self, call: AwsCall) -> str:
        """The answer to the call, as text."""
        parameters = json.loads(_with_names(json.dumps(dict(call.parameters)), self.names))
        session: Any = self.aws.session
        client = session.client(
            call.service,
            region_name=call.region,
            endpoint_url=self.aws.endpoint,
            config=self.aws.config,
        )
        return json.dumps(getattr(client, call.operation)(**parameters), default=str)


def _with_names(text: str, names: Mapping[str, str]) -> str:
    for id_, name in names.items():
        text = text.replace(f"{{{id_}}}", name)
    return text


def play(template: PublicTemplate, simulator: Simulator) -> Played:
    """The template's run, from its start until everything that was due has happened."""
    names = {each.logical_id: each.physical_id for each in every_resource(simulator.aws)}
    played = Played(simulator.aws, names)
    with simulator.frozen_at(template.start):
        for call in template.setup:
            played.call(call)
    answers = Answers()
    for given in template.answers:
        answers.add(given.service, given.operation, given.answer)
    for url, body in template.web.items():
        answers.web.add(url, body)
    options = RunOptions(
        scenario="public-template",
        seed=1,
        start=template.start,
        horizon=template.horizon,
        workloads=template.workload,
        answers=answers,
    )
    run = Run(simulator, options, played.events.append)
    with TemporaryDirectory() as folder:
        log = Path(folder, "functions.log")
        captured = simulator.function_log.written_to(log)
        with simulator.captures_output(), captured, run.started():
            for request in template.calls:
                played.answers.append(_answer(run, request, played))
            run.end(options.until)
        played.log = log.read_text(encoding="utf-8") if log.exists() else ""
    return played


def _answer(run: Run, request: ApiCall, played: Played) -> HttpAnswer:
    headers = {"Content-Type": "application/json"} if request.body else {}
    if request.api_key:
        id_ = played.names[request.api_key]
        key = played.aws.apigateway.get_api_key(apiKey=id_, includeValue=True)
        headers["x-api-key"] = key["value"]
    return run.http(http_call(request.method, request.path, headers, request.body), EntryChoice())


def differences(template: PublicTemplate, played: Played) -> Iterator[str]:
    """What differs from the expected effect, a line for each."""
    succeeded = played.attempts(lambda outcome: outcome is Outcome.SUCCESS)
    failed = played.attempts(lambda outcome: outcome is not Outcome.SUCCESS)
    if template.needs:
        missing = template.functions.keys() - (succeeded + failed).keys()
        yield from (f"{name} was not invoked" for name in missing)
        return
    for what, expected, found in (
        ("succeeded", template.functions, succeeded),
        ("failed", template.failures, failed),
    ):
        if dict(expected) != dict(found):
            errors = played.errors()
            yield f"attempts that {what}: expected {dict(expected)}, found {dict(found)} {errors}"
    for request, answer in zip(template.calls, played.answers, strict=True):
        if answer.status != request.status or request.contains not in answer.text:
            yield f"{request.method} {request.path}: {answer.status} {answer.text[:300]}"
    yield from _missing("the functions' log", template.logs, played.log)
    for call in template.effects:
        yield from _missing(f"{call.service} {call.operation}", call.contains, played.call(call))


def _missing(where: str, expected: tuple[str, ...], found: str) -> Iterator[str]:
    yield from (f"no {text!r} in {where}: {found[-600:]}" for text in expected if text not in found)


def found_differences(
    checkout: Path, template: PublicTemplate, simulator: Simulator
) -> Iterator[str]:
    """Deploy, play and delete the template; what differs from the expected effect."""
    path = checkout / template.path
    layers = tuple(
        (_layer_arn(path, name), path.parent / content) for name, content in template.layers.items()
    )
    pipeline = TemplatesPipeline(template=path, parameters=template.parameters, layers=layers)
    try:
        pipeline.deploy(simulator.aws, WallClock())
    except WavetankError as error:
        yield f"refused: {error}"
        return
    simulator.take_baseline()
    try:
        yield from differences(template, play(template, simulator))
    except (WavetankError, ClientError) as error:
        yield f"{type(error).__name__}: {error}"
    simulator.reset()
    delete(simulator.aws, DEFAULT_STACK)
    simulator.take_baseline()


def _layer_arn(template: Path, name: str) -> str:
    """The ARN of the layer of that name and version; its account is in the template only."""
    found = re.search(rf"\d{{12}}:layer:{name}", template.read_text(encoding="utf-8"))
    assert found is not None, name
    return f"arn:aws:lambda:{REGION}:{found[0]}"


def main(arguments: list[str]) -> None:
    """Play the templates in the checkout, and print what differs for each."""
    checkout, paths = Path(arguments[0]), arguments[1:]
    played = [each for each in public_templates() if each.kind is not TemplateClass.REFUSED]
    with simulator() as made:
        for template in played:
            if not paths or template.path in paths:
                found = list(found_differences(checkout, template, made))
                sys.stdout.write(f"{json.dumps({'path': template.path, 'differences': found})}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
