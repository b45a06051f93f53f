"""Mistakes in a scenario file: those of its schema, and those between its fields."""

from collections.abc import Iterator
from itertools import combinations

from pydantic import BaseModel, ValidationError

from wavetank.configuration.toml_documents import FieldProblem, schema_problems
from wavetank.configuration.toml_positions import Path
from wavetank.core.durations import duration_text
from wavetank.faults.fault import Fault
from wavetank.faults.plan import contradict
from wavetank.scenario.model import Scenario
from wavetank.scenario.schema import (
    DESCRIPTION_CHARACTERS_MAX,
    SEED_MAX,
    ExpectSchema,
    ScenarioSchema,
)
from wavetank.scenario.workload.kinds import WorkloadSpec

SCHEMAS: dict[Path, type[BaseModel]] = {(): ScenarioSchema, ("expect",): ExpectSchema}
EXPECTED_VALUES = {
    "alerts_min": "a whole number from 0 on",
    "breaks": 'a list of invariants by name, such as ["walk-continuity"]',
    "check_only": 'a list of invariants by name, such as ["walk-continuity"]',
    "description": f"one line of at most {DESCRIPTION_CHARACTERS_MAX} characters",
    "durations": "a table, under a line [durations]",
    "expect": "a table, under a line [expect]",
    "fault": "a list of tables, each under a line [[fault]]",
    "workload": "a list of tables, each under a line [[workload]]",
    "seed": f"a whole number from 0 to {SEED_MAX}",
}
"""The value of each key, for errors of the schema that have only pydantic's message."""


def scenario_problems(error: ValidationError) -> list[FieldProblem]:
    """The errors of pydantic as problems."""
    return schema_problems(error, SCHEMAS, EXPECTED_VALUES)


def cross_field_problems(scenario: Scenario) -> list[FieldProblem]:
    """Problems between fields, such as two faults that contradict each other."""
    return [
        *_not_reverted(scenario),
        *workloads_beyond(scenario),
        *_contradictions(scenario),
        *_both_expected(scenario),
    ]


def _not_reverted(scenario: Scenario) -> Iterator[FieldProblem]:
    horizon = duration_text(scenario.horizon)
    late = scenario.plan.beyond(scenario.horizon)
    for index, fault in enumerate(scenario.plan.faults):
        if fault in late:
            expected = f"every fault reverted within the horizon of {horizon}"
            found = f"{fault.kind} reverted after {duration_text(fault.reverted_after)}"
            action = "let it begin earlier or last shorter, or use a longer horizon"
            yield FieldProblem(("fault", index, "after"), expected, found, action)


def workloads_beyond(scenario: Scenario) -> Iterator[FieldProblem]:
    """The workloads that do not end within the horizon."""
    horizon = duration_text(scenario.horizon)
    for index, workload in enumerate(scenario.workloads):
        if workload.ends_after > scenario.horizon:
            field = "begins" if workload.duration is None else "duration"
            expected = f"every workload within the horizon of {horizon}"
            found = f"{workload.kind} that {_extent(workload)}"
            action = "let it begin earlier or last shorter, or use a longer horizon"
            yield FieldProblem(("workload", index, field), expected, found, action)


def _extent(workload: WorkloadSpec) -> str:
    if workload.duration is None:
        return f"begins after {duration_text(workload.begins)}"
    return f"ends after {duration_text(workload.ends_after)}"


def _contradictions(scenario: Scenario) -> Iterator[FieldProblem]:
    for (_, one), (index, other) in combinations(enumerate(scenario.plan.faults), 2):
        if contradict(one, other):
            expected = f"one fault at a time for {one.target}"
            found = f"{_window(other)} during {_window(one)}"
            yield FieldProblem(
                ("fault", index), expected, found, "let one begin when the other is over"
            )


def _both_expected(scenario: Scenario) -> Iterator[FieldProblem]:
    expectations = scenario.expectations
    for name in sorted({*expectations.breaks} & {*(expectations.check_only or ())}):
        expected = "no invariant in both `check_only` and `breaks`"
        yield FieldProblem(("expect", "breaks"), expected, name, "take it out of one")


def _window(fault: Fault) -> str:
    return (
        f"{fault.kind} from {duration_text(fault.after)} to {duration_text(fault.reverted_after)}"
    )
