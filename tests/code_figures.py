"""Figures of the package's code, to compare before a change with after it.

.venv/bin/python -m tests.code_figures          of this working copy
.venv/bin/python -m tests.code_figures FOLDER   of another one's harness/wavetank
"""

import ast
import io
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.rules.source import ROOT

PACKAGE = ROOT / "harness" / "wavetank"
SLIVER_LINES = 40
SILENCES = ("noqa", "type:")
COUNT_IMPORTS = """
import sys, wavetank.cli.run
print(sum(name.partition(".")[0] == "wavetank" for name in sys.modules))
"""


def main(package: Path) -> None:
    """Writes one figure a line."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(package.rglob("*.py"))]
    lines = sum(len(text.splitlines()) for text in texts)
    figures = {
        "modules": len(texts),
        f"of fewer than {SLIVER_LINES} lines": sum(
            len(text.splitlines()) < SLIVER_LINES for text in texts
        ),
        "lines": lines,
        "of docstrings, in percent": round(100 * sum(map(docstring_lines, texts)) / lines, 1),
        "with a comment, in percent": round(100 * sum(map(comment_lines, texts)) / lines, 1),
        "class names defined twice": sum(count > 1 for count in class_names(texts).values()),
        "modules that `run` imports": imported_by_run(package),
    }
    sys.stdout.writelines(f"{name:28} {figure:>8}\n" for name, figure in figures.items())


def docstring_lines(text: str) -> int:
    """Of modules, classes and functions, and those below a constant."""
    return sum(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def comment_lines(text: str) -> int:
    """Lines with a comment that is for people, beside code or alone."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sum(
        token.type == tokenize.COMMENT and not token.string.lstrip("# ").startswith(SILENCES)
        for token in tokens
    )


def class_names(texts: Iterable[str]) -> Counter[str]:
    """How often each public class name is defined."""
    return Counter(
        node.name
        for text in texts
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )


def imported_by_run(package: Path) -> int:
    """Of the package, before a scenario is chosen."""
    done = subprocess.run(
        [sys.executable, "-c", COUNT_IMPORTS],
        cwd=package.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PACKAGE)
