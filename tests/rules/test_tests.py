"""Every test says in one sentence what it proves, proves it, and stands in a tier."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.conftest import TIERS
from tests.rules.source import (
    Checker,
    Finding,
    Source,
    assert_none,
    findings,
    project_sources,
    sources_in,
)

PROOFS = frozenset({"pytest.fail", "pytest.raises", "pytest.warns"})
PROVING_NAMES = ("assert_", "wait_until")
"""Of helpers that fail by themselves; whoever waits in vain raises, and never returns False."""

WAYS_OUT = frozenset(
    {
        "pytest.importorskip",
        "pytest.mark.skip",
        "pytest.mark.skipif",
        "pytest.mark.xfail",
        "pytest.skip",
        "pytest.xfail",
    }
)
REASON_COMES_FIRST = frozenset({"pytest.mark.skip", "pytest.skip", "pytest.xfail"})


def is_test_file(path: str) -> bool:
    """Whether pytest looks for tests in the file."""
    name = PurePosixPath(path).name
    return path.startswith("tests/") and (name.startswith("test_") or name.endswith("_test.py"))


def _tests(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions that pytest takes for tests, in classes too."""
    for node in ast.walk(source.tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if node.name.startswith("test"):
                yield node


def unexplained(source: Source) -> Iterator[Finding]:
    """The tests whose docstring is not one sentence."""
    for test in _tests(source):
        text = " ".join((ast.get_docstring(test) or "").split())
        if not text.endswith(".") or re.search(r"[.!?]\s+[A-Z]", text):
            yield Finding(source.path, test.lineno, f"{test.name}: {text!r}")


def unproved(source: Source) -> Iterator[Finding]:
    """The tests that would pass whatever happens."""
    for test in _tests(source):
        if not any(_is_proof(node) for node in ast.walk(test)):
            yield Finding(source.path, test.lineno, test.name)


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


def left_out(source: Source) -> Iterator[Finding]:
    """The skips and expected failures without a reason."""
    nodes = list(ast.walk(source.tree))
    reasoned = {id(n.func) for n in nodes if isinstance(n, ast.Call) and _gives_reason(n)}
    for node in nodes:
        match node:
            case ast.Attribute() if ast.unparse(node) in WAYS_OUT and id(node) not in reasoned:
                yield Finding(source.path, node.lineno, ast.unparse(node))


def _gives_reason(call: ast.Call) -> bool:
    reasons = [keyword.value for keyword in call.keywords if keyword.arg == "reason"]
    if ast.unparse(call.func) in REASON_COMES_FIRST:
        reasons.extend(call.args[:1])
    empty = (None, "")
    return any(not (isinstance(r, ast.Constant) and r.value in empty) for r in reasons)


def test_tests_say_what_they_prove() -> None:
    """Every test has a docstring of one sentence."""
    found = findings(unexplained, [s for s in project_sources() if is_test_file(s.path)])
    assert_none(found, "Say in one sentence, with a full stop, what the test proves")


def test_tests_prove_something() -> None:
    """Every test asserts, expects an error, or calls a helper that its name says does so."""
    found = findings(unproved, [s for s in project_sources() if is_test_file(s.path)])
    assert_none(
        found, "Assert what must hold; a helper that does so is assert_... or wait_until..."
    )


def test_tests_left_out_say_why() -> None:
    """Every skip and every expected failure gives a reason."""
    assert_none(findings(left_out, sources_in("tests/")), 'Give reason="..."')


def test_tests_stand_in_a_tier() -> None:
    """Every test file is in the folder of a tier, which says what it needs to run."""
    files = [source.path for source in project_sources() if is_test_file(source.path)]
    found = [Finding(path, 1, "no tier") for path in files if path.split("/")[1] not in TIERS]
    assert_none(found, "Move it, or name its folder in TIERS in tests/conftest.py")


@pytest.mark.parametrize(
    ("checker", "text"),
    [
        (unexplained, "def test_x():\n    assert x"),
        (unexplained, "def test_x():\n    '''It holds'''\n    assert x"),
        (unexplained, "def test_x():\n    '''It holds. Really.'''\n    assert x"),
        (unexplained, "class TestX:\n    async def test_x(self):\n        assert x"),
        (unproved, "def test_x():\n    x()"),
        (unproved, "def test_x():\n    assert True"),
        (unproved, "def test_x():\n    with raises_nothing():\n        x()"),
        (unproved, "def test_x():\n    expect(x)"),
        (left_out, "@pytest.mark.skip\ndef test_x(): ..."),
        (left_out, "@pytest.mark.xfail(strict=True)\ndef test_x(): ..."),
        (left_out, "@pytest.mark.skipif('not docker', reason='')\ndef test_x(): ..."),
        (left_out, "pytestmark = [pytest.mark.skip]"),
        (left_out, "def test_x():\n    pytest.skip()"),
    ],
)
def test_weak_test_is_caught(checker: Checker, text: str) -> None:
    """A test without sentence, proof or reason is found."""
    assert len(list(checker(Source("tests/unit/test_x.py", text)))) == 1


@pytest.mark.parametrize(
    "body",
    [
        "assert x == 1",
        "with pytest.raises(ValueError):\n        x()",
        "mock.assert_called_once()",
        "expect(x).to_be_visible()",
        "wait_until_true(lambda: x)",
        "for x in y:\n        assert_none(x)",
        "assert x\n    pytest.skip('no Docker here')",
    ],
)
def test_sound_test_is_allowed(body: str) -> None:
    """A test with a sentence and a proof of any kind passes."""
    source = Source(
        "tests/unit/test_x.py", f"def test_x():\n    '''It holds, always.'''\n    {body}"
    )
    assert [*unexplained(source), *unproved(source), *left_out(source)] == []
