"""Mistakes in a scenario file: expected, found, what to do, and the path of the key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pydantic import BaseModel, ValidationError

from wavetank.core.durations import duration_text
from wavetank.core.suggestions import one_of, shown
from wavetank.faults.fault import Fault
from wavetank.faults.plan import contradict
from wavetank.scenario.model import Scenario
from wavetank.scenario.schema import (
    DESCRIPTION_CHARACTERS_MAX,
    SEED_MAX,
    ExpectSchema,
    RefusedValueError,
    ScenarioSchema,
)
from wavetank.scenario.toml_positions import Path

SCHEMAS: dict[Path, type[BaseModel]] = {(): ScenarioSchema, ("expect",): ExpectSchema}
EXPECTED_VALUES = {
    "alerts_min": "a whole number from 0 on",
    "breaks": 'a list of invariants by name, such as ["walk-continuity"]',
    "check_only": 'a list of invariants by name, such as ["walk-continuity"]',
    "description": f"one line of at most {DESCRIPTION_CHARACTERS_MAX} characters",
    "expect": "a table, under a line [expect]",
    "fault": "a list of tables, each under a line [[fault]]",
    "seed": f"a whole number from 0 to {SEED_MAX}",
}
"""The value of each key, for errors of the schema without a message of our own."""


@dataclass(frozen=True)
class ScenarioProblem:
    """The three parts of an error message, and the path of the key that it is about."""

    path: Path
    expected: str
    found: str
    action: str


def schema_problems(error: ValidationError) -> list[ScenarioProblem]:
    """The errors of pydantic as problems."""
    return [_problem(details) for details in error.errors(include_url=False)]


def _problem(details: Mapping[str, Any]) -> ScenarioProblem:
    path = details["loc"]
    match details["type"]:
        case "value_error":
            return _refused(path, details["ctx"]["error"])
        case "missing":
            action = f"write it, as in {path[-1]} = ..."
            return ScenarioProblem(path, f"the key `{path[-1]}`", "none", action)
        case "extra_forbidden":
            keys = SCHEMAS[path[:-1]].model_fields
            return ScenarioProblem(path, *one_of("one of the keys", str(path[-1]), keys))
    key = next(part for part in reversed(path) if isinstance(part, str))
    return ScenarioProblem(
        path, f"`{key}` to be {EXPECTED_VALUES[key]}", shown(details["input"]), "correct it"
    )


def _refused(path: Path, error: RefusedValueError) -> ScenarioProblem:
    refusal = error.refusal
    position = (*path, error.field) if error.field else path
    return ScenarioProblem(position, refusal.expected, refusal.found, refusal.action)


def cross_field_problems(scenario: Scenario) -> list[ScenarioProblem]:
    """Problems between fields, such as two faults that contradict each other."""
    return [*_not_reverted(scenario), *_contradictions(scenario), *_both_expected(scenario)]


def _not_reverted(scenario: Scenario) -> Iterator[ScenarioProblem]:
    horizon = duration_text(scenario.horizon)
    late = scenario.plan.beyond(scenario.horizon)
    for index, fault in enumerate(scenario.plan.faults):
        if fault in late:
            expected = f"every fault reverted within the horizon of {horizon}"
            found = f"{fault.kind} reverted after {duration_text(fault.reverted_after)}"
            action = "let it begin earlier or last shorter, or use a longer horizon"
            yield ScenarioProblem(("fault", index, "after"), expected, found, action)


def _contradictions(scenario: Scenario) -> Iterator[ScenarioProblem]:
    for (_, one), (index, other) in combinations(enumerate(scenario.plan.faults), 2):
        if contradict(one, other):
            expected = f"one fault at a time for {one.target}"
            found = f"{_window(other)} during {_window(one)}"
            yield ScenarioProblem(
                ("fault", index), expected, found, "let one begin when the other is over"
            )


def _both_expected(scenario: Scenario) -> Iterator[ScenarioProblem]:
    expectations = scenario.expectations
    for name in sorted({*expectations.breaks} & {*(expectations.check_only or ())}):
        expected = "no invariant in both `check_only` and `breaks`"
        yield ScenarioProblem(("expect", "breaks"), expected, name, "take it out of one")


def _window(fault: Fault) -> str:
    return (
        f"{fault.kind} from {duration_text(fault.after)} to {duration_text(fault.reverted_after)}"
    )
