"""The faults and scenarios that the marks of a test request."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from wavetank.configuration.project import read_configuration
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import UsageError, WavetankError
from wavetank.faults.fault import Fault
from wavetank.faults.plan import FaultPlan
from wavetank.faults.serialization import fault_from_dict
from wavetank.pytest_plugin.suite_project import suite_project
from wavetank.scenario.loader import SUFFIX, load_scenario
from wavetank.scenario.model import Scenario
from wavetank.scenario.problems import cross_field_problems
from wavetank.scenario.supported_faults import check_supported


def problem_of(item: pytest.Item) -> str | None:
    """Why a test's marks are invalid; None if they are valid."""
    try:
        scenario_of(item)
    except WavetankError as error:
        return f"{item.name}: {error}"
    return None


def scenario_of(item: pytest.Item) -> Scenario:
    """The scenario of the marks; its horizon is zero if no scenario is marked.

    Raises:
        UsageError: a mark is invalid, or two of them contradict each other.
    """
    mark = item.get_closest_marker("scenario")
    scenario = (
        Scenario(name=item.name, description="A test.", horizon=timedelta())
        if mark is None
        else _loaded(item, mark)
    )
    faults = [_fault(mark) for mark in reversed(list(item.iter_markers("fault")))]
    scenario = replace(scenario, plan=FaultPlan((*scenario.plan.faults, *faults)))
    check_supported(scenario, EngineName.SIMULATOR)
    longest = max((fault.reverted_after for fault in faults), default=timedelta())
    for problem in cross_field_problems(replace(scenario, horizon=max(longest, scenario.horizon))):
        raise UsageError(problem.expected, problem.found, problem.action)
    return scenario


def _fault(mark: pytest.Mark) -> Fault:
    if len(mark.args) != 1:
        expected = "@pytest.mark.fault with a kind, and fields by name"
        raise UsageError(expected, _written(mark), 'write it as in fault("late-tick", after="5m")')
    values = {name: _listed(value) for name, value in mark.kwargs.items()}
    try:
        return fault_from_dict({"kind": mark.args[0]} | values)
    except UsageError as error:
        found = f"{error.found} in @pytest.mark.{_written(mark)}"
        raise UsageError(error.expected, found, error.action) from error


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _loaded(item: pytest.Item, mark: pytest.Mark) -> Scenario:
    """By name from the project's scenarios, or from a file relative to the test's.

    Without a `wavetank.toml` they are in the folder `scenarios` of the suite's root.
    """
    if len(mark.args) != 1 or mark.kwargs:
        expected = "@pytest.mark.scenario with a name or path and nothing else"
        raise UsageError(expected, _written(mark), 'write it as in scenario("calm-day")')
    name = str(mark.args[0])
    if Path(name).suffix == SUFFIX:
        name = str(item.path.parent / name)
    root, working = item.config.rootpath, item.config.invocation_params.dir
    configuration = read_configuration(suite_project(root, working))
    folder = configuration.scenarios if configuration else root / "scenarios"
    return load_scenario(name, folder)


def _written(mark: pytest.Mark) -> str:
    """The mark in its author's notation."""
    named = (f"{name}={value!r}" for name, value in mark.kwargs.items())
    return f"{mark.name}({', '.join([*map(repr, mark.args), *named])})"
