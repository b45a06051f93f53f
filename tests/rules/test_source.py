"""The rules' own ground: they see every file, and fail when they should."""

import pytest

from tests.rules.source import Finding, assert_none, project_files, project_sources


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
