"""A shrunk case as the text of a pytest test, which fails until the handler is fixed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

from wavetank.campaign.shrinking import Shrunk
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.deployment.pipelines.selection import ticker_pipeline
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.faults.fault import Fault
from wavetank.faults.serialization import fault_to_dict
from wavetank.scenario.loader import SUFFIX
from wavetank.scenario.model import Expectations, Scenario
from wavetank.scenario.timing.settings import Durations, durations_to_dict
from wavetank.scenario.workload.serialization import workload_to_dict

LINE_MAX = 100
UNITS = {"hours": timedelta(hours=1), "minutes": timedelta(minutes=1)}


def pytest_test(shrunk: Shrunk, pipeline: Pipeline | None) -> str:
    """The source of a module with a test that reproduces the case.

    `pipeline` is None if it is that of the suite. Its paths are as they were given, relative to the
    folder in which pytest is called. A scenario with expectations of its own is marked as the file
    that is saved beside the test, because only a scenario has them.
    """
    lines = [f'"""{shrunk.spec.scenario.description}; found by a campaign."""', ""]
    lines += _header(shrunk, pipeline)
    lines += ["", "", *_test(shrunk)]
    return "\n".join(lines) + "\n"


def _header(shrunk: Shrunk, pipeline: Pipeline | None) -> Iterator[str]:
    """The imports, and a fixture with the pipeline if the suite has another one."""
    scenario = shrunk.spec.scenario
    is_ticker = pipeline is not None and not isinstance(pipeline, TemplatesPipeline)
    imported = "ticker_pipeline" if is_ticker else "TemplatesPipeline"
    if isinstance(pipeline, TemplatesPipeline):
        yield from ("from pathlib import Path", "")
    if pipeline is not None or scenario.plan.faults or _has_expectations(scenario):
        yield "import pytest"
    if pipeline is None:
        return
    yield from ("", f"from wavetank import {imported}", "", "")
    yield '@pytest.fixture(scope="session")'
    yield "def wavetank_pipeline():"
    yield '    """The pipeline of the campaign."""'
    yield from _call(f"return {imported}", "", _pipeline_arguments(pipeline), "    ")


def _pipeline_arguments(pipeline: Pipeline) -> dict[str, str]:
    """The arguments in Python that differ from their defaults."""
    if isinstance(pipeline, TemplatesPipeline):
        values = {f.name: getattr(pipeline, f.name) for f in fields(pipeline)}
        defaults = {f.name: f.default for f in fields(pipeline)}
        return {n: _python(value) for n, value in values.items() if value != defaults[n]}
    usual = ticker_pipeline().options()
    options = {n: value for n, value in pipeline.options().items() if usual.get(n) != value}
    return {n.removeprefix("--").replace("-", "_"): _python(value) for n, value in options.items()}


def _test(shrunk: Shrunk) -> Iterator[str]:
    scenario, seed = shrunk.spec.scenario, shrunk.spec.seed
    run = {"seed": str(seed)}
    if _has_expectations(scenario):
        yield f'@pytest.mark.scenario("{scenario.name}{SUFFIX}")'
    else:
        run = _span(scenario.horizon) | run
        for fault in scenario.plan.faults:
            yield from _call("@pytest.mark.fault", _python(fault.kind), _fault_arguments(fault), "")
    yield f"def test_{shrunk.invariant.replace('-', '_')}_of_seed_{seed}(simulator):"
    yield f'    """{shrunk.invariant} is broken until the handler is fixed."""'
    if not _has_expectations(scenario):
        yield from _settings(scenario)
    yield from _call("result = simulator.run", "", run, "    ")
    yield "    result.assert_all_valid()"


def _settings(scenario: Scenario) -> Iterator[str]:
    """What calls take, and the workloads."""
    if scenario.durations != Durations():
        durations = durations_to_dict(scenario.durations)
        yield f"    simulator.durations(**{_python(durations)})"
    for workload in scenario.workloads:
        values = workload_to_dict(workload)
        named = f"{_python(values.pop('kind'))}, {_python(values.pop('target'))}"
        arguments = {name: _python(value) for name, value in values.items()}
        yield from _call("simulator.workload", named, arguments, "    ")


def _fault_arguments(fault: Fault) -> dict[str, str]:
    """Its window, and the other fields that differ from their defaults."""
    usual = fault_to_dict(type(fault)(after=fault.after, lasts=fault.lasts))
    window = {"after", "lasts"}
    return {
        name: _python(value)
        for name, value in fault_to_dict(fault).items()
        if name in window or value != usual[name]
    }


def _has_expectations(scenario: Scenario) -> bool:
    return scenario.expectations != Expectations()


def _span(duration: timedelta) -> dict[str, str]:
    for name, unit in UNITS.items():
        if not duration % unit:
            return {name: str(duration // unit)}
    return {"seconds": repr(duration.total_seconds())}


def _python(value: object) -> str:
    """The value in Python, with double quotes: JSON's strings, numbers and lists are Python's."""
    match value:
        case Path():
            return f"Path({_python(str(value))})"
        case tuple():
            return f"({' '.join(f'{_python(each)},' for each in value)})"
    return json.dumps(value, ensure_ascii=False)


def _call(function: str, first: str, named: Mapping[str, str], indent: str) -> Iterator[str]:
    """A call in one line, or else with a line for each argument."""
    arguments = [*([first] if first else []), *(f"{n}={value}" for n, value in named.items())]
    line = f"{indent}{function}({', '.join(arguments)})"
    if len(line) <= LINE_MAX:
        yield line
        return
    yield f"{indent}{function}("
    yield from (f"{indent}    {argument}," for argument in arguments)
    yield f"{indent})"
