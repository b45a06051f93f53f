"""Parses the text of a scenario file, or reports the first mistake with its position."""

from pathlib import Path

from pydantic import ValidationError

from wavetank.configuration.toml_documents import nesting_refused, parse_toml, raise_first
from wavetank.faults.plan import FaultPlan
from wavetank.scenario.model import Expectations, Scenario
from wavetank.scenario.problems import cross_field_problems, scenario_problems
from wavetank.scenario.schema import ScenarioSchema

WHAT = "a scenario"


def parse_scenario(name: str, text: str, source: str) -> Scenario:
    """Parse a scenario; `source` is the name of the file in errors.

    Raises:
        UsageError: the first mistake, with its line and column.
    """
    with nesting_refused(source, WHAT):
        return _parse(name, text, source)


def _parse(name: str, text: str, source: str) -> Scenario:
    document = parse_toml(text, source, WHAT)
    try:
        scenario = _scenario(
            name, ScenarioSchema.model_validate(document, context=Path(source).parent)
        )
    except ValidationError as error:
        raise_first(scenario_problems(error), text, source)
    if problems := cross_field_problems(scenario):
        raise_first(problems, text, source)
    return scenario


def _scenario(name: str, schema: ScenarioSchema) -> Scenario:
    expect = schema.expect
    return Scenario(
        name=name,
        description=schema.description,
        horizon=schema.horizon,
        seed=schema.seed,
        plan=FaultPlan(schema.fault),
        workloads=schema.workload,
        durations=schema.durations,
        expectations=Expectations(
            check_only=expect.check_only, breaks=expect.breaks, alerts_min=expect.alerts_min
        ),
    )
