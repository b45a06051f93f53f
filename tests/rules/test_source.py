"""The rules' own ground: they see every file, and fail when they should."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.rules.source import (
    Finding,
    Source,
    assert_none,
    findings,
    project_files,
    project_sources,
)

LISTED = re.compile(r"^ *([a-z_]+)(?:, ([a-z_]+))? {2,}\S", re.MULTILINE)
"""A line of a package's docstring that says what one of its modules is."""


def missing_modules(source: Source) -> Iterator[Finding]:
    """Modules that a package's docstring lists and that are not there."""
    package = PurePosixPath(source.path).parent
    if not source.path.endswith("/__init__.py"):
        return
    for listed in LISTED.findall(ast.get_docstring(source.tree) or ""):
        for name in filter(None, listed):
            paths = (f"{package}/{name}.py", f"{package}/{name}/__init__.py")
            if not any(path in project_files() for path in paths):
                yield Finding(source.path, 1, f"lists {name}")


def test_rules_see_the_project() -> None:
    """The rules read the harness, the handlers and the tests, and nothing that git ignores."""
    files = {
        "harness/wavetank/core/clock.py",
        "lambdas/streaming/handler.py",
        "tests/rules/source.py",
    }
    assert files < {source.path for source in project_sources()}
    assert "pyproject.toml" in project_files()
    assert not [path for path in project_files() if path.startswith((".venv/", ".wavetank/"))]


def test_breach_fails_with_place_and_action() -> None:
    """A breach fails the rule with file and line, and with what to do."""
    with pytest.raises(pytest.fail.Exception) as failure:
        assert_none([Finding("harness/wavetank/simulation.py", 7, "waits")], "Ask the clock")
    assert str(failure.value) == "Ask the clock:\n  harness/wavetank/simulation.py:7: waits"


def test_a_package_lists_modules_that_it_has() -> None:
    """A module that is moved or renamed takes its line along."""
    assert_none(findings(missing_modules, "harness/"), "Name the module as its file is named")


def test_a_module_that_a_package_lists_and_has_not_is_found() -> None:
    """By its name, in the docstring of the package alone."""
    text = '"""A package.\n\nclock  the time\nno_such  nothing\n"""\n'
    found = missing_modules(Source("harness/wavetank/core/__init__.py", text))
    assert [finding.what for finding in found] == ["lists no_such"]
    assert not list(missing_modules(Source("harness/wavetank/core/clock.py", text)))
