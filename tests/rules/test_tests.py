"""Every test proves something, and stands in a tier; that it says what, ruff sees."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.conftest import TIERS
from tests.rules.source import Finding, Source, assert_none, findings, project_files

PROOFS = frozenset({"pytest.fail", "pytest.raises", "pytest.warns"})
PROVING_NAMES = ("assert_", "wait_until")
"""Of helpers that fail by themselves; whoever waits in vain raises, and never returns False."""


def is_test_file(path: str) -> bool:
    """Whether pytest looks for tests in the file."""
    name = PurePosixPath(path)
    return name.match("test_*.py") or name.match("*_test.py")


def unproved(source: Source) -> Iterator[Finding]:
    """The tests that would pass whatever happens."""
    for node in ast.walk(source.tree if is_test_file(source.path) else ast.Module()):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            proved = any(_is_proof(inner) for inner in ast.walk(node))
            if node.name.startswith("test") and not proved:
                yield Finding(source.path, node.lineno, node.name)


def _is_proof(node: ast.AST) -> bool:
    match node:
        case ast.Assert(test=condition):
            return not isinstance(condition, ast.Constant)
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="expect")))):
            return True  # Playwright's; expect() alone expects nothing
        case ast.Call(func=function):
            name = ast.unparse(function)
            return name in PROOFS or name.rpartition(".")[2].startswith(PROVING_NAMES)
    return False


def test_tests_prove_something() -> None:
    """Every test asserts, expects an error, or calls a helper that its name says does so."""
    found = findings(unproved, "tests/")
    assert_none(
        found, "Assert what must hold; a helper that does so is assert_... or wait_until..."
    )


def test_tests_stand_in_a_tier() -> None:
    """Every test file is in the folder of a tier, which says what it needs to run."""
    files = [path for path in project_files() if path.startswith("tests/") and is_test_file(path)]
    found = [Finding(path, 1, "no tier") for path in files if path.split("/")[1] not in TIERS]
    assert_none(found, "Move it, or name its folder in TIERS in tests/conftest.py")


@pytest.mark.parametrize(
    "body", ["x()", "assert True", "with raises_nothing():\n        x()", "expect(x)"]
)
def test_weak_test_is_caught(body: str) -> None:
    """A test without a proof is found, in a class too."""
    text = f"class TestX:\n  async def test_x():\n    {body}"
    assert len(list(unproved(Source("tests/unit/test_x.py", text)))) == 1


@pytest.mark.parametrize(
    "body",
    [
        "assert x == 1",
        "with pytest.raises(ValueError):\n        x()",
        "mock.assert_called_once()",
        "expect(x).to_be_visible()",
        "wait_until_true(lambda: x)",
        "for x in y:\n        assert_none(x)",
    ],
)
def test_sound_test_is_allowed(body: str) -> None:
    """A test with a proof of any kind passes."""
    assert list(unproved(Source("tests/unit/test_x.py", f"def test_x():\n    {body}"))) == []
