"""From the text of a file to a scenario, or to a refusal that says where."""

import re
import tomllib
from collections.abc import Iterable
from typing import Any, NoReturn

from pydantic import ValidationError

from wavetank.core.errors import UsageError
from wavetank.core.text import counted
from wavetank.faults.plan import FaultPlan
from wavetank.scenario.model import Expectations, Scenario
from wavetank.scenario.problems import ScenarioProblem, problems_between, problems_of_form
from wavetank.scenario.schema import ScenarioForm
from wavetank.scenario.toml_positions import TextPosition, find_place, find_places

SYNTAX_PLACE = re.compile(r"(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)")


def parse_scenario(name: str, text: str, source: str) -> Scenario:
    """The scenario that the text describes; `source` is what errors call the file.

    Raises:
        UsageError: the first thing that is wrong with it, with its line and column.
    """
    try:
        return _parse(name, text, source)
    except RecursionError as error:
        found = f"lists within lists without end in {source}"
        raise UsageError("a scenario in TOML", found, "write it flat") from error


def _parse(name: str, text: str, source: str) -> Scenario:
    document = _document(text, source)
    try:
        scenario = _scenario(name, ScenarioForm.model_validate(document))
    except ValidationError as error:
        _refuse(problems_of_form(error), text, source)
    if problems := problems_between(scenario):
        _refuse(problems, text, source)
    return scenario


def _document(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:  # also of a number with more digits than Python reads
        place = SYNTAX_PLACE.fullmatch(str(error))
        what = place["what"] if place else str(error).removesuffix(" (at end of document)")
        line, column = (place["line"], place["column"]) if place else (_last_line(text), 1)
        found = f"a mistake at {source}:{line}:{column} ({what})"
        raise UsageError("a scenario in TOML", found, "correct that line") from error


def _last_line(text: str) -> int:
    return text.rstrip("\n").count("\n") + 1


def _scenario(name: str, form: ScenarioForm) -> Scenario:
    expect = form.expect
    return Scenario(
        name=name,
        description=form.description,
        horizon=form.horizon,
        seed=form.seed,
        plan=FaultPlan(form.fault),
        expectations=Expectations(
            holds=expect.holds, breaks=expect.breaks, alerts_min=expect.alerts_min
        ),
    )


def _refuse(problems: Iterable[ScenarioProblem], text: str, source: str) -> NoReturn:
    """Raises the problem that stands first in the file, and says how many there are besides."""
    places = find_places(text)

    def place(problem: ScenarioProblem) -> TextPosition:
        return find_place(places, problem.path)

    first, *others = sorted(problems, key=place)
    found = f"{first.found} at {source}:{place(first).line}:{place(first).column}"
    more = f" ({counted(len(others), 'more problem')} after it)" if others else ""
    raise UsageError(first.expected, found, first.action + more)
