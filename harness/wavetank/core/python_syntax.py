"""Syntax errors of Python files that Lambda would only report when it imports them."""

import ast
import warnings
from dataclasses import dataclass
from functools import lru_cache

CACHED_MAX = 256


@dataclass(frozen=True)
class SyntaxProblem:
    """The line, counted from 1, and Python's message."""

    line: int
    message: str


@lru_cache(maxsize=CACHED_MAX)
def syntax_problem(content: bytes) -> SyntaxProblem | None:
    """What is wrong with the file; None if Python can import it as far as its syntax goes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as of an escape that is not one
            compile(content, "<handler>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return SyntaxProblem(error.lineno or 1, error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return SyntaxProblem(1, str(error) or "too deep a nesting")
    return None


@lru_cache(maxsize=CACHED_MAX)
def imported_modules(content: bytes, package: str) -> frozenset[str]:
    """The modules that the file names in imports, also within its functions.

    `package` is that of the file, to which relative imports refer. The file must have no syntax
    error.
    """
    return frozenset(
        name for node in ast.walk(ast.parse(content)) for name in _named_in(node, package)
    )


def _named_in(node: ast.AST, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    source = ".".join([*filter(None, above), *([node.module] if node.module else [])])
    below = [f"{source}.{alias.name}".removeprefix(".") for alias in node.names]
    return [source, *below]
