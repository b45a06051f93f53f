"""What a reader takes in at once: functions of a screen, most of them of a glance; short files.

Ruff limits statements and branches; lines it does not count.
"""

import ast
from collections.abc import Iterator
from statistics import median

from tests.rules.source import Finding, Source, assert_none, findings, project_sources

FUNCTION_LINES_MAX = 70
FUNCTION_LINES_MEDIAN_MAX = 12
FILE_LINES_MAX = 400
PRODUCT = ("harness/", "lambdas/")


def lengths(source: Source) -> Iterator[tuple[int, Finding]]:
    """The lines of each function, from `def` to the end, docstring and all."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield lines, Finding(source.path, node.lineno, f"{node.name} has {lines} lines")


def long_functions(source: Source) -> list[Finding]:
    """The functions that do not fit on a screen."""
    return [finding for lines, finding in lengths(source) if lines > FUNCTION_LINES_MAX]


def test_functions_fit_on_a_screen() -> None:
    """No function anywhere has more than 70 lines."""
    assert_none(findings(long_functions), f"Split it: at most {FUNCTION_LINES_MAX} lines")


def test_most_functions_are_short() -> None:
    """Half of the functions of the harness and the handlers have at most 12 lines."""
    sources = (source for source in project_sources() if source.path.startswith(PRODUCT))
    assert median(lines for s in sources for lines, _ in lengths(s)) <= FUNCTION_LINES_MEDIAN_MAX


def test_files_are_short() -> None:
    """No Python file anywhere has more than 400 lines."""
    ends = [(source.path, len(source.text.splitlines())) for source in project_sources()]
    found = [Finding(path, end, "the last line") for path, end in ends if end > FILE_LINES_MAX]
    assert_none(found, f"Split it by theme: at most {FILE_LINES_MAX} lines")


def test_long_function_is_caught() -> None:
    """A method of 71 lines is found, one of 70 passes."""
    head, line = "class X:\n    async def f(self):\n", "        f()\n"
    assert [found.line for found in long_functions(Source("x.py", head + line * 70))] == [2]
    assert long_functions(Source("x.py", head + line * 69)) == []
