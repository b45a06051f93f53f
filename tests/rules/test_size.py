"""What a reader takes in at once: functions of a screen, most of them of a glance; short files."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from tests.rules.source import Finding, Source, assert_none, findings, project_sources, sources_in

FUNCTION_LINES_MAX = 70
FUNCTION_LINES_MEDIAN_MAX = 12
FILE_LINES_MAX = 400
LONGEST_SHOWN = 10


@dataclass(frozen=True)
class Function:
    """A function or method; its lines count from `def` to the end, docstring and all."""

    path: str
    line: int
    name: str
    lines: int

    @property
    def finding(self) -> Finding:
        """How it is reported."""
        return Finding(self.path, self.line, f"{self.name} has {self.lines} lines")


def functions(source: Source) -> Iterator[Function]:
    """Every function and method of the file."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Function(source.path, node.lineno, node.name, lines)


def long_functions(source: Source) -> list[Finding]:
    """The functions that do not fit on a screen."""
    return [f.finding for f in functions(source) if f.lines > FUNCTION_LINES_MAX]


def long_files(source: Source) -> Iterator[Finding]:
    """The file, if it is too long to be about one thing."""
    lines = len(source.text.splitlines())
    if lines > FILE_LINES_MAX:
        yield Finding(source.path, lines, f"has {lines} lines")


def longest_above_median(sources: Iterable[Source]) -> list[Finding]:
    """The longest functions, where the median of all is too high."""
    measured = sorted((f for s in sources for f in functions(s)), key=lambda f: -f.lines)
    if not measured or median(f.lines for f in measured) <= FUNCTION_LINES_MEDIAN_MAX:
        return []
    return [function.finding for function in measured[:LONGEST_SHOWN]]


def test_functions_fit_on_a_screen() -> None:
    """No function anywhere has more than 70 lines."""
    found = findings(long_functions, project_sources())
    assert_none(found, f"Split it: at most {FUNCTION_LINES_MAX} lines")


def test_most_functions_are_short() -> None:
    """Half of the functions of the harness and the handlers have at most 12 lines."""
    found = longest_above_median(sources_in("harness/", "lambdas/"))
    assert_none(found, f"The median is above {FUNCTION_LINES_MEDIAN_MAX} lines; split the longest")


def test_files_are_short() -> None:
    """No Python file anywhere has more than 400 lines."""
    found = findings(long_files, project_sources())
    assert_none(found, f"Split it by theme: at most {FILE_LINES_MAX} lines")


def function_of(lines: int) -> Source:
    """A file with one method of so many lines."""
    return Source("x.py", "class X:\n    async def f(self):\n" + "        f()\n" * (lines - 1))


def test_long_function_is_caught() -> None:
    """A function of 71 lines is found, one of 70 passes."""
    assert [f.line for f in long_functions(function_of(71))] == [2]
    assert long_functions(function_of(70)) == []


def test_long_median_is_caught() -> None:
    """A median of 13 lines is reported with the longest function first, one of 12 passes."""
    found = longest_above_median([function_of(13), function_of(2), function_of(60)])
    assert found[0].what == "f has 60 lines"
    assert longest_above_median([function_of(12), function_of(2), function_of(60)]) == []


def test_long_file_is_caught() -> None:
    """A file of 401 lines is found, one of 400 passes."""
    assert [f.line for f in long_files(Source("x.py", "f()\n" * 401))] == [401]
    assert list(long_files(Source("x.py", "f()\n" * 400))) == []
