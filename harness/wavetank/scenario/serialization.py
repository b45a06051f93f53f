"""Writes a scenario as the text of its file."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wavetank.core.durations import duration_text
from wavetank.faults.serialization import fault_to_dict
from wavetank.scenario.model import Expectations, Scenario
from wavetank.scenario.timing.settings import FUNCTIONS, Durations, durations_to_dict
from wavetank.scenario.workload.serialization import workload_to_dict


def scenario_to_toml(scenario: Scenario, comment: str = "") -> str:
    """The text that `parse_scenario` parses to an equal scenario; its name is that of the file.

    The lines of `comment` are written before it.
    """
    comments = [f"# {line}".rstrip() for line in comment.splitlines()]
    return "\n".join([*comments, *([""] if comments else []), *_lines(scenario)]) + "\n"


def _lines(scenario: Scenario) -> Iterator[str]:
    yield f"description = {_toml_value(scenario.description)}"
    yield f"horizon = {_toml_value(duration_text(scenario.horizon))}"
    if scenario.seed is not None:
        yield f"seed = {scenario.seed}"
    if scenario.expectations != Expectations():
        yield from _expectations(scenario.expectations)
    if scenario.durations != Durations():
        yield from _durations(scenario.durations)
    for workload in scenario.workloads:
        yield from ("", "[[workload]]", *_keys(workload_to_dict(workload)))
    for fault in scenario.plan.faults:
        yield from ("", "[[fault]]", *_keys(fault_to_dict(fault)))


def _keys(values: Mapping[str, object]) -> Iterator[str]:
    yield from (f"{name} = {_toml_value(value)}" for name, value in values.items())


def _durations(durations: Durations) -> Iterator[str]:
    values = durations_to_dict(durations)
    functions: Any = values.pop(FUNCTIONS, {})
    yield from ("", "[durations]", *_quoted_keys(values))
    for name, table in functions.items():
        yield from ("", f"[durations.{FUNCTIONS}.{_toml_value(name)}]", *_keys(table))


def _quoted_keys(values: Mapping[str, object]) -> Iterator[str]:
    """Names of calls have a colon."""
    yield from (f"{_toml_value(name)} = {_toml_value(value)}" for name, value in values.items())


def _expectations(expectations: Expectations) -> Iterator[str]:
    yield from ("", "[expect]")
    if expectations.check_only is not None:
        yield f"check_only = {_toml_value(list(expectations.check_only))}"
    if expectations.breaks:
        yield f"breaks = {_toml_value(list(expectations.breaks))}"
    if expectations.alerts_min:
        yield f"alerts_min = {expectations.alerts_min}"


def _toml_value(value: object) -> str:
    """JSON's strings, numbers and lists are valid TOML, except that TOML wants DEL escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
