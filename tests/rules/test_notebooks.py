"""Notebooks carry no outputs and no logic: the package works out what they show."""

import ast
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rules.source import Finding, assert_none, project_texts

ALLOWED = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
FORBIDDEN = (ast.Lambda, ast.IfExp, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)
METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
PARAMETER = 'SOURCE = "latest"'


def soiled(path: str, notebook: dict[str, Any]) -> Iterator[Finding]:
    """What running it has left behind."""
    if notebook["metadata"] != METADATA:
        yield Finding(path, 1, f"metadata {notebook['metadata']}")
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["metadata"]:
            yield Finding(path, number, "a cell with metadata")
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield Finding(path, number, "a cell with outputs, or a number")


def _code(notebook: dict[str, Any]) -> list[tuple[int, str]]:
    cells = enumerate(notebook["cells"], 1)
    return [(n, "".join(cell["source"])) for n, cell in cells if cell["cell_type"] == "code"]


def logic(path: str, notebook: dict[str, Any]) -> Iterator[Finding]:
    """Whatever is more than calling the package and showing what it gives."""
    code = _code(notebook)
    if code[0][1] != PARAMETER:
        yield Finding(path, code[0][0], f"the first code cell is not {PARAMETER}")
    for number, text in code:
        tree = ast.parse(text)
        for statement in tree.body:
            if not isinstance(statement, ALLOWED):
                yield Finding(path, number, ast.unparse(statement))
        for node in ast.walk(tree):
            if isinstance(node, FORBIDDEN):
                yield Finding(path, number, ast.unparse(node))
            if isinstance(node, ast.ImportFrom) and not str(node.module).startswith("wavetank."):
                yield Finding(path, number, ast.unparse(node))


def _notebooks() -> dict[str, dict[str, Any]]:
    texts = project_texts().items()
    return {path: json.loads(text) for path, text in texts if path.endswith(".ipynb")}


def test_notebooks_are_stripped() -> None:
    """No outputs, no numbers, and no metadata but the kernel's name."""
    assert len(_notebooks()) >= 3
    found = [finding for path, book in _notebooks().items() for finding in soiled(path, book)]
    assert_none(found, "Strip it: jupyter nbconvert --clear-output --inplace, and its metadata")


def test_notebooks_have_no_logic_of_their_own() -> None:
    """They set SOURCE, import from the package, call it, and show what it gives."""
    found = [finding for path, book in _notebooks().items() for finding in logic(path, book)]
    assert_none(found, "Move it to wavetank.reporting.analysis, where it is tested")


def _notebook(*code: str, **cell: Any) -> dict[str, Any]:
    blank: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    return {
        "metadata": METADATA,
        "cells": [{**blank, "source": [text], **cell} for text in (PARAMETER, *code)],
    }


@pytest.mark.parametrize(
    "cell",
    [{"outputs": [{}]}, {"execution_count": 3}, {"metadata": {"collapsed": True}}],
)
def test_what_running_leaves_is_caught(cell: dict[str, Any]) -> None:
    """Outputs, numbers and metadata are each found."""
    assert list(soiled("x", _notebook(**cell)))
    assert list(soiled("x", _notebook())) == []


@pytest.mark.parametrize(
    "code",
    [
        "for row in rows:\n    row",
        "[row for row in rows]",
        "import_me = lambda: 1",
        "from polars import col",
        "def read(): ...",
    ],
)
def test_logic_is_caught(code: str) -> None:
    """A loop, a function or somebody else's library in a notebook is found."""
    assert len(list(logic("x", _notebook(code)))) == 1
    assert list(logic("x", _notebook("from wavetank.x import y\nz = y(SOURCE)\nz"))) == []
