"""From a scenario to the text of a file that `file` reads as the same scenario."""

import json
from collections.abc import Iterable, Iterator

from wavetank.faults.duration import duration_text
from wavetank.faults.form import fault_to_form
from wavetank.scenario.model import Expectations, Scenario


def scenario_to_toml(scenario: Scenario, comment: str = "") -> str:
    """The file's text; its name is the scenario's. `comment` goes before it, line by line."""
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    lines += [""] if lines else []
    lines.append(_pair("description", scenario.description))
    lines.append(_pair("horizon", duration_text(scenario.horizon)))
    if scenario.seed is not None:
        lines.append(_pair("seed", scenario.seed))
    lines += _table("[expect]", _expected(scenario.expectations))
    for fault in scenario.plan.faults:
        lines += _table("[[fault]]", fault_to_form(fault).items())
    return "\n".join(lines) + "\n"


def _expected(expectations: Expectations) -> Iterator[tuple[str, object]]:
    """What differs from the expectation that all holds."""
    if expectations.holds is not None:
        yield "holds", list(expectations.holds)
    if expectations.breaks:
        yield "breaks", list(expectations.breaks)
    if expectations.alerts_min:
        yield "alerts_min", expectations.alerts_min


def _table(header: str, pairs: Iterable[tuple[str, object]]) -> list[str]:
    lines = [_pair(key, value) for key, value in pairs]
    return ["", header, *lines] if lines else []


def _pair(key: str, value: object) -> str:
    return f"{key} = {_written(value)}"


def _written(value: object) -> str:
    """TOML's strings, numbers and lists are JSON's, but for one control character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
