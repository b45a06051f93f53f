"""The rules' own ground: they see every file, resolve names, and fail when they should."""

import pytest

from tests.rules.source import (
    Finding,
    Source,
    assert_none,
    assert_only_exempt,
    project_files,
    project_sources,
    sources_in,
    sources_outside,
)

BREACH = Finding("harness/wavetank/driver.py", 7, "waits")


def test_rules_see_the_project() -> None:
    """The rules read the harness, the handlers and the tests, and nothing that git ignores."""
    files = project_files()
    assert {"harness/wavetank/clock.py", "lambdas/streaming/handler.py", "pyproject.toml"} < set(
        files
    )
    assert "tests/rules/source.py" in files
    assert not [path for path in files if path.startswith((".venv/", ".wavetank/"))]


def test_folders_divide_the_project() -> None:
    """Every Python file is either in a folder or outside it."""
    divided = [*sources_in("tests/"), *sources_outside("tests/")]
    assert sorted(s.path for s in divided) == sorted(s.path for s in project_sources())


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("harness/wavetank/stack/seed.py", "wavetank.stack.seed"),
        ("harness/wavetank/stack/__init__.py", "wavetank.stack"),
        ("lambdas/streaming/walk.py", "streaming.walk"),
        ("tests/rules/source.py", "tests.rules.source"),
    ],
)
def test_module_has_its_imported_name(path: str, module: str) -> None:
    """A file's module is named as an import would name it."""
    assert Source(path, "").module == module


def test_breach_fails_with_place_and_action() -> None:
    """A breach fails the rule with file and line, and with what to do."""
    with pytest.raises(pytest.fail.Exception) as failure:
        assert_none([BREACH], "Ask the clock")
    assert str(failure.value) == "Ask the clock:\n  harness/wavetank/driver.py:7: waits"


def test_exempt_breach_passes() -> None:
    """A breach in a file of the EXEMPT table passes, and one elsewhere fails all the same."""
    other = Finding("harness/wavetank/report.py", 1, "waits")
    assert_only_exempt([BREACH], {BREACH.path: "for a reason"}, "Ask the clock")
    with pytest.raises(pytest.fail.Exception, match=r"report\.py:1"):
        assert_only_exempt([BREACH, other], {BREACH.path: "for a reason"}, "Ask the clock")


def test_needless_exemption_fails() -> None:
    """An exemption of a file that breaks no rule, or is not there any more, fails."""
    with pytest.raises(pytest.fail.Exception, match="for a reason"):
        assert_only_exempt([], {BREACH.path: "for a reason"}, "Ask the clock")
