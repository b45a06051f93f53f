"""A scenario as the text of its file."""

import json
from collections.abc import Iterator

from wavetank.core.durations import duration_text
from wavetank.faults.serialization import fault_to_form
from wavetank.scenario.model import Expectations, Scenario


def scenario_to_toml(scenario: Scenario, comment: str = "") -> str:
    """The text from which `parse_scenario` makes the scenario again; the name is the file's.

    The lines of `comment` stand before it.
    """
    told = [f"# {line}".rstrip() for line in comment.splitlines()]
    return "\n".join([*told, *([""] if told else []), *_lines(scenario)]) + "\n"


def _lines(scenario: Scenario) -> Iterator[str]:
    yield f"description = {_written(scenario.description)}"
    yield f"horizon = {_written(duration_text(scenario.horizon))}"
    if scenario.seed is not None:
        yield f"seed = {scenario.seed}"
    if scenario.expectations != Expectations():
        yield from _expectations(scenario.expectations)
    for fault in scenario.plan.faults:
        yield from ("", "[[fault]]")
        yield from (f"{name} = {_written(value)}" for name, value in fault_to_form(fault).items())


def _expectations(expectations: Expectations) -> Iterator[str]:
    yield from ("", "[expect]")
    if expectations.holds is not None:
        yield f"holds = {_written(list(expectations.holds))}"
    if expectations.breaks:
        yield f"breaks = {_written(list(expectations.breaks))}"
    if expectations.alerts_min:
        yield f"alerts_min = {expectations.alerts_min}"


def _written(value: object) -> str:
    """JSON's texts, numbers and lists are TOML's too, but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
