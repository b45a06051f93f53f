"""Parses the text of a scenario file, or reports the first mistake with its position."""

import re
import tomllib
from collections.abc import Iterable
from typing import Any, NoReturn

from pydantic import ValidationError

from wavetank.core.errors import UsageError
from wavetank.core.text import pluralize
from wavetank.faults.plan import FaultPlan
from wavetank.scenario.model import Expectations, Scenario
from wavetank.scenario.problems import ScenarioProblem, cross_field_problems, schema_problems
from wavetank.scenario.schema import ScenarioSchema
from wavetank.scenario.toml_positions import TextPosition, key_positions, position_of

SYNTAX_POSITION = re.compile(r"(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)")


def parse_scenario(name: str, text: str, source: str) -> Scenario:
    """Parse a scenario; `source` is the name of the file in errors.

    Raises:
        UsageError: the first mistake, with its line and column.
    """
    try:
        return _parse(name, text, source)
    except RecursionError as error:
        found = f"lists nested too deeply in {source}"
        raise UsageError("a scenario in TOML", found, "nest them less") from error


def _parse(name: str, text: str, source: str) -> Scenario:
    document = _document(text, source)
    try:
        scenario = _scenario(name, ScenarioSchema.model_validate(document))
    except ValidationError as error:
        _raise_first(schema_problems(error), text, source)
    if problems := cross_field_problems(scenario):
        _raise_first(problems, text, source)
    return scenario


def _document(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:  # also for a number with more digits than Python converts
        position = SYNTAX_POSITION.fullmatch(str(error))
        what = position["what"] if position else str(error).removesuffix(" (at end of document)")
        line, column = (position["line"], position["column"]) if position else (_last_line(text), 1)
        found = f"a mistake at {source}:{line}:{column} ({what})"
        raise UsageError("a scenario in TOML", found, "correct that line") from error


def _last_line(text: str) -> int:
    return text.rstrip("\n").count("\n") + 1


def _scenario(name: str, schema: ScenarioSchema) -> Scenario:
    expect = schema.expect
    return Scenario(
        name=name,
        description=schema.description,
        horizon=schema.horizon,
        seed=schema.seed,
        plan=FaultPlan(schema.fault),
        expectations=Expectations(
            check_only=expect.check_only, breaks=expect.breaks, alerts_min=expect.alerts_min
        ),
    )


def _raise_first(problems: Iterable[ScenarioProblem], text: str, source: str) -> NoReturn:
    """Raise the first problem in the file, with the number of others."""
    positions = key_positions(text)

    def position(problem: ScenarioProblem) -> TextPosition:
        return position_of(positions, problem.path)

    first, *others = sorted(problems, key=position)
    found = f"{first.found} at {source}:{position(first).line}:{position(first).column}"
    more = f" ({pluralize(len(others), 'more problem')} after it)" if others else ""
    raise UsageError(first.expected, found, first.action + more)
