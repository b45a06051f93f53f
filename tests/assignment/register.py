"""Writes docs/requirements.md: `.venv/bin/python -m tests.assignment.register`."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.assignment.requirement import AssignmentRequirement, read_steps
from tests.rules.source import ROOT

TESTS = ROOT / "tests"
DOCUMENT = TESTS.parent / "docs" / "requirements.md"
HEAD = """# Requirements of the assignment

Generated from `tests/assignment/requirements.toml` by
`.venv/bin/python -m tests.assignment.register`. A test fails if it is out of date, names a missing
test or command, or omits a requirement of `check`.

The steps are those of the assignment, rephrased. Each requirement has a command that demonstrates
it and the tests that prove it, with their docstrings. *Italics* are its names in
`./wavetank check`, which checks a deployed pipeline in a sandbox or on AWS. Tasks for people only
(a quiz, handing in files) are omitted.
"""
TABLE = """
| requirement | command | tests |
|---|---|---|
"""


def render() -> str:
    """The whole document."""
    return HEAD + "".join(
        f"\n## {step.number}. {step.title}\n{TABLE}{''.join(map(_row, step.requirements))}"
        for step in read_steps()
    )


def _row(requirement: AssignmentRequirement) -> str:
    checks = "".join(f"<br>*{check}*" for check in requirement.checks)
    shown = "<br>".join(_shown(test) for test in requirement.tests)
    return f"| {requirement.asked}{checks} | `{requirement.command}` | {shown} |\n"


def _shown(test: str) -> str:
    file, _, name = test.partition("::")
    return f"[{name}](../tests/{file}): {sentence_of(test)}"


def sentence_of(test: str) -> str:
    """What the test says that it proves.

    Raises:
        LookupError: there is no such test.
    """
    file, _, name = test.partition("::")
    for found, sentence in _tests_in(file):
        if found == name:
            return sentence
    raise LookupError(f"no test {test}")


@cache
def _tests_in(file: str) -> tuple[tuple[str, str], ...]:
    path = TESTS / file
    return tuple(_tests(ast.parse(path.read_text()))) if path.is_file() else ()


def _tests(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name, " ".join((ast.get_docstring(node) or "").split())


if __name__ == "__main__":
    DOCUMENT.write_text(render())
